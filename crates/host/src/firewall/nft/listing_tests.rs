use serde_json::json;

use super::*;

/// What nft 1.0.6 lists of the table for the ports 80, 81 and 443.
fn listing() -> Value {
    json!({"nftables": [
        {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "bellwether", "handle": 4}},
        {"set": {"family": "inet", "name": "ports", "table": "bellwether", "type": "inet_service", "handle": 2,
                 "flags": ["interval"], "elem": [{"range": [80, 81]}, 443]}},
        {"chain": {"family": "inet", "table": "bellwether", "name": "input", "handle": 1, "type": "filter",
                   "hook": "input", "prio": -10, "policy": "accept"}},
        {"rule": {"family": "inet", "table": "bellwether", "chain": "input", "handle": 3, "expr": [
            {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": "@ports"}},
            {"match": {"op": "==", "left": {"&": [{"payload": {"protocol": "tcp", "field": "flags"}},
                                                  ["fin", "syn", "rst", "ack"]]}, "right": "syn"}},
            {"counter": {"packets": 7, "bytes": 420}},
            {"reject": {"type": "tcp reset"}}]}}
    ]})
}

fn changed(pointer: &str, value: Value) -> Option<Ports> {
    let mut listing = listing();
    *listing.pointer_mut(pointer).expect("a part of the listing") = value;
    blocked(&listing)
}

#[test]
fn the_blocked_ports_are_read_back() {
    assert_eq!(blocked(&listing()), Ports::new([80, 81, 443]).ok());
    assert_eq!(changed("/nftables/2/set/elem", json!([{"range": [1, 65_535]}])), Ports::new(1..=65_535).ok());
}

#[test]
fn other_ways_to_write_the_same_are_the_same() {
    let nested = json!({"|": [{"|": [{"|": ["fin", "syn"]}, "rst"]}, "ack"]});
    assert!(changed("/nftables/4/rule/expr/1/match/left/&/1", nested).is_some());
    assert!(changed("/nftables/4/rule/expr/1/match/right", json!(["syn"])).is_some());
    assert!(changed("/nftables/4/rule/handle", json!(99)).is_some());
}

#[test]
fn anything_else_is_not_ours() {
    for (pointer, value) in [
        ("/nftables/1/table", json!({"family": "inet", "name": "bellwether", "flags": "dormant"})),
        ("/nftables/2/set/elem", json!([])),
        ("/nftables/2/set/elem", json!(["http"])),
        ("/nftables/2/set/elem", json!([70_000])),
        ("/nftables/3/chain/prio", json!(0)),
        ("/nftables/3/chain/hook", json!("forward")),
        ("/nftables/3/chain/policy", json!("drop")),
        ("/nftables/4/rule/expr", json!([])),
        ("/nftables/4/rule/expr/0/match/right", json!(80)),
        ("/nftables/4/rule/expr/0/match/op", json!("!=")),
        ("/nftables/4/rule/expr/1/match/right", json!(["syn", "ack"])),
        ("/nftables/4/rule/expr/1/match/left/&/1", json!(["syn"])),
        ("/nftables/4/rule/expr/3", json!({"accept": null})),
        ("/nftables/4/rule/expr/3/reject/type", json!("icmpx")),
        ("/nftables/0", json!({"rule": {"chain": "input", "expr": [{"accept": null}]}})),
        ("/nftables/0", json!({"chain": {"name": "other"}})),
    ] {
        assert_eq!(changed(pointer, value.clone()), None, "{pointer} {value}");
    }
    for text in [json!(null), json!([]), json!({"nftables": {}}), json!({"nftables": [{"table": 7}]})] {
        assert_eq!(blocked(&text), None, "{text}");
    }
}

#[test]
fn our_table_is_found_among_others() {
    let tables = |tables: &[(&str, &str)]| {
        let tables: Vec<Value> =
            tables.iter().map(|(family, name)| json!({"table": {"family": family, "name": name}})).collect();
        json!({"nftables": tables})
    };
    assert!(has_our_table(&tables(&[("inet", "firewalld"), ("inet", "bellwether")])));
    assert!(!has_our_table(&tables(&[("inet", "firewalld"), ("ip", "bellwether")])));
    assert!(!has_our_table(&tables(&[])));
}
