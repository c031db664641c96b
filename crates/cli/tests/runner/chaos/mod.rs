//! Chaos: five nodes, a tick a second, real processes against a real store, while programs are killed and suspended,
//! nodes are cut off, clocks are wrong and the store is restarted. What happened is read from what the commands wrote.
//!
//! 60 ticks and one takeover of each kind; `make chaos` runs longer, as `BELLWETHER_CHAOS_TICKS=200` and
//! `BELLWETHER_CHAOS_TAKEOVERS=5` say, and makes the table of `docs/once.md`.

mod command;
mod dice;
mod evidence;
mod fleet;
mod history;
mod peers;
mod programs;
mod stores;
mod storm;
mod table;
mod takeover;
mod time;

/// How long a storm is.
fn ticks_or(default: u64) -> u64 {
    setting("BELLWETHER_CHAOS_TICKS").unwrap_or(default)
}

/// How often each takeover is measured.
fn takeovers() -> usize {
    usize::try_from(setting("BELLWETHER_CHAOS_TAKEOVERS").unwrap_or(1)).unwrap()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// Runs what needs little of the machine but takes long, at the same time.
fn together(scenarios: &[(&str, fn())]) {
    std::thread::scope(|scope| {
        let running: Vec<_> = scenarios.iter().map(|(name, scenario)| (*name, scope.spawn(scenario))).collect();
        let ends = running.into_iter().map(|(name, thread)| (name, thread.join()));
        let failed: Vec<_> = ends.filter(|(_, end)| end.is_err()).map(|(name, _)| name).collect();
        assert!(failed.is_empty(), "see above what failed in: {}", failed.join(", "));
    });
}
