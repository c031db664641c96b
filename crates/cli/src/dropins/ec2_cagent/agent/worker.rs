//! Carries out orders beside each other: answers, and programs that run commands.

use bellwether_core::collective::message::{Reply, ReturnCode};
use bellwether_core::collective::names::HostName;
use bellwether_host::own_program::Helper;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, mpsc, watch};

use super::orders::Order;
use crate::dropins::ec2_cagent::job::Job;
use crate::dropins::ec2_cagent::log::Log;
use crate::dropins::ec2_cagent::mailbox::Mailbox;
use crate::dropins::ec2_cagent::{NAME, PATIENCE, RUN};

/// How many commands run at a time.
const MOST_RUNNING: usize = 32;
/// How many orders are at work at a time, those that wait for others to end included.
const MOST_AT_WORK: usize = 512;
/// The status of a command whose end is not known.
const LOST: ReturnCode = ReturnCode::Agent(255);

/// Who carries out orders.
pub(super) struct Worker<'a> {
    pub(super) replies: Mailbox,
    pub(super) hostname: HostName,
    pub(super) slots: Semaphore,
    /// True when the agent is to end.
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) log: &'a Log,
}

impl<'a> Worker<'a> {
    pub(super) fn new(replies: Mailbox, hostname: HostName, stopping: watch::Receiver<bool>, log: &'a Log) -> Self {
        Self { replies, hostname, slots: Semaphore::new(MOST_RUNNING), stopping, log }
    }

    /// Carries out orders until there are no more.
    pub(super) async fn run(&self, mut orders: mpsc::Receiver<Order>) {
        let mut work = FuturesUnordered::new();
        loop {
            tokio::select! {
                order = orders.recv(), if work.len() < MOST_AT_WORK => match order {
                    Some(order) => work.push(self.carry_out(order)),
                    None => break,
                },
                Some(()) = work.next(), if !work.is_empty() => {}
            }
        }
        while work.next().await.is_some() {}
    }

    async fn carry_out(&self, order: Order) {
        match order {
            Order::Present(question) => self.send(question.present(&self.hostname)).await,
            Order::Refuse(question, why, rc) => {
                self.send(question.discovered(&self.hostname)).await;
                self.send(question.instead(&format!("not run: {why}"), rc, &self.hostname)).await;
            }
            Order::Run(question, job) => {
                self.send(question.discovered(&self.hostname)).await;
                if let Err((why, rc)) = self.run_beside(&job).await {
                    self.log.error(&format!("{}: {why}", job.batch));
                    self.send(question.instead(&why, rc, &self.hostname)).await;
                }
            }
        }
    }

    /// Has a program of its own run the command, and answer. Waits for it, unless the agent is to end.
    ///
    /// # Errors
    /// What is to be answered in its place.
    async fn run_beside(&self, job: &Job) -> Result<(), (String, ReturnCode)> {
        let mut stopping = self.stopping.clone();
        // It does not go away before we do.
        let mut told_to_stop = std::pin::pin!(stopping.wait_for(|&stopping| stopping));
        let _slot = tokio::select! {
            biased;
            _ = &mut told_to_stop => return Err(("not run: the agent is being stopped".to_owned(), ReturnCode::Command(1))),
            slot = self.slots.acquire() => slot,
        };
        let not_started = |error: std::io::Error| {
            let why = format!("not run: no process can be started for it: {error}");
            (why, ReturnCode::Command(error.raw_os_error().unwrap_or(1)))
        };
        let told = serde_json::to_vec(job).map_err(|error| not_started(error.into()))?;
        let mut helper = Helper::start(NAME, &[RUN.into()], &told).map_err(not_started)?;
        tokio::select! {
            ended = helper.ended() => match ended {
                Ok(true) => Ok(()),
                _ => Err(("the process that ran the command was ended, and the command with it".to_owned(), LOST)),
            },
            _ = &mut told_to_stop => {
                self.log.info(&format!("the command {} goes on, and its answer will be sent", job.batch));
                Ok(())
            }
        }
    }

    async fn send(&self, reply: Reply) {
        self.replies.send("an answer", &reply.encode(), PATIENCE, self.log).await;
    }
}
