//! What is refused and what lives on.

use bellwether_host::firewall::Outcome;

use crate::support::{Driven, Way, others_run, ports, with_each_way};
use bellwether_testkit::traffic::{Connection, echo_on, open_both, refused};

/// A rule by which connection tracking is in use from the first connection on.
const TRACK: &str =
    "table inet warm { chain input { type filter hook input priority 0; ct state established accept; }; }";

#[test]
fn new_connections_are_refused_and_old_ones_live_on_without_connection_tracking() {
    with_each_way(|way| block_and_open(way, "cold"));
}

#[test]
fn new_connections_are_refused_and_old_ones_live_on_with_connection_tracking() {
    with_each_way(|way| {
        others_run("nft", &["-f", "-"], TRACK);
        block_and_open(way, "warm");
    });
}

fn block_and_open(way: &Way, tracking: &str) {
    echo_on([80, 443, 8_080]);
    let mut old: Vec<Connection> = [80, 443].into_iter().flat_map(open_both).collect();
    let mut firewall = Driven::of(way);
    let closed = ports(&[443, 80]);
    assert_eq!(firewall.reconcile(Some(&closed)), Outcome::Installed);
    let slowest = [80, 443].map(refused).into_iter().max().unwrap();
    println!("{}, {tracking} connection tracking: refused within {slowest:?}", way.name);
    open_both(8_080);
    old.iter_mut().for_each(Connection::echoes);
    assert_eq!(firewall.reconcile(Some(&closed)), Outcome::Unchanged);
    old.iter_mut().for_each(Connection::echoes);
    assert_eq!(firewall.reconcile(None), Outcome::Removed);
    open_both(80);
    open_both(443);
    old.iter_mut().for_each(Connection::echoes);
}

#[test]
fn two_hundred_ports_are_no_more_work_than_one() {
    with_each_way(|way| {
        let numbers: Vec<u16> = (0..200).map(|number| 2_000 + number * 7).chain([65_535, 1]).collect();
        echo_on([1, 2_000, 2_001, 3_393, 65_535]);
        let mut firewall = Driven::of(way);
        assert_eq!(firewall.reconcile(Some(&ports(&numbers))), Outcome::Installed);
        for port in [1, 2_000, 3_393, 65_535] {
            refused(port);
        }
        open_both(2_001);
        assert_eq!(firewall.reconcile(Some(&ports(&numbers))), Outcome::Unchanged);
    });
}

#[test]
fn neighbouring_ports_are_recognised_though_they_are_listed_as_a_range() {
    with_each_way(|way| {
        let mut firewall = Driven::of(way);
        for numbers in [&[80, 81, 82, 90][..], &[80, 81, 82], &[65_534, 65_535]] {
            assert_eq!(firewall.reconcile(Some(&ports(numbers))), Outcome::Installed);
            assert_eq!(firewall.reconcile(Some(&ports(numbers))), Outcome::Unchanged);
        }
    });
}

#[test]
fn other_ports_replace_the_ones_before() {
    with_each_way(|way| {
        echo_on([80, 443]);
        let mut firewall = Driven::of(way);
        assert_eq!(firewall.reconcile(Some(&ports(&[80]))), Outcome::Installed);
        assert_eq!(firewall.reconcile(Some(&ports(&[443]))), Outcome::Installed);
        open_both(80);
        refused(443);
    });
}
