//! What others did to our part of the firewall, and what we left there ourselves, is put right.

use bellwether_host::firewall::{Backend, Outcome};
use bellwether_testkit::netns::private_network;
use bellwether_testkit::script::install_program;

use crate::support::{Driven, WAYS, others_run, ports, with_each_way};
use bellwether_testkit::traffic::{echo_on, open_both, refused};

#[test]
fn installing_twice_and_removing_twice_is_once() {
    with_each_way(|way| {
        let web = ports(&[80]);
        let mut firewall = Driven::of(way);
        assert_eq!(firewall.reconcile(None), Outcome::Unchanged);
        assert_eq!(firewall.reconcile(Some(&web)), Outcome::Installed);
        assert_eq!(firewall.reconcile(Some(&web)), Outcome::Unchanged);
        assert_eq!(firewall.reconcile(None), Outcome::Removed);
        assert_eq!(firewall.reconcile(None), Outcome::Unchanged);
    });
}

#[test]
fn what_a_crashed_process_left_is_found_by_the_next() {
    with_each_way(|way| {
        echo_on([80, 443]);
        assert_eq!(Driven::of(way).reconcile(Some(&ports(&[80]))), Outcome::Installed);
        assert_eq!(Driven::of(way).reconcile(Some(&ports(&[80]))), Outcome::Unchanged);
        assert_eq!(Driven::of(way).reconcile(Some(&ports(&[443]))), Outcome::Installed);
        refused(443);
        assert_eq!(Driven::of(way).reconcile(None), Outcome::Removed);
        open_both(443);
    });
}

#[test]
fn rules_that_somebody_flushed_are_there_again_after_the_next_look() {
    private_network(|| {
        echo_on([80]);
        let mut firewall = Driven::of(&WAYS[0]);
        let web = ports(&[80]);
        firewall.reconcile(Some(&web));
        others_run("nft", &["flush", "ruleset"], "");
        open_both(80);
        assert_eq!(firewall.reconcile(Some(&web)), Outcome::Repaired);
        refused(80);
    });
    for way in WAYS.iter().filter(|way| way.backend == Backend::Iptables) {
        private_network(|| {
            echo_on([80]);
            let mut firewall = Driven::of(way);
            let web = ports(&[80]);
            firewall.reconcile(Some(&web));
            for family in ["iptables", "ip6tables"] {
                others_run(&way.program(family), &["-w", "5", "-F"], "");
                assert_eq!(firewall.reconcile(Some(&web)), Outcome::Repaired, "{} after {family} -F", way.name);
                refused(80);
            }
        });
    }
}

#[test]
fn a_table_that_somebody_changed_is_replaced() {
    let changes = [
        "add element inet bellwether ports { 22 }",
        "delete element inet bellwether ports { 80 }",
        "flush chain inet bellwether input",
        "insert rule inet bellwether input accept",
        "add rule inet bellwether input counter",
        "add chain inet bellwether other",
        "add table inet bellwether { flags dormant; }",
    ];
    private_network(|| {
        echo_on([22, 80]);
        let mut firewall = Driven::of(&WAYS[0]);
        let web = ports(&[80]);
        firewall.reconcile(Some(&web));
        for change in changes {
            others_run("nft", &["-f", "-"], change);
            assert_eq!(firewall.reconcile(Some(&web)), Outcome::Repaired, "{change}");
            refused(80);
            open_both(22);
            assert_eq!(firewall.reconcile(Some(&web)), Outcome::Unchanged, "{change}");
        }
    });
}

#[test]
fn a_table_that_cannot_be_listed_is_replaced_and_removed_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let script = "#!/bin/sh\ncase \"$*\" in *'list table inet'*) exit 139;; esac\nexec /usr/sbin/nft \"$@\"\n";
    install_program(&directory.path().join("nft"), script);
    private_network(|| {
        echo_on([80]);
        let mut firewall = Driven::find(&[directory.path().to_owned()]).unwrap();
        let web = ports(&[80]);
        for outcome in [Outcome::Installed, Outcome::Repaired] {
            assert_eq!(firewall.reconcile(Some(&web)), outcome);
            refused(80);
        }
        assert_eq!(firewall.reconcile(None), Outcome::Removed);
        open_both(80);
    });
}

#[test]
fn a_chain_that_somebody_changed_is_replaced_and_led_to_first() {
    let changes: [&[&str]; 5] = [
        &["-I", "CS-INSTANCE-WATCHER", "-j", "RETURN"],
        &["-F", "CS-INSTANCE-WATCHER"],
        &["-I", "INPUT", "-i", "lo", "-j", "ACCEPT"],
        &["-D", "INPUT", "-j", "CS-INSTANCE-WATCHER"],
        &["-A", "INPUT", "-j", "CS-INSTANCE-WATCHER"],
    ];
    for way in WAYS.iter().filter(|way| way.backend == Backend::Iptables) {
        private_network(|| {
            echo_on([22, 80]);
            let mut firewall = Driven::of(way);
            let web = ports(&[80]);
            firewall.reconcile(Some(&web));
            for change in changes {
                others_run(&way.program("ip6tables"), &[&["-w", "5"], change].concat(), "");
                assert_eq!(firewall.reconcile(Some(&web)), Outcome::Repaired, "{change:?}");
                refused(80);
                open_both(22);
                assert_eq!(firewall.reconcile(Some(&web)), Outcome::Unchanged, "{change:?}");
            }
            assert_eq!(firewall.reconcile(None), Outcome::Removed);
            let left = others_run(&way.program("ip6tables"), &["-S"], "");
            assert!(left.contains("-i lo -j ACCEPT") && !left.contains("WATCHER"), "only ours goes: {left}");
        });
    }
}

#[test]
fn a_chain_from_before_there_was_nft_is_removed_and_no_other() {
    for old in WAYS.iter().filter(|way| way.backend == Backend::Iptables) {
        private_network(|| {
            echo_on([80]);
            Driven::of(old).reconcile(Some(&ports(&[80])));
            others_run(&old.program("iptables"), &["-w", "5", "-N", "OTHER"], "");
            let (nft, iptables) = (WAYS[0].directory(), old.directory());
            let mut firewall = Driven::find(&[nft.path().to_owned(), iptables.path().to_owned()]).unwrap();
            assert_eq!(firewall.reconcile(None), Outcome::Unchanged, "{}: it is not the table of nft", old.name);
            refused(80);
            assert!(firewall.remove_left_over_chain());
            open_both(80);
            assert!(!firewall.remove_left_over_chain());
            let left = others_run(&old.program("iptables"), &["-w", "5", "-S"], "");
            assert!(left.contains("OTHER") && !left.contains("WATCHER"), "{left}");
        });
    }
}

#[test]
fn what_is_said_to_be_loaded_is_what_is_loaded() {
    private_network(|| {
        echo_on([80]);
        let mut firewall = Driven::of(&WAYS[0]);
        let web = ports(&[80]);
        others_run("nft", &["-f", "-"], &firewall.text(Some(&web)));
        assert_eq!(firewall.reconcile(Some(&web)), Outcome::Unchanged);
        refused(80);
        for _ in 0..2 {
            others_run("nft", &["-f", "-"], &firewall.text(None));
        }
        assert_eq!(firewall.reconcile(None), Outcome::Unchanged);
    });
    private_network(|| {
        let way = &WAYS[1];
        let mut firewall = Driven::of(way);
        let web = ports(&[80]);
        let load = |text: &str| {
            others_run(&way.program("iptables-restore"), &["--noflush"], text);
            others_run(&way.program("ip6tables-restore"), &["--noflush"], text);
        };
        // Both families are told alike, each under its own heading.
        let of_one = |text: String| text.split_once("COMMIT\n").map(|(one, _)| format!("{one}COMMIT\n")).unwrap();
        load(&of_one(firewall.text(Some(&web))));
        assert_eq!(firewall.reconcile(Some(&web)), Outcome::Unchanged);
        load(&of_one(firewall.text(None)));
        assert_eq!(firewall.reconcile(None), Outcome::Unchanged);
    });
}
