//! The section `[watch]`. A list is a text with commas.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::notice::NodeState;
use bellwether_core::watch::{Reaction, SourceRef, Template, WebhookUrl};
use bellwether_host::firewall::Ports;

use crate::watch::BlockRule;
use crate::watch::log::LogTarget;

/// The shortest and the longest time between two questions to a source.
const POLL: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(60);

/// What `[watch]` says; what it leaves open is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct WatchSettings {
    pub(crate) sources: Option<Vec<SourceRef>>,
    pub(crate) poll: Option<Duration>,
    pub(crate) lead: Option<Duration>,
    pub(crate) ports: Option<Ports>,
    pub(crate) block: Option<BlockRule>,
    pub(crate) hooks: Option<PathBuf>,
    pub(crate) hook_timeout: Option<Duration>,
    pub(crate) webhook: Option<WebhookUrl>,
    pub(crate) webhook_body: Option<Template>,
    pub(crate) log: Option<LogTarget>,
    pub(crate) health_listen: Option<SocketAddr>,
    /// The states whose reactions are configured, with none for an empty chain.
    pub(crate) reactions: BTreeMap<NodeState, Vec<Reaction>>,
}

/// Reads a list.
pub(crate) fn list<T: FromStr>(text: &str) -> Result<Vec<T>, String>
where
    T::Err: std::fmt::Display,
{
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let items: Vec<T> =
        words.map(|word| word.parse().map_err(|error: T::Err| error.to_string())).collect::<Result<_, _>>()?;
    if items.is_empty() { Err("it names nothing".to_owned()) } else { Ok(items) }
}

/// Reads a list of ports.
pub(crate) fn ports(text: &str) -> Result<Ports, String> {
    let numbers: Vec<u16> =
        list(text).map_err(|error| format!("{error}; write ports from 1 to 65535, separated by commas"))?;
    Ports::new(numbers).map_err(|error| error.to_string())
}

/// Reads a period of polling.
pub(crate) fn poll(text: &str) -> Result<Duration, String> {
    let period = duration::parse(text).map_err(|error| error.to_string())?;
    if POLL.contains(&period) { Ok(period) } else { Err("a source can be asked every 1s to every 60s".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_texts_with_commas() {
        assert_eq!(list::<u16>(" 80, 443,").unwrap(), [80, 443]);
        assert_eq!(ports("443,80").unwrap().to_string(), "80, 443");
        for text in ["", ",", "0", "80,http", "65536"] {
            assert!(ports(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nobody_is_asked_too_often_or_too_rarely() {
        assert_eq!(poll("1s"), Ok(Duration::from_secs(1)));
        for text in ["0s", "900ms", "61s", "often"] {
            assert!(poll(text).is_err(), "{text}");
        }
    }
}
