//! Replies to one request, one after the other, each sent until it arrives.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::fleet::fit;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::reply::{Event, Reply, ReplyKind};
use bellwether_core::fleet::request::{ReplyAddress, Request};
use bellwether_core::time::Mono;
use bellwether_host::{clock, random};

use super::station::Station;

/// The pauses between two attempts: they double, up to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Sends replies to a request.
pub(super) struct Letters {
    station: Arc<Station>,
    to: ReplyAddress,
    id: RequestId,
    call: RequestId,
    durable: bool,
    seq: u64,
}

/// A reply was given up.
#[derive(Debug)]
pub(super) struct Undelivered(pub(super) String);

impl Letters {
    /// The first reply has the number 0.
    pub(super) fn to(station: &Arc<Station>, request: &Request) -> Self {
        Self {
            station: Arc::clone(station),
            to: request.reply.clone(),
            id: request.id,
            call: request.call,
            durable: request.durable,
            seq: 0,
        }
    }

    /// Replies whose first has this number.
    pub(super) fn from_number(
        station: &Arc<Station>,
        id: RequestId,
        call: RequestId,
        to: ReplyAddress,
        durable: bool,
        seq: u64,
    ) -> Self {
        Self { station: Arc::clone(station), to, id, call, durable, seq }
    }

    /// Sends the next reply, again and again until it arrives; until `until` gives an instant and it has
    /// passed. Not cancel-safe: a reply
    /// that is given up by dropping this is lost.
    pub(super) async fn send(&mut self, event: Event, until: impl Fn() -> Option<Mono>) -> Result<(), Undelivered> {
        let mut reply = Reply {
            kind: ReplyKind::Reply,
            id: self.id,
            call: self.call,
            env: self.station.env.clone(),
            node: self.station.node.clone(),
            seq: self.seq,
            at: clock::now().wall,
            event,
        };
        self.seq += 1;
        if let Event::Facts(facts) = &reply.event {
            let fits = |some: &_| {
                self.station.sealed(&Reply { event: Event::Facts(Clone::clone(some)), ..reply.clone() }).is_some()
            };
            reply.event = Event::Facts(fit::fitting(facts, fits).0);
        }
        let sealed =
            self.station.sealed(&reply).ok_or_else(|| Undelivered("it does not fit into a message".to_owned()))?;
        drop(reply);
        self.insist(&sealed, until).await
    }

    async fn insist(&self, sealed: &[u8], until: impl Fn() -> Option<Mono>) -> Result<(), Undelivered> {
        if !self.station.transport.accepts(&self.to, self.call, self.durable) {
            return Err(Undelivered("no caller awaits replies at the address that it has".to_owned()));
        }
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.station.transport.reply(&self.to, self.call, self.durable, sealed).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            self.station.gauges.reply_failed();
            let next = clock::mono() + pause.mul_f64(0.5 + random::fraction() / 2.0);
            if until().is_some_and(|until| until <= next) {
                return Err(Undelivered(error.to_string()));
            }
            self.station.log.debug(&format!("{error}; it is tried again"));
            clock::sleep_until(next).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
