//! Carries out a call: sends requests, takes replies, minds the time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bellwether_core::fleet::caller::believe::Doubt;
use bellwether_core::fleet::caller::call::{Call, Step};
use bellwether_core::fleet::caller::order::{Missing, Order, Ready};
use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::reply::Reply;
use bellwether_core::fleet::request::{Action, ReplyAddress, Request, RequestKind, Target};
use bellwether_core::fleet::transport::Audience;
use bellwether_core::names::NodeId;
use bellwether_core::time::Mono;
use bellwether_host::{clock, random};
use tokio::signal::unix::Signal;

use super::Caller;
use super::opener::{Incoming, Opened, Opener};
use super::show::Show;
use crate::failure::Failure;

/// How long replies wait for one before them that a transport may have overtaken.
const PATIENCE_FOR_ORDER: Duration = Duration::from_secs(3);
/// How many bytes of replies wait for others before them, of all nodes together. With more, gaps are not waited for.
const MOST_HELD_BYTES: usize = 128 << 20;
/// The most nodes that one request names, for each of them gets all the names.
const MOST_NAMED: usize = 500;
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
    orders: BTreeMap<NodeId, Order>,
    /// How many bytes the replies in the orders take, about.
    held: usize,
    /// Whether it was told that a node answers which was not asked.
    told_unasked: bool,
    /// Nodes with replies that wait for one before them, and since when.
    gaps: BTreeMap<NodeId, Mono>,
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
    /// When they could not be received.
    pub(crate) async fn begin<'a, S: Show>(
        &'a mut self,
        id: RequestId,
        call: &'a mut Call,
        question: &'a Question,
        show: &'a mut S,
    ) -> Result<Drive<'a, S>, Failure> {
        let address = self.transport.listen(id, question.durable).await?;
        let (sent, orders, gaps) = Default::default();
        let (held, told_unasked) = (0, false);
        Ok(Drive { caller: self, call, question, show, id, address, sent, orders, held, told_unasked, gaps })
    }
}

impl<S: Show> Drive<'_, S> {
    /// Sends the first request and no other: what `--async` does.
    ///
    /// # Errors
    /// When it could not be sent.
    pub(crate) async fn send_only(&mut self) -> Result<(), Failure> {
        match self.call.next(clock::mono()) {
            Step::Send(nodes) => self.send(&nodes).await,
            Step::Wait(_) | Step::Over => Ok(()),
        }
    }

    /// Goes on until nothing more is expected, or the user interrupts.
    ///
    /// # Errors
    /// When a request could not be sent to all it is for. What is known of the call by then holds.
    pub(crate) async fn run(&mut self, interrupt: &mut Signal) -> Result<Ended, Failure> {
        let mut opener = Opener::<Reply>::new(self.caller.transport.clone());
        loop {
            // A caller that is busy reading must not take its own slowness for the nodes' silence.
            // But a flood must not keep it from ending either.
            let mut rounds = 0;
            while rounds < MOST_ROUNDS && !opener.is_idle() {
                rounds += 1;
                tokio::select! {
                    incoming = opener.next() => self.take(incoming).await,
                    _ = interrupt.recv() => return Ok(Ended::Interrupted),
                }
            }
            let now = clock::mono();
            self.give_up_gaps(now);
            self.show.progress(self.call);
            let until = match self.call.next(now) {
                Step::Over => return Ok(Ended::Over),
                Step::Send(nodes) => {
                    tokio::select! {
                        sent = self.send(&nodes) => sent?,
                        _ = interrupt.recv() => {
                            self.call.sent(now);
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
                _ = interrupt.recv() => return Ok(Ended::Interrupted),
            }
        }
    }

    async fn send(&mut self, nodes: &[NodeId]) -> Result<(), Failure> {
        self.show.asked(nodes);
        let sent = self.send_parts(nodes).await;
        // Where it failed, some may have got it all the same.
        self.call.sent(clock::mono());
        sent
    }

    async fn send_parts(&mut self, nodes: &[NodeId]) -> Result<(), Failure> {
        if self.question.everyone.is_some() {
            return self.send_to(Audience::Everyone, nodes).await;
        }
        for part in nodes.chunks(MOST_NAMED) {
            self.send_to(Audience::Nodes(part), part).await?;
        }
        Ok(())
    }

    async fn send_to(&mut self, audience: Audience<'_>, nodes: &[NodeId]) -> Result<(), Failure> {
        let id = if self.sent.is_empty() { self.id } else { Caller::new_id()? };
        let message = self.request(id, nodes)?;
        self.sent.insert(id);
        Ok(self.caller.transport.send(audience, self.question.durable, &message).await?)
    }

    fn request(&self, id: RequestId, nodes: &[NodeId]) -> Result<Vec<u8>, Failure> {
        let request = Request {
            kind: RequestKind::Request,
            id,
            call: self.id,
            caller: self.caller.name.clone(),
            env: self.caller.environment.clone(),
            target: self.question.everyone.clone().unwrap_or_else(|| Target::Nodes(nodes.to_vec())),
            action: self.question.action.clone(),
            issued: clock::now().wall,
            ttl_ms: u64::try_from(self.question.ttl.as_millis()).unwrap_or(u64::MAX),
            reply: self.address.clone(),
            durable: self.question.durable,
        };
        let body =
            request.encode().map_err(|error| Failure::usage(format!("the request cannot be written: {error}")))?;
        Envelope::seal(&self.caller.key, body).map_err(|error| {
            Failure::usage(format!("the request is too large: {error}"))
                .remedy("put a long script or input where the nodes can fetch it, or ask fewer named nodes at a time")
        })
    }

    async fn take(&mut self, incoming: Incoming<Reply>) {
        match incoming {
            Incoming::Messages(messages) => {
                let now = clock::mono();
                for message in messages {
                    self.take_one(message, now);
                }
            }
            Incoming::Failed(error) => {
                self.show.warnings().trouble(&error);
                tokio::time::sleep(PAUSE).await;
            }
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
            message => message.and_then(|opened| self.caller.believe(opened)),
        };
        match checked {
            Ok(reply) => self.take_reply(reply, now),
            Err(doubt) => self.show.warnings().doubt("a reply", &doubt),
        }
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
