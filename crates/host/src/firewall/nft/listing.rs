//! What `nft -j list` prints (libnftables-json(5)), held against what we would have made.
//!
//! Versions of `nft` differ in how they nest the same thing, so it is the meaning that is compared.

use serde_json::Value;

use super::ruleset::{FAMILY, TABLE};
use crate::firewall::ports::Ports;

/// The flags that the rule looks at.
const FLAGS: [&str; 4] = ["ack", "fin", "rst", "syn"];
/// The chain's priority: before those of the custom name 'filter', which is 0.
const PRIORITY: i64 = -10;

/// Whether a list of tables has ours.
pub(super) fn has_our_table(listing: &Value) -> bool {
    objects(listing, "table").any(|table| is(table, "name", TABLE) && is(table, "family", FAMILY))
}

/// The ports that our table blocks; none when it is not, to the last rule, what we would have made.
pub(super) fn blocked(listing: &Value) -> Option<Ports> {
    let table = only(objects(listing, "table"))?;
    let set = only(objects(listing, "set"))?;
    let chain = only(objects(listing, "chain"))?;
    let rule = only(objects(listing, "rule"))?;
    let is_ours = is_awake(table) && is(set, "name", "ports") && is_our_chain(chain) && is_our_rule(rule)?;
    if is_ours { elements(set) } else { None }
}

/// The objects of a kind in a listing.
fn objects<'a>(listing: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    listing["nftables"].as_array().into_iter().flatten().filter_map(move |object| object.get(kind))
}

fn only<'a>(mut objects: impl Iterator<Item = &'a Value>) -> Option<&'a Value> {
    let first = objects.next()?;
    objects.next().is_none().then_some(first)
}

fn is(object: &Value, key: &str, expected: &str) -> bool {
    object[key].as_str() == Some(expected)
}

/// A table with the flag 'dormant' does nothing; ours has no flags at all.
fn is_awake(table: &Value) -> bool {
    table.get("flags").is_none()
}

fn is_our_chain(chain: &Value) -> bool {
    is(chain, "name", "input")
        && is(chain, "type", "filter")
        && is(chain, "hook", "input")
        && is(chain, "policy", "accept")
        && chain["prio"].as_i64() == Some(PRIORITY)
}

fn is_our_rule(rule: &Value) -> Option<bool> {
    let [port, flags, counter, reject] = rule["expr"].as_array()?.as_slice() else { return None };
    Some(
        is(rule, "chain", "input")
            && is_of_our_ports(&port["match"])
            && is_of_new_connections(&flags["match"])
            && counter.get("counter").is_some()
            && is(&reject["reject"], "type", "tcp reset"),
    )
}

fn is_of_our_ports(condition: &Value) -> bool {
    let port = &condition["left"]["payload"];
    is(condition, "op", "==")
        && is(port, "protocol", "tcp")
        && is(port, "field", "dport")
        && is(condition, "right", "@ports")
}

fn is_of_new_connections(condition: &Value) -> bool {
    let Some([field, mask]) = condition["left"]["&"].as_array().map(Vec::as_slice) else { return false };
    let mut looked_at = words(mask);
    looked_at.sort_unstable();
    is(&field["payload"], "protocol", "tcp")
        && is(&field["payload"], "field", "flags")
        && is(condition, "op", "==")
        && looked_at == FLAGS
        && words(&condition["right"]) == ["syn"]
}

/// The words in a value, however it is nested: `["fin", "syn"]` or `{"|": [{"|": ["fin", "syn"]}, "rst"]}`.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(word) => vec![word],
        Value::Array(values) => values.iter().flat_map(words).collect(),
        Value::Object(values) => values.values().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// The ports of a set, whose neighbours `nft` has merged to ranges.
fn elements(set: &Value) -> Option<Ports> {
    let mut ports = Vec::new();
    for element in set["elem"].as_array()? {
        let (first, last) = match element["range"].as_array().map(Vec::as_slice) {
            Some([first, last]) => (port(first)?, port(last)?),
            _ => (port(element)?, port(element)?),
        };
        ports.extend(first..=last);
    }
    Ports::new(ports).ok()
}

fn port(value: &Value) -> Option<u16> {
    u16::try_from(value.as_u64()?).ok()
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
