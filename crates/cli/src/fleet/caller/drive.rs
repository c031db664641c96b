//! Carries out a call: sends requests, takes replies, minds the time.
//!
//! - `sending`: requests, sealed and sent. `outage`: what is done when the caller's own connection fails.

mod outage;
mod sending;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bellwether_core::fleet::caller::believe::Doubt;
use bellwether_core::fleet::caller::call::{Call, Step};
use bellwether_core::fleet::caller::order::{Missing, Order, Ready};
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::reply::Reply;
use bellwether_core::fleet::request::{Action, ReplyAddress, Target};
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;
use bellwether_core::time::Mono;
use bellwether_host::{clock, random};

use super::Caller;
use super::interrupt::Interrupts;
use super::opener::{Incoming, Opened, Opener};
use super::show::Show;
use crate::failure::Failure;
use crate::fleet::calls::{Calls, RememberedCall};

/// How long replies wait for one before them that a transport may have overtaken.
const PATIENCE_FOR_ORDER: Duration = Duration::from_secs(3);
/// How many bytes of replies wait for others before them, of all nodes together. With more, gaps are not waited for.
const MOST_HELD_BYTES: usize = 128 << 20;
/// How often it is told how far the call is.
const PACE: Duration = Duration::from_millis(250);
/// The most groups of messages that are read before the time is looked at.
const MOST_ROUNDS: u32 = 1_000;
/// The pause after a transport could not receive.
const PAUSE: Duration = Duration::from_millis(500);

/// What is asked, of whom, and for how long it holds.
pub(crate) struct Question {
    pub(crate) action: Action,
    pub(crate) ttl: Duration,
    pub(crate) durable: bool,
    /// Whom agents are told it is for, where they are all told at once; none when nodes are told by name.
    pub(crate) everyone: Option<Target>,
}

/// How a call came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Nothing more is expected.
    Over,
    /// The user did not want to wait any more.
    Interrupted,
}

/// A call that is being carried out.
pub(crate) struct Drive<'a, S> {
    caller: &'a mut Caller,
    call: &'a mut Call,
    question: &'a Question,
    show: &'a mut S,
    id: RequestId,
    address: ReplyAddress,
    sent: BTreeSet<RequestId>,
    /// Whether a request is being sent, so that some may have got it.
    is_sending: bool,
    orders: BTreeMap<NodeId, Order>,
    /// How many bytes the replies in the orders take, about.
    held: usize,
    /// Whether it was told that a node answers which was not asked.
    told_unasked: bool,
    /// Nodes with replies that wait for one before them, and since when.
    gaps: BTreeMap<NodeId, Mono>,
    /// Where it is kept who was asked, for calls whose results can be had later.
    memory: Option<(Calls, RememberedCall)>,
    /// What the transport failed at, since it was last known to work.
    trouble: Option<TransportError>,
}

impl Caller {
    /// A new name for a request.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub(crate) fn new_id() -> Result<RequestId, Failure> {
        let random = random::bytes()
            .map_err(|error| Failure::unavailable(format!("the system gives no random numbers: {error}")))?;
        Ok(RequestId::new(clock::now().wall, random))
    }

    /// Begins to listen for a call's replies. What is sent before would be answered to nobody.
    ///
    /// # Errors
    /// When they could not be received; or the request is too large.
    pub(crate) async fn begin<'a, S: Show>(
        &'a mut self,
        id: RequestId,
        call: &'a mut Call,
        question: &'a Question,
        show: &'a mut S,
    ) -> Result<Drive<'a, S>, Failure> {
        let address = self.transport.listen(id, question.durable).await?;
        let (sent, orders, gaps) = Default::default();
        let (held, told_unasked, is_sending, memory, trouble) = (0, false, false, None, None);
        let drive = Drive {
            caller: self,
            call,
            question,
            show,
            id,
            address,
            sent,
            is_sending,
            orders,
            held,
            told_unasked,
            gaps,
            memory,
            trouble,
        };
        drive.check_size()?;
        Ok(drive)
    }
}

impl<S: Show> Drive<'_, S> {
    /// The same, and every node is remembered before it is asked.
    pub(crate) fn remembering(mut self, calls: Calls, call: RememberedCall) -> Self {
        self.memory = Some((calls, call));
        self
    }

    /// Sends the first request and no other: what `--async` does.
    ///
    /// # Errors
    /// When it could not be sent.
    pub(crate) async fn send_only(&mut self) -> Result<(), Failure> {
        match self.call.next(clock::mono()) {
            Step::Send(nodes) => self.send(&nodes).await,
            Step::Wait(_) | Step::Over | Step::GiveUp => Ok(()),
        }
    }

    /// Goes on until nothing more is expected, or the user interrupts.
    ///
    /// # Errors
    /// When a request could not be sent, or the connection was lost and does not come back. What is known of the call by
    /// then holds.
    pub(crate) async fn run(&mut self, interrupt: &mut Interrupts) -> Result<Ended, Failure> {
        let mut opener = Opener::<Reply>::new(self.caller.transport.clone());
        loop {
            // A caller that is busy reading must not take its own slowness for the nodes' silence.
            // But a flood must not keep it from ending either.
            let mut rounds = 0;
            while rounds < MOST_ROUNDS && !opener.is_idle() {
                rounds += 1;
                tokio::select! {
                    incoming = opener.next() => self.take(incoming).await,
                    () = interrupt.recv() => return Ok(Ended::Interrupted),
                }
            }
            if self.must_check_connection() {
                tokio::select! {
                    () = self.check_connection() => {}
                    () = interrupt.recv() => return Ok(Ended::Interrupted),
                }
            }
            let now = clock::mono();
            self.give_up_gaps(now);
            self.show.progress(self.call);
            let until = match self.call.next(now) {
                Step::Over => return Ok(Ended::Over),
                Step::GiveUp => return Err(self.given_up()),
                Step::Send(nodes) => {
                    tokio::select! {
                        sent = self.send(&nodes) => sent?,
                        () = interrupt.recv() => {
                            if self.is_sending {
                                self.call.sent(now);
                            }
                            return Ok(Ended::Interrupted);
                        }
                    }
                    continue;
                }
                Step::Wait(until) => self.gaps.values().map(|since| *since + PATIENCE_FOR_ORDER).fold(until, Mono::min),
            };
            tokio::select! {
                incoming = opener.next() => self.take(incoming).await,
                () = tokio::time::sleep(until.since(now).min(PACE)) => {}
                () = interrupt.recv() => return Ok(Ended::Interrupted),
            }
        }
    }

    async fn take(&mut self, incoming: Incoming<Reply>) {
        match incoming {
            Incoming::Messages(messages) => {
                let now = clock::mono();
                for message in messages {
                    self.take_one(message, now);
                }
            }
            Incoming::Failed(error) => self.fails_at(error).await,
        }
    }

    fn take_one(&mut self, message: Opened<Reply>, now: Mono) {
        // Nobody's key is remembered for a reply that is none of ours.
        let checked = match message {
            // An answer to a request of another call, or of nobody's.
            Ok((_, reply)) if reply.call != self.id || !self.sent.contains(&reply.id) => return,
            Ok((_, reply)) if !self.may_answer(&reply.node) => {
                if self.told_unasked {
                    return;
                }
                self.told_unasked = true;
                Err(Doubt::NotAsked(reply.node))
            }
            message => message.and_then(|opened| self.caller.memory.believe_answer(opened, self.names_nodes())),
        };
        match checked {
            Ok(reply) => self.take_reply(reply, now),
            Err(doubt) => self.show.warnings().doubt("a reply", &doubt),
        }
    }

    /// Whether nodes are asked by their names, and not by a filter.
    fn names_nodes(&self) -> bool {
        !matches!(self.question.everyone, Some(Target::Filter(_)))
    }

    /// Where nodes are named, whether this is one of those that were asked; where a filter is sent, anybody may match it.
    fn may_answer(&self, node: &NodeId) -> bool {
        match &self.question.everyone {
            None => self.call.has_asked(node),
            Some(Target::Nodes(nodes)) => nodes.contains(node),
            Some(Target::Filter(_)) => true,
        }
    }

    fn take_reply(&mut self, reply: Reply, now: Mono) {
        let node = reply.node.clone();
        let order = self.orders.entry(node.clone()).or_default();
        self.held -= order.held();
        let mut ready = vec![order.take(reply)];
        while order.is_waiting() && self.held + order.held() > MOST_HELD_BYTES {
            ready.push(order.give_up());
        }
        self.held += order.held();
        if order.is_waiting() {
            self.gaps.entry(node.clone()).or_insert(now);
        } else {
            self.gaps.remove(&node);
        }
        for ready in ready {
            self.pass_on(&node, ready, now);
        }
    }

    fn pass_on(&mut self, node: &NodeId, ready: Ready, now: Mono) {
        if ready.missing != Missing::Nothing {
            self.show.missing(node, ready.missing);
        }
        for reply in ready.replies {
            self.call.heard(node, &reply.event, now);
            self.show.reply(&reply);
        }
    }

    fn give_up_gaps(&mut self, now: Mono) {
        let overdue = |since: &Mono| *since + PATIENCE_FOR_ORDER <= now;
        let nodes: Vec<NodeId> =
            self.gaps.iter().filter(|(_, since)| overdue(since)).map(|(node, _)| node.clone()).collect();
        for node in nodes {
            self.gaps.remove(&node);
            let Some(order) = self.orders.get_mut(&node) else { continue };
            self.held -= order.held();
            let ready = order.give_up();
            self.held += order.held();
            if order.is_waiting() {
                self.gaps.insert(node.clone(), now);
            }
            self.pass_on(&node, ready, now);
        }
    }
}
