use super::*;
use proptest::prelude::*;

fn node(id: &str) -> NodeId {
    NodeId::new(id).unwrap()
}

fn out_of_service() -> Health {
    Health::Unhealthy { state: "OutOfService".into(), reason: "failed its checks".into() }
}

fn roster(members: &[(&str, bool)]) -> Roster {
    let mut roster = Roster::new();
    for (id, healthy) in members {
        roster.add(node(id), if *healthy { Health::Healthy } else { out_of_service() });
    }
    roster
}

fn me(id: &str) -> Identity {
    Identity::named(node(id))
}

#[test]
fn the_first_healthy_id_is_chosen() {
    let group = roster(&[("i-b", true), ("i-a", false), ("i-c", true)]);
    assert_eq!(group.choose(&me("i-b")), Choice::Chosen);
    assert_eq!(group.choose(&me("i-a")), Choice::Other(node("i-b")));
    assert_eq!(group.choose(&me("i-c")), Choice::Other(node("i-b")));
    assert_eq!(group.choose(&me("i-x")), Choice::Other(node("i-b")));
}

#[test]
fn without_a_healthy_member_nobody_is_chosen() {
    assert_eq!(roster(&[("i-a", false)]).choose(&me("i-a")), Choice::Nobody);
    assert_eq!(roster(&[]).choose(&me("i-a")), Choice::Nobody);
}

#[test]
fn standing_tells_rank_illness_and_strangers_apart() {
    let group = roster(&[("i-a", false), ("i-b", true), ("i-c", true)]);
    assert_eq!(group.standing(&me("i-c")), Standing::Healthy { rank: 1 });
    assert!(matches!(group.standing(&me("i-a")), Standing::Unhealthy { .. }));
    assert_eq!(group.standing(&me("i-x")), Standing::Stranger);
}

#[test]
fn a_node_on_several_ports_counts_once_and_is_healthy_when_any_is() {
    let group = roster(&[("i-a", true), ("i-a", false), ("i-b", false), ("i-b", true), ("i-b", false)]);
    assert_eq!(group.members().count(), 2);
    assert_eq!(group.healthy().count(), 2);
}

#[test]
fn a_node_is_found_by_its_address() {
    let mut identity = me("i-a");
    identity.names.insert("10.0.0.9".into());
    assert_eq!(roster(&[("10.0.0.9", true), ("10.0.1.1", true)]).choose(&identity), Choice::Chosen);
    assert_eq!(canonical_address("2001:DB8:0:0::1"), "2001:db8::1");
}

#[test]
fn a_node_with_one_healthy_address_of_two_is_healthy() {
    let mut identity = me("i-a");
    identity.names.extend(["10.0.0.1".to_owned(), "10.0.0.2".to_owned()]);
    let group = roster(&[("10.0.0.1", false), ("10.0.0.2", true)]);
    assert_eq!(group.standing(&identity), Standing::Healthy { rank: 0 });
    assert_eq!(group.member_of(&identity), Some(&node("10.0.0.2")));
}

#[test]
fn groups_parse_and_print_alike() {
    for text in
        ["local", "nodes:a,b", "file:/etc/nodes", "elb:web", "alb:arn:aws:x:y", "asg:web", "tag:Role=a=b", "tag:Role="]
    {
        assert_eq!(text.parse::<GroupRef>().unwrap().to_string(), text);
    }
    for text in ["", "elb", "elb:", "nodes:", "nodes:,", "tag:Role", "tag:=x", "consul:web"] {
        assert!(text.parse::<GroupRef>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn exactly_one_healthy_node_is_chosen(healths in prop::collection::btree_map("i-[0-9a-f]{4}", any::<bool>(), 0..20)) {
        let mut group = Roster::new();
        for (id, healthy) in &healths {
            group.add(node(id), if *healthy { Health::Healthy } else { out_of_service() });
        }
        let chosen = healths.keys().filter(|id| group.choose(&me(id)) == Choice::Chosen).count();
        prop_assert_eq!(chosen, usize::from(healths.values().any(|healthy| *healthy)));
    }
}
