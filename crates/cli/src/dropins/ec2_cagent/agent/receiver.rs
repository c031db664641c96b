//! Takes messages from the queue, for ever, and makes orders of those that are new and meant for this host.

use std::cell::RefCell;
use std::time::Duration;

use bellwether_aws::{ApiError, Message, Receive};
use bellwether_core::collective::message::{Command, MessageError};
use bellwether_core::collective::names::MessageId;
use bellwether_core::tally::Tally;
use bellwether_host::memory::Tidier;
use bellwether_host::{clock, random};
use tokio::sync::mpsc::Sender;

use super::facts::Known;
use super::history::{History, Worth};
use super::orders::{Order, Orders};
use super::pace::{Answer, Ask, FULL, Pace};
use crate::dropins::ec2_cagent::log::Log;
use crate::dropins::ec2_cagent::mailbox::{Mailbox, Pauses};

/// Where orders come from.
pub(super) struct Receiver<'a> {
    pub(super) commands: Mailbox,
    pub(super) history: History,
    pub(super) orders: Orders<'a>,
    pub(super) known: &'a RefCell<Known>,
    pub(super) worker: Sender<Order>,
    pub(super) malformed: Tally,
    pub(super) log: &'a Log,
}

impl Receiver<'_> {
    /// Goes on for ever; whatever fails is tried again.
    pub(super) async fn run(&mut self, period: Duration) {
        let mut pace = Pace::new(period);
        let mut ask = Pace::first();
        let mut trouble = Trouble::default();
        let mut tidier = Tidier::new(clock::mono());
        loop {
            clock::sleep_until(clock::mono() + ask.pause).await;
            let began = clock::mono();
            match received(&self.commands, ask, &mut tidier).await {
                Ok(messages) => {
                    trouble.over(self.log);
                    let ids: Vec<&str> = messages.iter().map(|message| message.id.as_str()).collect();
                    let new = messages.iter().map(|message| usize::from(self.take(message))).sum();
                    let now = clock::mono();
                    let answer = Answer { ids: &ids, new, took: now.since(began) };
                    ask = pace.next(answer, now, random::fraction());
                }
                Err(error) => {
                    let pause = trouble.again(&error, self.log);
                    ask = Ask { pause, ..Pace::first() };
                }
            }
        }
    }

    /// Takes a message; whether it is new.
    fn take(&mut self, message: &Message) -> bool {
        let now = clock::now();
        let id = message.id.as_str();
        if self.history.knows(id, now) {
            return false;
        }
        let read = MessageId::new(id).map_err(MessageError::from);
        let read = read.and_then(|id| Ok((id, Command::decode(&message.body)?)));
        match read {
            Ok((_, command)) if self.history.knows(command.batch.as_str(), now) => self.note(id),
            Ok((_, command)) if !self.known.borrow().passes(&command.filter) => {
                self.log.debug(&format!("the command {} is not for this host", command.batch));
                self.remember(&[id, command.batch.as_str()], Worth::Answer)
                    .unwrap_or_else(|why| self.log.warning(&why));
            }
            Ok((id, command)) => self.order(id, command),
            Err(error) => self.make_nothing_of(id, &error),
        }
        true
    }

    fn order(&mut self, id: MessageId, command: Command) {
        let worth = if command.action.mode().runs_something() { Worth::Command } else { Worth::Answer };
        let order = match self.remember(&[id.as_str(), command.batch.as_str()], worth) {
            Ok(()) => self.orders.of(id, command),
            Err(why) => {
                self.note(id.as_str());
                self.note(command.batch.as_str());
                self.orders.of_forgotten(id, &command, &why)
            }
        };
        if self.worker.try_send(order).is_err() {
            self.log.error("a command is dropped: too many others are at work or wait for their answers to be sent");
        }
    }

    fn make_nothing_of(&mut self, id: &str, error: &MessageError) {
        if let Some(count) = self.malformed.add() {
            self.log.warning(&format!("message {id} makes no sense and is forgotten (number {count}): {error}"));
        }
        self.note(id);
    }

    /// Remembers what does nothing, as far as there is room.
    fn note(&mut self, id: &str) {
        if let Err(why) = self.remember(&[id], Worth::Noise) {
            self.log.debug(&why);
        }
    }

    fn remember(&mut self, ids: &[&str], worth: Worth) -> Result<(), String> {
        self.history.remember(ids, worth, clock::now())
    }
}

/// Memory is given back while the long poll waits.
async fn received(commands: &Mailbox, ask: Ask, tidier: &mut Tidier) -> Result<Vec<Message>, ApiError> {
    let ask = Receive { wait: ask.wait, max: u8::try_from(FULL).unwrap_or(u8::MAX), visibility: Some(ask.hidden) };
    let received = commands.receive(&ask);
    tokio::pin!(received);
    loop {
        tokio::select! {
            received = &mut received => return received,
            () = tidier.rest() => {}
        }
    }
}

/// Failures in a row.
#[derive(Default)]
struct Trouble {
    pauses: Pauses,
    told: Option<String>,
}

impl Trouble {
    /// Tells what failed, once; gives the pause.
    fn again(&mut self, error: &ApiError, log: &Log) -> Duration {
        let text = format!("commands cannot be received: {error}; {}", error.remedy);
        if self.told.as_ref() != Some(&text) {
            log.error(&text);
            self.told = Some(text);
        }
        self.pauses.next()
    }

    fn over(&mut self, log: &Log) {
        if self.told.is_some() {
            log.info("commands are received again");
            *self = Self::default();
        }
    }
}
