//! What an agent tells of its host, so that masters know whom to expect.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::cap::TOO_LARGE;
use super::super::names::HostName;
use super::{MessageError, TooLarge, wire};
use crate::facts::{Fact, Facts, LeftOut};

/// The key beside the facts that says whose they are.
const HOST: &str = "ec2_cagent_hostname";

/// The facts of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactsMessage {
    /// Whose they are.
    pub hostname: HostName,
    /// The facts, without the host's name.
    pub facts: Facts,
}

impl FactsMessage {
    /// Reads a body. Facts beyond the bounds of [`Facts`] are left out; how many is told.
    ///
    /// # Errors
    /// When it is no object, or does not say whose facts it holds.
    pub fn decode(body: &str) -> Result<(Self, LeftOut), MessageError> {
        let mut fields: serde_json::Map<String, Value> = wire::decode(body)?;
        let Some(Value::String(hostname)) = fields.remove(HOST) else { return Err(MessageError::Nameless) };
        let hostname = HostName::new(hostname)?;
        let mut facts = Facts::default();
        let left_out = facts.merge_value(&Value::Object(fields));
        Ok((Self { hostname, facts }, left_out))
    }

    /// The body.
    ///
    /// # Errors
    /// When it is larger than the queues take.
    pub fn encode(&self) -> Result<String, TooLarge> {
        let mut fields: BTreeMap<&str, &Fact> = self.facts.iter().map(|(name, fact)| (name.as_str(), fact)).collect();
        let hostname = Fact::from(self.hostname.as_str());
        fields.insert(HOST, &hostname);
        let body = wire::encode(&fields);
        if body.len() < TOO_LARGE { Ok(body) } else { Err(TooLarge { size: body.len() }) }
    }
}
