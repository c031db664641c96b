//! How the watch is, for those who ask: `/` and `/metrics`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::notice::{NodeState, Word};
use bellwether_core::time::Mono;
use bellwether_core::watch::Journal;

use super::health::Vitals;
use crate::render;

/// How long a question may take beyond the pause before it.
const QUESTION: Duration = Duration::from_secs(10);

/// Shared between the loop, which writes, and whoever asks.
#[derive(Clone)]
pub(super) struct Gauges(Arc<Mutex<Values>>);

struct Values {
    started: Mono,
    period: Duration,
    sources: BTreeMap<Word, Asked>,
    state: Option<NodeState>,
    blocks: bool,
    deregistered: bool,
    tasks: usize,
    steps: BTreeMap<(String, bool), u64>,
}

#[derive(Default, Clone, Copy)]
struct Asked {
    questions: u64,
    failures: u64,
    /// When a question last ended, and when one was last answered.
    ended: Option<Mono>,
    answered: Option<Mono>,
}

impl Gauges {
    pub(super) fn new(now: Mono) -> Self {
        Self(Arc::new(Mutex::new(Values {
            started: now,
            period: Duration::ZERO,
            sources: BTreeMap::new(),
            state: None,
            blocks: false,
            deregistered: false,
            tasks: 0,
            steps: BTreeMap::new(),
        })))
    }

    fn with<T>(&self, look: impl FnOnce(&mut Values) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// These are asked from now on, once in a period each.
    pub(super) fn asks(&self, sources: &[Word], period: Duration, now: Mono) {
        self.with(|values| {
            values.started = now;
            values.period = period;
            let known = std::mem::take(&mut values.sources);
            let kept = |name: &Word| known.get(name).copied().unwrap_or_default();
            values.sources = sources.iter().map(|name| (name.clone(), kept(name))).collect();
        });
    }

    /// A question has ended.
    pub(super) fn asked(&self, source: &Word, ended: Mono, answered: bool) {
        self.with(|values| {
            let asked = values.sources.entry(source.clone()).or_default();
            asked.questions += 1;
            asked.failures += u64::from(!answered);
            asked.ended = Some(ended);
            if answered {
                asked.answered = Some(ended);
            }
        });
    }

    /// What the journal says.
    pub(super) fn journal(&self, journal: &Journal) {
        self.with(|values| {
            values.state = journal.state();
            values.blocks = journal.blocks();
            values.deregistered = journal.is_deregistered();
            values.tasks = journal.tasks();
        });
    }

    /// A step has ended.
    pub(super) fn step(&self, name: &str, good: bool) {
        self.with(|values| *values.steps.entry((name.to_owned(), good)).or_default() += 1);
    }

    /// Whether questions to every source have ended within this time, well or not.
    pub(super) fn goes_on(&self, within: Duration, now: Mono) -> bool {
        self.with(|values| {
            let started = values.started;
            let recent = |asked: &Asked| now.since(asked.ended.unwrap_or(started).max(started)) <= within;
            values.sources.values().all(recent)
        })
    }

    /// Whether every source has answered lately, and a line for each.
    pub(super) fn health(&self, now: Mono) -> (bool, String) {
        self.with(|values| {
            let limit = values.period.saturating_mul(3) + QUESTION;
            let mut text = format!("state {}\n", values.state.map_or("unknown", NodeState::as_str));
            let mut fresh = true;
            for (source, asked) in &values.sources {
                let silent = now.since(asked.answered.unwrap_or(values.started));
                fresh &= silent <= limit && asked.answered.is_some();
                let word = match asked.answered {
                    None => "has not answered yet".to_owned(),
                    Some(_) if silent > limit => format!("stale: last answered {} ago", duration::display(silent)),
                    Some(_) => "fresh".to_owned(),
                };
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{source} {word}");
            }
            (fresh, text)
        })
    }

    /// The metrics (Prometheus, text-based exposition format 0.0.4). Names of sources have no character that would
    /// have to be escaped.
    pub(super) fn metrics(&self, now: Mono) -> String {
        let (fresh, _) = self.health(now);
        self.with(|values| {
            let mut text = String::new();
            let state = |state: &NodeState| (format!("{{state=\"{state}\"}}"), f64::from(values.state == Some(*state)));
            family(&mut text, "state", "gauge", "The state the node is in.", NodeState::ALL.iter().map(state));
            let plain = |value: f64| [(String::new(), value)];
            family(&mut text, "fresh", "gauge", "Whether every source has answered lately.", plain(f64::from(fresh)));
            family(
                &mut text,
                "blocks_ports",
                "gauge",
                "Whether new connections are refused.",
                plain(f64::from(values.blocks)),
            );
            let out = plain(f64::from(values.deregistered));
            family(&mut text, "deregistered", "gauge", "Whether the node was taken out of its load balancers.", out);
            let tasks = plain(u32::try_from(values.tasks).unwrap_or(u32::MAX).into());
            family(&mut text, "tasks", "gauge", "States whose reactions are under way or wait.", tasks);
            let of = |count: fn(&Asked) -> f64| {
                move |(source, asked): (&Word, &Asked)| (format!("{{source=\"{source}\"}}"), count(asked))
            };
            let questions = values.sources.iter().map(of(|asked| asked.questions as f64));
            family(&mut text, "questions_total", "counter", "Questions to sources.", questions);
            let failures = values.sources.iter().map(of(|asked| asked.failures as f64));
            family(&mut text, "failures_total", "counter", "Questions without a usable answer.", failures);
            let step = |((name, good), count): (&(String, bool), &u64)| {
                let outcome = if *good { "done" } else { "failed" };
                (format!("{{reaction=\"{name}\",outcome=\"{outcome}\"}}"), *count as f64)
            };
            family(
                &mut text,
                "reactions_total",
                "counter",
                "Reactions that have ended.",
                values.steps.iter().map(step),
            );
            text
        })
    }
}

impl Vitals for Gauges {
    fn health(&self, now: Mono) -> (bool, String) {
        Self::health(self, now)
    }

    fn metrics(&self, now: Mono) -> String {
        Self::metrics(self, now)
    }
}

fn family(text: &mut String, name: &str, kind: &str, help: &str, samples: impl IntoIterator<Item = (String, f64)>) {
    render::metrics::family(text, &format!("bellwether_watch_{name}"), kind, help, samples);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Mono {
        Mono::since_boot(Duration::from_secs(seconds))
    }

    fn asking(names: &[&str]) -> (Gauges, Vec<Word>) {
        let names: Vec<_> = names.iter().map(|name| Word::new(*name).unwrap()).collect();
        let gauges = Gauges::new(at(100));
        gauges.asks(&names, Duration::from_secs(5), at(100));
        (gauges, names)
    }

    #[test]
    fn it_goes_on_as_long_as_every_question_ends_well_or_not() {
        let (gauges, names) = asking(&["imds", "elb:web"]);
        let limit = Duration::from_secs(60);
        assert!(gauges.goes_on(limit, at(150)), "it has just begun");
        gauges.asked(&names[0], at(155), true);
        gauges.asked(&names[1], at(158), false);
        assert!(gauges.goes_on(limit, at(215)));
        gauges.asked(&names[0], at(216), true);
        assert!(!gauges.goes_on(limit, at(219)), "the second source hangs");
    }

    #[test]
    fn health_needs_a_recent_answer_of_every_source() {
        let (gauges, names) = asking(&["imds", "elb:web"]);
        assert!(!gauges.health(at(100)).0, "nobody has answered yet");
        gauges.asked(&names[0], at(101), true);
        gauges.asked(&names[1], at(101), true);
        assert!(gauges.health(at(120)).0);
        gauges.asked(&names[0], at(130), true);
        gauges.asked(&names[1], at(130), false);
        let (fresh, text) = gauges.health(at(131));
        assert!(!fresh && text.contains("elb:web stale: last answered 30.0s ago"), "{text}");
    }

    #[test]
    fn sources_that_are_asked_on_keep_their_counts() {
        let (gauges, names) = asking(&["imds", "elb:web"]);
        gauges.asked(&names[0], at(101), true);
        gauges.asks(&names[..1], Duration::from_secs(5), at(102));
        let text = gauges.metrics(at(103));
        assert!(text.contains("questions_total{source=\"imds\"} 1") && !text.contains("elb:web"), "{text}");
    }
}
