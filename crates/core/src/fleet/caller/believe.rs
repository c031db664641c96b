//! Which replies and records are believed: those signed by the key of the node they speak for.
//!
//! Opening a message costs a signature's check and needs nothing but its bytes, so it can be done by many threads; whether
//! the key may speak for the node is looked up afterwards.

use jiff::Timestamp;

use super::pins::{MOST_NODES, Pins, Standing};
use crate::fleet::envelope::{Envelope, EnvelopeError};
use crate::fleet::inventory::NodeRecord;
use crate::fleet::keys::PublicKey;
use crate::fleet::reply::Reply;
use crate::fleet::request::EnvironmentName;
use crate::names::NodeId;
use crate::text::shown;

/// What agents say, of which this program can tell who says it.
pub trait Spoken: Sized {
    /// Reads the body.
    ///
    /// # Errors
    /// When it is something else.
    fn read(body: &str) -> Result<Self, serde_json::Error>;
    /// In whose name it speaks.
    fn node(&self) -> &NodeId;
    /// In which environment.
    fn env(&self) -> &EnvironmentName;
}

impl Spoken for Reply {
    fn read(body: &str) -> Result<Self, serde_json::Error> {
        Self::decode(body)
    }

    fn node(&self) -> &NodeId {
        &self.node
    }

    fn env(&self) -> &EnvironmentName {
        &self.env
    }
}

impl Spoken for NodeRecord {
    fn read(body: &str) -> Result<Self, serde_json::Error> {
        Self::decode(body)
    }

    fn node(&self) -> &NodeId {
        &self.node
    }

    fn env(&self) -> &EnvironmentName {
        &self.env
    }
}

/// Why a message is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It is no envelope, or its signature is wrong.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Its body is not what was expected.
    #[error("its body is malformed: {0}")]
    Body(String),
    /// It is of another environment.
    #[error("it is of the environment '{0}'")]
    Environment(EnvironmentName),
    /// The node of this environment has another key.
    #[error("node '{0}' has another key than before")]
    ChangedKey(NodeId, EnvironmentName),
    /// It stands in the inventory where another node's record should.
    #[error("the record of node '{of}' stands in the place of node '{place}'")]
    Misplaced {
        /// Whose place it is.
        place: NodeId,
        /// Whose record it is.
        of: NodeId,
    },
    /// It is older than a record of the node that was there before.
    #[error("node '{node}' said this at {seen}, and something else at {newest}")]
    PlayedAgain {
        /// Whose record it is.
        node: NodeId,
        /// Of which environment.
        env: EnvironmentName,
        /// When it was made.
        seen: Timestamp,
        /// When the newest was made that is remembered.
        newest: Timestamp,
    },
    /// The node was not asked.
    #[error("node '{0}' was not asked")]
    NotAsked(NodeId),
    /// The node of this environment is not known, and only known ones are believed.
    #[error("node '{0}' is not known")]
    UnknownNode(NodeId, EnvironmentName),
    /// The node of this environment is not known, and too many others are.
    #[error("node '{0}' is not known, and {MOST_NODES} others are")]
    TooManyNodes(NodeId, EnvironmentName),
}

impl Doubt {
    /// The node in whose name it was said, where that is known.
    pub const fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Envelope(_) | Self::Body(_) | Self::Environment(_) => None,
            Self::ChangedKey(node, _) | Self::UnknownNode(node, _) | Self::TooManyNodes(node, _) => Some(node),
            Self::Misplaced { place, .. } => Some(place),
            Self::PlayedAgain { node, .. } | Self::NotAsked(node) => Some(node),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Envelope(_) | Self::Body(_) | Self::Environment(_) => {
                "find out who else sends here; nothing of it was used".to_owned()
            }
            Self::ChangedKey(node, env) => format!(
                "if the node was made anew, run 'bellwether keys forget {node} --environment {env}'; otherwise somebody \
                 speaks in its name"
            ),
            Self::TooManyNodes(_, env) => format!(
                "run 'bellwether keys forget --absent --environment {env}' for nodes that are gone; if there never were so \
                 many, somebody has filled the file of known nodes ({env}.json in fleet.known_nodes): restore it from a \
                 copy, and set fleet.strict"
            ),
            Self::Misplaced { place, of } => format!(
                "somebody hides node '{place}', and node '{of}' may be who: find out who can write to the inventory; \
                 until then name the nodes with --nodes"
            ),
            Self::PlayedAgain { node, env, .. } => format!(
                "somebody who can write to the inventory may have put it back: find out who; the node is asked all the \
                 same; if its clock was set back, run 'bellwether keys forget {node} --environment {env}'"
            ),
            Self::NotAsked(_) => "nothing of it was used; if it has been taken over, stop it".to_owned(),
            Self::UnknownNode(node, env) => format!(
                "check its key on the node itself, then run 'bellwether keys pin {node} KEY --environment {env}'"
            ),
        }
    }
}

/// Checks a message's signature and reads it.
///
/// # Errors
/// When it is no envelope, its signature is wrong, or its body is something else.
pub fn open<T: Spoken>(message: &[u8]) -> Result<(PublicKey, T), Doubt> {
    let verified = Envelope::decode(message)?.verify()?;
    let spoken = T::read(&verified.body).map_err(|error| Doubt::Body(shown(&error.to_string())))?;
    Ok((verified.key, spoken))
}

/// Looks up whether the key of an opened message may speak for its node, by the pins of the environment `env`. A new node's
/// key is remembered, unless `strict`: then only known nodes are believed.
///
/// # Errors
/// When it may not.
pub fn believe<T: Spoken>(
    pins: &mut Pins,
    strict: bool,
    env: &EnvironmentName,
    (key, spoken): (PublicKey, T),
) -> Result<T, Doubt> {
    if spoken.env() != env {
        return Err(Doubt::Environment(spoken.env().clone()));
    }
    let doubt = |kind: fn(NodeId, EnvironmentName) -> Doubt| Err(kind(spoken.node().clone(), env.clone()));
    match pins.standing(spoken.node(), &key) {
        Standing::Known => Ok(spoken),
        Standing::Changed => doubt(Doubt::ChangedKey),
        Standing::New if pins.is_full() => doubt(Doubt::TooManyNodes),
        Standing::New if strict => doubt(Doubt::UnknownNode),
        Standing::New => {
            pins.pin(spoken.node().clone(), key);
            Ok(spoken)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::fleet::inventory::NodeKind;
    use crate::fleet::keys::SigningKey;

    fn record(node: &str) -> NodeRecord {
        NodeRecord {
            kind: NodeKind::Node,
            node: NodeId::new(node).unwrap(),
            env: env(),
            facts: Facts::default(),
            seen: Timestamp::UNIX_EPOCH,
            period_ms: 60_000,
            version: String::new(),
            left: false,
        }
    }

    fn sealed(seed: u8, node: &str) -> Vec<u8> {
        let key = SigningKey::from_seed([seed; 32]).unwrap();
        Envelope::seal(&key, record(node).encode().unwrap()).unwrap()
    }

    fn env() -> EnvironmentName {
        "test".parse().unwrap()
    }

    fn told(pins: &mut Pins, strict: bool, message: &[u8]) -> Result<NodeRecord, Doubt> {
        believe(pins, strict, &env(), open(message)?)
    }

    #[test]
    fn a_doubt_does_not_repeat_a_long_message() {
        let key = SigningKey::from_seed([1; 32]).unwrap();
        let message = Envelope::seal(&key, format!("\"{}\"", "x".repeat(9_000))).unwrap();
        let told = open::<NodeRecord>(&message).unwrap_err().to_string();
        assert!(told.contains("malformed") && told.len() < 500, "{told}");
    }

    #[test]
    fn nobody_speaks_in_anothers_name() {
        let mut pins = Pins::default();
        assert_eq!(told(&mut pins, false, &sealed(1, "a")), Ok(record("a")));
        assert_eq!(told(&mut pins, false, &sealed(1, "a")), Ok(record("a")));
        let node = NodeId::new("a").unwrap();
        assert_eq!(told(&mut pins, false, &sealed(2, "a")), Err(Doubt::ChangedKey(node, env())));
        assert_eq!(told(&mut pins, false, &sealed(1, "a")), Ok(record("a")));
    }

    #[test]
    fn the_strict_believe_known_nodes_alone() {
        let mut pins = Pins::default();
        let node = NodeId::new("a").unwrap();
        assert_eq!(told(&mut pins, true, &sealed(1, "a")), Err(Doubt::UnknownNode(node.clone(), env())));
        pins.pin(node, SigningKey::from_seed([1; 32]).unwrap().public());
        assert_eq!(told(&mut pins, true, &sealed(1, "a")), Ok(record("a")));
    }

    #[test]
    fn a_remedy_names_the_environment_whose_node_is_meant() {
        let node = NodeId::new("a").unwrap();
        for kind in [Doubt::ChangedKey, Doubt::UnknownNode, Doubt::TooManyNodes] {
            let remedy = kind(node.clone(), env()).remedy();
            assert!(remedy.contains("--environment test'"), "{remedy}");
        }
    }

    #[test]
    fn nobody_fills_the_memory_with_nodes_that_do_not_exist() {
        let (mut pins, key) = (Pins::default(), SigningKey::from_seed([1; 32]).unwrap().public());
        (0..MOST_NODES).for_each(|number| pins.pin(NodeId::new(format!("n{number}")).unwrap(), key));
        let node = NodeId::new("a").unwrap();
        assert_eq!(told(&mut pins, false, &sealed(1, "a")), Err(Doubt::TooManyNodes(node, env())));
        assert!(told(&mut pins, false, &sealed(1, "n7")).is_ok());
    }

    #[test]
    fn another_environment_or_kind_is_not_believed_and_pins_nothing() {
        let mut pins = Pins::default();
        let opened = open::<NodeRecord>(&sealed(1, "a")).unwrap();
        let other = "other".parse().unwrap();
        assert_eq!(believe(&mut pins, false, &other, opened), Err(Doubt::Environment(env())));
        assert!(matches!(open::<Reply>(&sealed(1, "a")), Err(Doubt::Body(_))));
        assert_eq!(pins, Pins::default());
    }
}
