//! Running a command without a claim: for `--store none`, and where the store is out of reach and the user said to
//! run nevertheless.

use std::time::Duration;

use bellwether_core::claim::Exit;
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::time::Tick;
use bellwether_host::clock;
use bellwether_host::signals::{Signal, Signals};

use super::launch::{JobChild, Launch, Output, RunVariables};

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
    pub(crate) async fn drive(&self, launch: &Launch, signals: &mut Signals) -> Exit {
        let output = Output::new();
        let mut attempt = 1;
        loop {
            let exit = match launch.start(self.variables(attempt), None, &output) {
                Ok(child) => until_ended(child, launch, signals).await,
                Err(exit) => exit,
            };
            if !exit.retryable || attempt > self.retries || self.told_to_end_in_pause(signals).await {
                return exit;
            }
            attempt += 1;
        }
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

async fn until_ended(mut child: JobChild, launch: &Launch, signals: &mut Signals) -> Exit {
    let mut told_to_end = false;
    loop {
        tokio::select! {
            biased;
            ended = child.ended() => return launch.exit(ended, told_to_end),
            signal = signals.next() => {
                told_to_end |= !matches!(signal, Signal::SIGUSR1 | Signal::SIGUSR2);
                if let Err(error) = child.signal(signal) {
                    tracing::warn!("{signal} cannot be passed on to the command: {error}");
                }
            }
        }
    }
}
