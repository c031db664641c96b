//! Running a command without a claim: for `--store none`, and where the store is out of reach and the user said to
//! run nevertheless.

use std::time::Duration;

use bellwether_core::claim::{Exit, RunEnd};
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::time::Tick;
use bellwether_host::clock;
use bellwether_host::signals::{Signal, Signals};

use super::account::{Account, OfRun};
use super::launch::{CommandEnd, JobChild, Launch, Output, RunVariables};
use crate::notices::Notices;

/// A tick that is run without a claim.
pub(crate) struct Unclaimed<'a> {
    pub(crate) job: &'a JobName,
    pub(crate) tick: Tick,
    pub(crate) run_id: &'a RunId,
    pub(crate) node: &'a NodeId,
    pub(crate) retries: u32,
    pub(crate) retry_delay: Duration,
}

impl Unclaimed<'_> {
    /// Runs the command, again when it fails and retries are left; how the last attempt ended.
    pub(crate) async fn drive(&self, launch: &Launch, signals: &mut Signals, notices: &mut Notices) -> Exit {
        let (output, mut account) = (Output::new(), Account::default());
        let mut attempt = 1;
        let exit = loop {
            let now = clock::now();
            account.starting(attempt, 0, now);
            let end = match launch.start(self.variables(attempt), None, None, &output) {
                Ok(child) => {
                    if account.is_news() {
                        notices.started(self.tick, self.run_id, self.node, now.wall);
                    }
                    until_ended(child, launch, signals).await
                }
                Err(end) => end,
            };
            account.ended(end, clock::now());
            if !end.exit.retryable || attempt > self.retries || self.told_to_end_in_pause(signals).await {
                break end.exit;
            }
            attempt += 1;
        };
        if let Some(report) = account.report(self.of_run(), RunEnd::Held, &output) {
            notices.ended(report);
        }
        exit
    }

    fn of_run(&self) -> OfRun<'_> {
        OfRun { job: self.job, tick: self.tick, run_id: self.run_id, node: self.node }
    }

    fn variables(&self, attempt: u32) -> Vec<(String, String)> {
        let Self { job, tick, run_id, node, .. } = *self;
        RunVariables { job, tick, run_id, attempt, fence: 0, node }.list()
    }

    async fn told_to_end_in_pause(&self, signals: &mut Signals) -> bool {
        let until = clock::mono() + self.retry_delay;
        tokio::select! {
            _ = signals.next() => true,
            () = clock::sleep_until(until) => false,
        }
    }
}

async fn until_ended(mut child: JobChild, launch: &Launch, signals: &mut Signals) -> CommandEnd {
    let mut told_to_end = false;
    loop {
        tokio::select! {
            biased;
            ended = child.ended() => return launch.end(ended, told_to_end),
            signal = signals.next() => {
                told_to_end |= !matches!(signal, Signal::SIGUSR1 | Signal::SIGUSR2);
                if let Err(error) = child.signal(signal) {
                    tracing::warn!("{signal} cannot be passed on to the command: {error}");
                }
            }
        }
    }
}
