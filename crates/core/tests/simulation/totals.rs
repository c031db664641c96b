//! How much was simulated.

use std::fmt;
use std::ops::AddAssign;

use crate::plan::Plan;
use crate::weather::Weather;

macro_rules! totals {
    ($($name:ident: $words:literal,)*) => {
        /// Counts over one fleet or many.
        #[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct Totals {
            $(pub(crate) $name: u64,)*
        }

        impl AddAssign for Totals {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }
        }

        impl fmt::Display for Totals {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let counts = [$((self.$name, $words),)*];
                let counts = counts.map(|(count, words)| format!("{count} {words}"));
                f.write_str(&counts.join(", "))
            }
        }
    };
}

totals! {
    fleets: "fleets",
    ticks: "ticks",
    wrappers: "wrappers",
    starts: "starts",
    started_ticks: "ticks started",
    witnessed_ticks: "ticks that had to start",
    excused_ticks: "ticks that policy or faults excuse",
    unwitnessed_ticks: "ticks not started and without an undisturbed node",
    overlaps: "wrappers that gave way to an earlier tick",
    lost_runs: "runs given up as lost",
    deaths: "deaths of wrappers",
    interruptions_of_steps: "steps delayed by suspensions",
    interrupts: "wrappers told to end",
    failed_requests: "requests without an answer in time",
    late_requests: "requests that arrived after their sender had given up",
    partitions: "partitions",
    crashes: "node crashes",
    node_suspensions: "node suspensions",
    outages: "store outages",
    slow_spells: "spells of a slow store",
}

impl Totals {
    /// What is known of a fleet before it runs.
    pub(crate) fn of(plan: &Plan, weather: &Weather) -> Self {
        Self {
            fleets: 1,
            ticks: plan.ticks,
            partitions: weather.partitions,
            crashes: weather.crashes,
            node_suspensions: weather.node_suspensions,
            outages: weather.restarts.len() as u64,
            slow_spells: weather.slow_spells,
            ..Self::default()
        }
    }
}
