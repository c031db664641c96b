//! How the agent is, for those who ask: `/` and `/metrics`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bellwether_core::fleet::admit::Ignored;
use bellwether_core::fleet::reply::{Outcome, Why};
use bellwether_core::time::Mono;

use crate::render::metrics::family;
use crate::watch::health::Vitals;

/// Shared between all parts of the agent.
#[derive(Clone, Default)]
pub(super) struct Gauges(Arc<Mutex<Values>>);

#[derive(Default)]
struct Values {
    /// Why the transport does not work; none while it does.
    trouble: Option<String>,
    /// Why the account cannot be written; none while it can be.
    account_trouble: Option<String>,
    account_failures: u64,
    is_ending: bool,
    answered: u64,
    run: u64,
    refused: BTreeMap<&'static str, u64>,
    ignored: BTreeMap<Ignored, u64>,
    ended: BTreeMap<&'static str, u64>,
    running: usize,
    untold: usize,
    reply_failures: u64,
    results_lost: u64,
    callers: usize,
    rules: usize,
    facts: usize,
}

impl Gauges {
    fn with<T>(&self, look: impl FnOnce(&mut Values) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The transport works, or why it does not.
    pub(super) fn transport(&self, trouble: Option<String>) {
        self.with(|values| values.trouble = trouble);
    }

    /// An entry of the account could not be written, or not be put on the disk.
    pub(super) fn account_failed(&self, why: String) {
        self.with(|values| {
            values.account_failures += 1;
            values.account_trouble = Some(why);
        });
    }

    /// The account can be written again.
    pub(super) fn account_works(&self) {
        self.with(|values| values.account_trouble = None);
    }

    pub(super) fn is_ending(&self) {
        self.with(|values| values.is_ending = true);
    }

    pub(super) fn answered(&self) {
        self.with(|values| values.answered += 1);
    }

    pub(super) fn let_in(&self) {
        self.with(|values| values.run += 1);
    }

    pub(super) fn refused(&self, why: Why) {
        let word = match why {
            Why::Expired => "expired",
            Why::Policy => "policy",
            Why::Busy => "busy",
            Why::Impossible => "impossible",
        };
        self.with(|values| *values.refused.entry(word).or_default() += 1);
    }

    pub(super) fn ignored(&self, ignored: Ignored) {
        self.with(|values| *values.ignored.entry(ignored).or_default() += 1);
    }

    pub(super) fn ended(&self, outcome: &Outcome) {
        let word = match outcome {
            Outcome::Exited(0) => "succeeded",
            Outcome::Exited(_) => "failed",
            Outcome::Signaled(_) => "signaled",
            Outcome::TimedOut => "timed_out",
            Outcome::NotStarted(_) => "not_started",
            Outcome::Unknown(_) => "unknown",
        };
        self.with(|values| *values.ended.entry(word).or_default() += 1);
    }

    /// How many commands run, and how many results are under way to their callers.
    pub(super) fn commands(&self, running: usize, untold: usize) {
        self.with(|values| (values.running, values.untold) = (running, untold));
    }

    pub(super) fn reply_failed(&self) {
        self.with(|values| values.reply_failures += 1);
    }

    pub(super) fn result_lost(&self) {
        self.with(|values| values.results_lost += 1);
    }

    pub(super) fn rules(&self, callers: usize, rules: usize) {
        self.with(|values| (values.callers, values.rules) = (callers, rules));
    }

    pub(super) fn facts(&self, facts: usize) {
        self.with(|values| values.facts = facts);
    }
}

impl Vitals for Gauges {
    fn health(&self, _: Mono) -> (bool, String) {
        self.with(|values| {
            let transport = values
                .trouble
                .as_deref()
                .map_or("transport works\n".to_owned(), |why| format!("transport fails: {why}\n"));
            let account = values.account_trouble.as_deref();
            let account = account.map_or(String::new(), |why| format!("account cannot be written: {why}\n"));
            let ending = if values.is_ending { "ending\n" } else { "" };
            let text = format!("{transport}{account}{ending}commands {}\ncallers {}\n", values.running, values.callers);
            let is_well = values.trouble.is_none() && values.account_trouble.is_none() && !values.is_ending;
            (is_well, text)
        })
    }

    fn metrics(&self, now: Mono) -> String {
        let (healthy, _) = self.health(now);
        self.with(|values| {
            let mut text = String::new();
            let plain = |value: f64| vec![(String::new(), value)];
            let of = |label: &str, word: &str, count: u64| (format!("{{{label}=\"{word}\"}}"), count as f64);
            let ignored = Ignored::ALL
                .iter()
                .map(|kind| of("why", kind.as_str(), values.ignored.get(kind).copied().unwrap_or_default()));
            let refused = values.refused.iter().map(|(word, count)| of("why", word, *count));
            let ended = values.ended.iter().map(|(word, count)| of("outcome", word, *count));
            let mut add = |name: &str, kind: &str, help: &str, samples: Vec<(String, f64)>| {
                family(&mut text, &format!("bellwether_agent_{name}"), kind, help, samples);
            };
            let healthy = plain(f64::from(healthy));
            add("healthy", "gauge", "Whether transport and account work and the agent is not ending.", healthy);
            let answered = plain(values.answered as f64);
            add("answered_total", "counter", "Pings and questions for facts that were answered.", answered);
            add("let_in_total", "counter", "Commands that were let in.", plain(values.run as f64));
            add("refused_total", "counter", "Requests that were refused.", refused.collect());
            add("ignored_total", "counter", "Messages that nobody was told of.", ignored.collect());
            add("ended_total", "counter", "Commands that ended.", ended.collect());
            add("running", "gauge", "Commands that run.", plain(values.running as f64));
            add("untold", "gauge", "Results on their way to callers.", plain(values.untold as f64));
            let failures = plain(values.reply_failures as f64);
            add("reply_failures_total", "counter", "Attempts to reply that failed.", failures);
            let failures = plain(values.account_failures as f64);
            add("account_failures_total", "counter", "Entries that the account could not take.", failures);
            add("results_lost_total", "counter", "Results that were given up.", plain(values.results_lost as f64));
            add("callers", "gauge", "Keys that are trusted.", plain(values.callers as f64));
            add("rules", "gauge", "Rules of the policy.", plain(values.rules as f64));
            add("facts", "gauge", "Facts of the node.", plain(values.facts as f64));
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_counted_and_a_transport_that_fails_is_no_health() {
        let gauges = Gauges::default();
        gauges.ignored(Ignored::BadSignature);
        gauges.refused(Why::Policy);
        gauges.ended(&Outcome::Exited(3));
        let now = Mono::default();
        let text = gauges.metrics(now);
        for line in [
            "bellwether_agent_ignored_total{why=\"bad_signature\"} 1",
            "bellwether_agent_ignored_total{why=\"seen\"} 0",
            "bellwether_agent_refused_total{why=\"policy\"} 1",
            "bellwether_agent_ended_total{outcome=\"failed\"} 1",
            "bellwether_agent_healthy 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        gauges.transport(Some("refused".to_owned()));
        assert_eq!(gauges.health(now), (false, "transport fails: refused\ncommands 0\ncallers 0\n".to_owned()));
    }
}
