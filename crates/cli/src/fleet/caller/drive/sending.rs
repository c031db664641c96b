//! Requests: sealed first, remembered, told, and then sent.

use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{Request, RequestKind, Target};
use bellwether_core::fleet::transport::Audience;
use bellwether_core::names::NodeId;
use bellwether_host::clock;

use super::Drive;
use crate::failure::Failure;
use crate::fleet::caller::Caller;
use crate::fleet::caller::show::Show;

/// The most nodes that one request names, for each of them gets all the names.
const MOST_NAMED: usize = 500;

/// A sealed request, and the nodes that are meant.
struct Letter<'n> {
    id: RequestId,
    nodes: &'n [NodeId],
    message: Vec<u8>,
}

impl<S: Show> Drive<'_, S> {
    /// Asks these nodes. Those that cannot be reached while others can are told, and count as silent.
    ///
    /// # Errors
    /// When a request is too large, or cannot be remembered: then none was sent. When one could not be sent.
    pub(super) async fn send(&mut self, nodes: &[NodeId]) -> Result<(), Failure> {
        // Later batches wait for a connection that was lost; the first call of all tells at once.
        if !self.sent.is_empty() {
            self.check_connection().await;
            if self.call.is_cut_off() {
                return Ok(());
            }
        }
        let letters = self.letters(nodes)?;
        if let Some((calls, call)) = &mut self.memory {
            call.asked.get_or_insert_default().extend_from_slice(nodes);
            calls.remember(call)?;
        }
        self.show.asked(nodes);
        self.sent.extend(letters.iter().map(|letter| letter.id));
        self.is_sending = true;
        let sent = self.send_all(&letters).await;
        self.is_sending = false;
        // Where it failed, some may have got it all the same.
        self.call.sent_to(nodes, clock::mono());
        for node in sent? {
            self.call.unreached(&node);
        }
        Ok(())
    }

    /// Whether the largest of all requests of this call fits, before anybody is asked.
    ///
    /// # Errors
    /// When it does not.
    pub(super) fn check_size(&self) -> Result<(), Failure> {
        let mut nodes: Vec<NodeId> = self.call.nodes().map(|(node, _)| node.clone()).collect();
        nodes.sort_by_key(|node| std::cmp::Reverse(node.as_str().len()));
        nodes.truncate(MOST_NAMED.min(self.call.batch_size()));
        self.seal(self.id, &nodes).map(|_| ())
    }

    fn letters<'n>(&self, nodes: &'n [NodeId]) -> Result<Vec<Letter<'n>>, Failure> {
        let parts: Vec<&[NodeId]> = match self.question.everyone {
            Some(_) => vec![nodes],
            None => nodes.chunks(MOST_NAMED).collect(),
        };
        let mut letters = Vec::with_capacity(parts.len());
        for nodes in parts {
            let is_first = self.sent.is_empty() && letters.is_empty();
            let id = if is_first { self.id } else { Caller::new_id()? };
            letters.push(Letter { id, nodes, message: self.seal(id, nodes)? });
        }
        Ok(letters)
    }

    /// Sends, and answers which nodes were not reached.
    async fn send_all(&mut self, letters: &[Letter<'_>]) -> Result<Vec<NodeId>, Failure> {
        let mut unreached = Vec::new();
        for Letter { nodes, message, .. } in letters {
            let audience = match self.question.everyone {
                Some(_) => Audience::Everyone,
                None => Audience::Nodes(nodes),
            };
            match self.caller.transport.send(audience, self.question.durable, message).await {
                Ok(()) => {}
                Err(error) if error.unreached.is_empty() => return Err(error.into()),
                Err(error) => {
                    self.show.warnings().unreached(&error);
                    unreached.extend(error.unreached);
                }
            }
        }
        Ok(unreached)
    }

    fn seal(&self, id: RequestId, nodes: &[NodeId]) -> Result<Vec<u8>, Failure> {
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
}
