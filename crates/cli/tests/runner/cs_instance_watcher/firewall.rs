//! The firewall of the machine, as others leave it and as we find it.

use std::path::Path;

use bellwether_testkit::process::Run;
use bellwether_testkit::traffic::{Connection, echo_on, open_both, refused};

use super::support::{BLOCK, Node, Watching, is_open, on_instance, wait_until_open, wait_until_refused};

fn others_run(program: &str, arguments: &[&str]) -> String {
    Run::new(program).args(arguments).finish().expect_code(0).stdout_text()
}

/// Runs a program where `/usr/sbin` has the programs of iptables, and no `nft`.
const WITHOUT_NFT: &str = "set -e; sbin=$1; shift; mount --bind \"$sbin\" /usr/sbin; exec \"$@\"";

/// The watcher where there is no `nft`.
fn without_nft(node: &Node) -> Run {
    let sbin = node.sandbox.path().join("sbin");
    std::fs::create_dir(&sbin).unwrap();
    for name in ["iptables", "iptables-restore", "ip6tables", "ip6tables-restore"] {
        bellwether_testkit::script::copy_program(Path::new("/usr/sbin/xtables-nft-multi"), &sbin.join(name));
    }
    let sbin = sbin.display().to_string();
    node.behind(&["unshare", "--mount", "--propagation", "private", "sh", "-c", WITHOUT_NFT, "sh", &sbin]).args(BLOCK)
}

#[test]
fn rules_that_others_flush_are_there_again_after_the_next_poll() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        for _ in 0..2 {
            others_run("/usr/sbin/nft", &["flush", "ruleset"]);
            wait_until_refused(80);
        }
        refused(443);
        watcher.wait_for_log("refused again");
        watcher.stop();
    });
}

#[test]
fn rules_that_others_flush_are_mended_while_the_api_says_nothing() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        use bellwether_testkit::clonesquad::{Fault, Step};
        node.squad.misbehave(Step::Metadata, Some(Fault::Denied));
        watcher.wait_for_log("execute-api:Invoke");
        others_run("/usr/sbin/nft", &["flush", "ruleset"]);
        wait_until_refused(80);
        watcher.stop();
    });
}

#[test]
fn two_hundred_ports_are_blocked_and_no_other() {
    on_instance(|node| {
        let ports: Vec<String> = (10_000..10_200).map(|port: u16| port.to_string()).collect();
        let mut arguments = vec![BLOCK[0]];
        arguments.extend(ports.iter().map(String::as_str));
        echo_on([10_000, 10_199, 10_200]);
        let mut old: Vec<Connection> = [10_000, 10_199].into_iter().flat_map(open_both).collect();
        let watcher = node.watch(&arguments);
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        wait_until_refused(10_199);
        refused(10_000);
        open_both(10_200);
        old.iter_mut().for_each(Connection::echoes);
        watcher.stop();
        assert!(is_open(10_000));
    });
}

#[test]
fn iptables_is_used_where_there_is_no_nft() {
    on_instance(|node| {
        let mut old = open_both(80);
        let watcher = Watching::start(without_nft(node));
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        wait_until_refused(80);
        let chain = others_run("/usr/sbin/iptables-nft", &["-S", "CS-INSTANCE-WATCHER"]);
        assert!(chain.contains("--dport 443"), "{chain}");
        old.iter_mut().for_each(Connection::echoes);
        others_run("/usr/sbin/iptables-nft", &["-F"]);
        wait_until_refused(80);
        node.squad.set_state("running");
        wait_until_open(80);
        watcher.stop();
    });
}

#[test]
fn a_chain_that_the_old_program_left_is_removed() {
    on_instance(|node| {
        for command in [
            "-N CS-INSTANCE-WATCHER",
            "-A CS-INSTANCE-WATCHER -p tcp --dport 8080 -m state --state NEW -j REJECT",
            "-I INPUT -j CS-INSTANCE-WATCHER",
        ] {
            others_run("/usr/sbin/iptables-nft", &command.split(' ').collect::<Vec<_>>());
        }
        assert!(!is_open(8_080));
        let watcher = node.guard(&[]);
        wait_until_open(8_080);
        node.squad.set_state("draining");
        wait_until_refused(80);
        open_both(8_080);
        watcher.stop();
    });
}

#[test]
fn without_the_right_it_warns_and_goes_on_without() {
    on_instance(|node| {
        node.note_changes_to(&["draining"]);
        let setpriv = ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"];
        let watcher = Watching::start(node.behind(&setpriv).args(BLOCK));
        watcher.wait_for_log("CAP_NET_ADMIN");
        watcher.wait_for_log("the state is running");
        node.squad.set_state("draining");
        node.wait_for_notes(&["draining running"]);
        node.wait_for_polls();
        assert!(is_open(80));
        let log = watcher.stop().stderr_text();
        let told: Vec<&str> = log.lines().filter(|line| line.contains("CAP_NET_ADMIN")).collect();
        assert!(told.len() == 1 && told[0].contains("WARNING"), "told once: {log}");
    });
}

#[test]
fn without_ports_the_firewall_is_not_touched() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.watch(&[]);
        watcher.wait_for_log("the state is draining");
        node.wait_for_polls();
        assert!(is_open(80));
        assert_eq!(others_run("/usr/sbin/nft", &["list", "ruleset"]), "");
        watcher.stop();
    });
}
