//! Ids of nodes in the place of a filter: `web-1` alone asks for nodes that have a fact of this name.

use crate::filter::Filter;
use crate::fleet::inventory::NodeRecord;
use crate::names::NodeId;

/// The nodes that somebody must have meant whose filter matches nobody: every word in it is the id of one.
pub fn meant_nodes(filter: &Filter, records: &[NodeRecord]) -> Option<Vec<NodeId>> {
    if records.iter().any(|record| filter.matches(&record.facts)) {
        return None;
    }
    let words = filter.as_str().split(|c: char| c.is_whitespace() || "()".contains(c)).filter(|word| is_name(word));
    let node = |word: &str| records.iter().map(|record| &record.node).find(|node| node.as_str() == word).cloned();
    let nodes: Vec<NodeId> = words.map(node).collect::<Option<_>>()?;
    (!nodes.is_empty()).then_some(nodes)
}

/// Whether it may be a name, and is no word of the language.
fn is_name(word: &str) -> bool {
    !word.is_empty() && !["and", "or"].contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::fleet::inventory::NodeKind;
    use jiff::Timestamp;

    fn record(node: &str, fact: &str) -> NodeRecord {
        let mut facts = Facts::default();
        facts.insert(fact, "yes".to_owned());
        NodeRecord {
            kind: NodeKind::Node,
            node: NodeId::new(node).unwrap(),
            env: "test".parse().unwrap(),
            facts,
            seen: Timestamp::UNIX_EPOCH,
            period_ms: 60_000,
            version: String::new(),
            left: false,
        }
    }

    fn meant(filter: &str) -> Option<Vec<String>> {
        let records = [record("web-1", "web"), record("web-2", "memcached"), record("memcached", "other")];
        let nodes = meant_nodes(&filter.parse().unwrap(), &records)?;
        Some(nodes.iter().map(NodeId::to_string).collect())
    }

    #[test]
    fn words_that_match_nobody_and_are_nodes_mean_those() {
        assert_eq!(meant("web-1"), Some(vec!["web-1".to_owned()]));
        assert_eq!(meant("web-1 or (web-2)"), Some(vec!["web-1".to_owned(), "web-2".to_owned()]));
    }

    #[test]
    fn everything_else_is_the_filter_it_looks_like() {
        for filter in ["web", "memcached", "web-3", "web-1 or web-3", "not web-1", "*", "role=web-1"] {
            assert_eq!(meant(filter), None, "{filter}");
        }
    }
}
