//! Notices of outcome: who is told how a run went. Nothing here can delay the command, its claim or its history, nor
//! change its status: what goes wrong is a warning.
//!
//! - `args`: what the user wants. `pings`, `failures`, `metrics`: one kind of notice each.
//! - `queue`: notices that must keep their order.
//!
//! What a notice says is decided in `bellwether_core::report`.

pub(crate) mod args;
pub(crate) mod failures;
mod metrics;
mod pings;
mod queue;

use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::report::Report;
use bellwether_core::report::metrics::{Change, SkipReason};
use bellwether_core::time::Tick;
use jiff::Timestamp;

use crate::wiring::context::Context;
use args::Wanted;
use failures::Failures;
use metrics::Metrics;
use pings::Pings;

/// The notices of one wrapper.
pub(crate) struct Notices {
    job: JobName,
    pings: Option<Pings>,
    failures: Option<Failures>,
    metrics: Option<Metrics>,
}

impl Notices {
    /// Those that the user wants; nothing is connected or opened before there is something to tell.
    pub(crate) fn new(wanted: &Wanted, job: &JobName, context: &Context) -> Self {
        let console = context.console;
        Self {
            job: job.clone(),
            pings: wanted.ping.as_ref().map(|url| Pings::new(url, context)),
            failures: wanted.on_failure.as_ref().map(|command| Failures::new(command, console)),
            metrics: wanted.metrics.as_ref().map(|path| Metrics::new(path, job, console)),
        }
    }

    /// The command was started.
    pub(crate) fn started(&mut self, tick: Tick, run_id: &RunId, node: &NodeId, at: Timestamp) {
        if let Some(pings) = &self.pings {
            pings.started(&self.job, tick, run_id, node);
        }
        self.count(Change::Started { tick, at });
    }

    /// A run of another wrapper was found lost, and marked so by this one.
    pub(crate) fn found_lost(&mut self, report: &Report) {
        if let Some(pings) = &self.pings {
            pings.found_lost(report);
        }
        if let Some(failures) = &mut self.failures {
            failures.run(report);
        }
        self.count(Change::FoundLost);
    }

    /// The run is over, and recorded as far as it can be.
    pub(crate) fn ended(&mut self, report: Report) {
        if let Some(pings) = &mut self.pings {
            pings.ended(&report);
        }
        if let Some(failures) = &mut self.failures
            && !report.is_success()
        {
            failures.run(&report);
        }
        self.count(Change::Ended(Box::new(report)));
    }

    /// The tick is not run by this wrapper.
    pub(crate) fn skipped(&mut self, reason: SkipReason) {
        self.count(Change::Skipped(reason));
    }

    fn count(&mut self, change: Change) {
        if let Some(metrics) = &self.metrics {
            metrics.changed(change);
        }
    }

    /// Waits until all is delivered, or given up; each kind of notice has its own limit of time. `cut_short` ends it
    /// at once.
    pub(crate) async fn delivered(self, cut_short: impl Future<Output = ()>) {
        let all = async {
            tokio::join!(
                async {
                    if let Some(pings) = self.pings {
                        pings.delivered().await
                    }
                },
                async {
                    if let Some(failures) = self.failures {
                        failures.ended().await
                    }
                },
                async {
                    if let Some(metrics) = self.metrics {
                        metrics.written().await
                    }
                },
            )
        };
        tokio::select! {
            _ = all => {}
            () = cut_short => tracing::warn!("notices were given up: told to end"),
        }
    }
}
