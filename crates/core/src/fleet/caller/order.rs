//! Puts the replies of one node to one request into their order, each once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::fleet::envelope::LARGEST;
use crate::fleet::journal::SEQ_AFTER_RESTART;
use crate::fleet::reply::{Done, Event, Outcome, Reply};

/// The most replies kept while one before them is missing. With the largest parts of output this is 3 MiB.
pub const MOST_HELD: usize = 64;

/// The replies that came too early, and the number of the next one.
#[derive(Debug, Default)]
pub struct Order {
    next: u64,
    early: BTreeMap<u64, Reply>,
    held: usize,
}

/// What can be shown now.
#[derive(Debug, Default, PartialEq)]
pub struct Ready {
    /// The replies that are next, in order.
    pub replies: Vec<Reply>,
    /// What was given up before them.
    pub missing: Missing,
}

/// The replies of one node that never came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Missing {
    /// All came.
    #[default]
    Nothing,
    /// So many.
    Replies(u64),
    /// Nobody knows how many: the agent was started anew, and cannot tell how far it had counted.
    Uncounted,
}

impl Order {
    /// Takes a reply. A second one of the same number changes nothing.
    pub fn take(&mut self, reply: Reply) -> Ready {
        if reply.seq >= self.next
            && let Entry::Vacant(place) = self.early.entry(reply.seq)
        {
            self.held += weight(&reply);
            place.insert(reply);
        }
        if self.early.len() > MOST_HELD {
            self.give_up()
        } else {
            Ready { replies: self.in_row(), missing: Missing::Nothing }
        }
    }

    /// Whether something waits for a reply before it.
    pub fn is_waiting(&self) -> bool {
        !self.early.is_empty()
    }

    /// How many bytes the replies that came too early take, about.
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Gives up what is missing before the earliest reply that is here.
    pub fn give_up(&mut self) -> Ready {
        let Some(&first) = self.early.keys().next() else { return Ready::default() };
        let missing = if self.next < SEQ_AFTER_RESTART && first >= SEQ_AFTER_RESTART {
            Missing::Uncounted
        } else {
            Missing::Replies(first - self.next)
        };
        self.next = first;
        Ready { replies: self.in_row(), missing }
    }

    fn in_row(&mut self) -> Vec<Reply> {
        let mut row = Vec::new();
        while let Some(reply) = self.early.remove(&self.next) {
            self.next = self.next.saturating_add(1);
            self.held -= weight(&reply);
            row.push(reply);
        }
        row
    }
}

/// How many bytes a reply takes, about. Facts are one reply, so none of an honest node are ever held.
fn weight(reply: &Reply) -> usize {
    size_of::<Reply>()
        + match &reply.event {
            Event::Output(output) => output.bytes.0.len(),
            Event::Refused(refusal) => refusal.detail.len(),
            Event::Done(Done { outcome: Outcome::NotStarted(why) | Outcome::Unknown(why), .. }) => why.len(),
            Event::Facts(_) => LARGEST,
            Event::Pong | Event::Accepted | Event::Started | Event::Alive { .. } | Event::Done(_) => 0,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::id::RequestId;
    use crate::fleet::reply::ReplyKind;
    use crate::names::NodeId;
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn reply(seq: u64) -> Reply {
        let id = RequestId::new(Timestamp::UNIX_EPOCH, [0; 10]);
        let node = NodeId::new("i-1").unwrap();
        let env = "test".parse().unwrap();
        Reply { kind: ReplyKind::Reply, id, call: id, env, node, seq, at: Timestamp::UNIX_EPOCH, event: Event::Pong }
    }

    fn numbers(ready: &Ready) -> Vec<u64> {
        ready.replies.iter().map(|reply| reply.seq).collect()
    }

    #[test]
    fn what_never_comes_is_given_up_and_counted() {
        let mut order = Order::default();
        assert_eq!(numbers(&order.take(reply(0))), [0]);
        assert_eq!(numbers(&order.take(reply(3))), [] as [u64; 0]);
        assert!(order.is_waiting());
        let ready = order.give_up();
        assert_eq!((numbers(&ready), ready.missing), (vec![3], Missing::Replies(2)));
        assert_eq!(order.take(reply(1)), Ready::default());
        assert!(!order.is_waiting());
    }

    #[test]
    fn what_an_agent_tells_after_a_restart_is_not_counted() {
        for outcome in [Outcome::Unknown("killed".into()), Outcome::Exited(0)] {
            let mut order = Order::default();
            order.take(reply(0));
            let done = Done { outcome, duration_ms: 0, dropped_out: 0, dropped_err: 0 };
            order.take(Reply { event: Event::Done(done), ..reply(SEQ_AFTER_RESTART) });
            let ready = order.give_up();
            assert_eq!((numbers(&ready), ready.missing), (vec![SEQ_AFTER_RESTART], Missing::Uncounted));
            order.take(reply(SEQ_AFTER_RESTART + 2));
            assert_eq!(order.give_up().missing, Missing::Replies(1));
        }
    }

    #[test]
    fn a_flood_is_bounded() {
        let mut order = Order::default();
        let ready: Vec<u64> = (1..=65).flat_map(|seq| numbers(&order.take(reply(seq)))).collect();
        assert_eq!(ready, (1..=65).collect::<Vec<_>>());
        assert_eq!(numbers(&order.take(reply(SEQ_AFTER_RESTART - 1))), [] as [u64; 0]);
        assert!(order.held() >= size_of::<Reply>());
        assert_eq!(order.give_up().missing, Missing::Replies(SEQ_AFTER_RESTART - 67));
        assert_eq!(numbers(&order.take(reply(u64::MAX))), [] as [u64; 0]);
        assert_eq!(order.give_up().missing, Missing::Replies(u64::MAX - SEQ_AFTER_RESTART));
        assert_eq!(order.held(), 0);
    }

    proptest! {
        #[test]
        fn any_order_with_any_repetition_comes_out_once_and_in_order(
            mut sent in Just((0..20_u64).collect::<Vec<_>>()).prop_shuffle(),
            again in prop::collection::vec(0..20_u64, 0..20),
        ) {
            sent.extend(again);
            let mut order = Order::default();
            let shown: Vec<u64> = sent.into_iter().flat_map(|seq| numbers(&order.take(reply(seq)))).collect();
            prop_assert_eq!(shown, (0..20).collect::<Vec<_>>());
        }
    }
}
