//! Listens to what comes back, prints it, and tells when it is over.

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use bellwether_aws::Message;
use bellwether_core::collective::config::LogLevel;
use bellwether_core::collective::message::{Mode, Reply};
use bellwether_core::collective::round::{Copies, Ended, Expected, Round, Step, Taken, Terms};
use bellwether_host::clock;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::log::Log;
use super::places::Places;
use super::readers::{Event, read_facts, read_replies};
use super::report;
use crate::failure::Failure;

/// How many answers of SQS may wait to be taken.
const EVENTS: usize = 16;
/// How long is waited in the end for replies to be deleted.
const LAST_DELETIONS: Duration = Duration::from_secs(2);

/// Listens to the answers to one command.
pub(super) struct Listener<'a> {
    places: &'a Places,
    log: &'a Arc<Log>,
    mode: Mode,
    copies: Copies,
    round: Round,
    /// Replies that were taken and are being deleted.
    deletions: JoinSet<()>,
}

impl<'a> Listener<'a> {
    /// For a command whose copies were sent just now.
    pub(super) fn new(places: &'a Places, terms: Terms, expected: Expected, copies: Copies, log: &'a Arc<Log>) -> Self {
        let round = Round::new(terms, expected, copies.clone(), clock::mono());
        Self { places, log, mode: terms.mode, copies, round, deletions: JoinSet::new() }
    }

    /// Takes what comes until it is over. It may be dropped at any time; what is known by then stays.
    ///
    /// # Errors
    /// When replies cannot be received, or nothing can be printed.
    pub(super) async fn listen(&mut self) -> Result<Ended, Failure> {
        let (tell, mut told) = mpsc::channel(EVENTS);
        let readers = readers(self.places, self.log, self.copies.clone(), tell);
        tokio::pin!(readers);
        loop {
            let until = match self.round.step(clock::mono()) {
                Step::Wait(until) => until,
                Step::End(ended) => return Ok(ended),
            };
            tokio::select! {
                Some(event) = told.recv() => self.take(event)?,
                () = clock::sleep_until(until) => {}
                () = &mut readers => {}
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Failure> {
        let now = clock::mono();
        match event {
            Event::Failed(error) => Err(error.into()),
            Event::Facts(facts) => {
                let expected = self.round.expected();
                facts.iter().for_each(|(at, facts)| expected.take(now, *at, facts));
                expected.looked(now);
                Ok(())
            }
            Event::Replies(replies) => {
                let told = replies.iter().try_for_each(|(message, reply)| self.print(message, reply));
                self.delete(replies);
                told
            }
        }
    }

    fn print(&mut self, message: &Message, reply: &Reply) -> Result<(), Failure> {
        match self.round.reply(message.id.as_str(), reply) {
            Taken::Present if self.mode == Mode::Ping => {
                let took = clock::mono().since(self.round.sent());
                self.log.result(LogLevel::Info, &report::present(reply, took))
            }
            Taken::Result => {
                let (level, text) = report::result(reply);
                self.log.result(level, &text)
            }
            Taken::Present | Taken::Again | Taken::Other => Ok(()),
        }
    }

    /// Deletes replies beside everything else: nobody but us wants them.
    fn delete(&mut self, replies: Vec<(Message, Reply)>) {
        let (queues, queue, log) = (self.places.queues.clone(), self.places.replies.clone(), Arc::clone(self.log));
        self.deletions.spawn(async move {
            let receipts: Vec<&str> = replies.iter().map(|(message, _)| message.receipt.as_str()).collect();
            if let Err(error) = queues.delete_batch(&queue, &receipts).await {
                log.tell(LogLevel::Warn, &format!("replies are left until they expire: {error}"));
            }
        });
    }

    /// Prints what came of it; the exit status.
    ///
    /// # Errors
    /// When it cannot be printed.
    pub(super) fn report(&self, ended: Ended) -> Result<u8, Failure> {
        let summary = self.round.summary(ended);
        if self.mode == Mode::Count {
            self.log.answer(&summary.responses.to_string())?;
            return Ok(summary.exit_status());
        }
        report::summary(&summary).iter().try_for_each(|(level, line)| self.log.result(*level, line))?;
        Ok(summary.exit_status())
    }

    /// Waits until the replies that were taken are deleted, though not for long.
    pub(super) async fn finish(&mut self) {
        let all = async { while self.deletions.join_next().await.is_some() {} };
        // What is left by then expires.
        let _ = timeout(LAST_DELETIONS, all).await;
    }
}

/// Reads both queues for ever.
fn readers<'a>(
    places: &'a Places,
    log: &'a Log,
    copies: Copies,
    tell: mpsc::Sender<Event>,
) -> impl Future<Output = ()> + 'a {
    let Places { queues, replies, facts, .. } = places;
    async move {
        let facts = async {
            if let Some(queue) = facts {
                read_facts(queues, queue, log, tell.clone()).await;
            }
        };
        tokio::join!(facts, read_replies(queues, replies, copies, log, tell.clone()));
        pending().await
    }
}
