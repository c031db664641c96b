//! A good daemon: signals, the service manager, its configuration, and what it costs.

use std::time::{Duration, Instant};

use bellwether_testkit::clonesquad::{Fault, Step};
use bellwether_testkit::netns::private_network;
use bellwether_testkit::notify::NotifySocket;
use nix::sys::signal::Signal;

use super::support::{Node, lets_in, listen, log, until, until_logged};
use crate::support::bellwether;

fn rss_kib(pid: nix::unistd::Pid) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Voluntary switches and ticks of processor time.
fn effort(pid: nix::unistd::Pid) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let switches = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (switches.trim().parse().unwrap(), fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap())
}

#[test]
fn hup_takes_a_new_configuration_and_a_bad_one_changes_nothing() {
    private_network(|| {
        let node = Node::new();
        let configure = |text: &str| drop(node.sandbox.write("home/.config/bellwether.toml", text));
        configure("[watch]\nsources = 'imds'\n");
        let watch = node.run(&[]).start();
        until_logged(&watch, "watching spot, rebalance, maintenance, auto-scaling every");
        configure("[watch]\nsources = 'clonesquad'\non_draining = 'explode'\n");
        watch.signal(Signal::SIGHUP);
        until_logged(&watch, "the configuration stays as it was: ");
        assert!(log(&watch).contains("'explode' is no reaction"), "{}", log(&watch));
        assert_eq!(node.state(), "", "clonesquad is not asked yet");
        configure("[watch]\nsources = 'clonesquad'\non_draining = 'settle 1ms, hooks'\n");
        watch.signal(Signal::SIGHUP);
        until_logged(&watch, "the configuration was read again");
        node.squad.set_state("draining");
        node.settled_in(&watch, "draining");
        until_logged(&watch, "draining: settle 1ms is done");
    });
}

#[test]
fn the_service_manager_is_told_and_its_watchdog_fed_only_while_the_program_goes_on() {
    private_network(|| {
        let node = Node::new();
        let manager = NotifySocket::within(&node.sandbox);
        let run = node.run(&["--source", "clonesquad"]);
        let watch = run.env("NOTIFY_SOCKET", manager.path()).env("WATCHDOG_USEC", "400000").start();
        until(&watch, "it is ready", || manager.count("READY=1") == 1);
        let feeds = || manager.count("WATCHDOG=1");
        until(&watch, "the watchdog is fed", || feeds() >= 3);
        node.squad.set_state("draining");
        let draining = |message: &String| message.starts_with("STATUS=draining");
        until(&watch, "the state is told", || manager.messages().iter().any(draining));
        watch.signal(Signal::SIGSTOP);
        std::thread::sleep(Duration::from_millis(300));
        let before = feeds();
        let waited = Instant::now();
        while waited.elapsed() < Duration::from_secs(2) {
            assert_eq!(feeds(), before, "a program that stands still feeds nobody");
        }
        watch.signal(Signal::SIGCONT);
        until(&watch, "it is fed again", || feeds() > before);
        watch.signal(Signal::SIGTERM);
        until(&watch, "the end is told", || manager.count("STOPPING=1") == 1);
        watch.finish().expect_code(0);
    });
}

#[test]
fn term_ends_it_soon_whatever_is_under_way_and_the_rest_is_done_later() {
    private_network(|| {
        let node = Node::new();
        node.script("draining", "60-stuck", "trap '' TERM; sleep 20");
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &[]);
        until_logged(&watch, "60-stuck begins");
        let asked = Instant::now();
        watch.signal(Signal::SIGTERM);
        watch.finish().expect_code(0);
        assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
        assert_eq!(node.memory()["journal"]["tasks"].as_array().map(Vec::len), Some(1), "it goes on later");
    });
}

#[test]
fn logs_can_go_to_a_file() {
    private_network(|| {
        let node = Node::new();
        let path = node.sandbox.path().join("watch.log");
        let watch = node.watch("clonesquad", &["--log", path.to_str().unwrap()]);
        until(&watch, "it logs", || {
            std::fs::read_to_string(&path).is_ok_and(|text| text.contains(" INFO watching clonesquad"))
        });
        assert_eq!(log(&watch), "");
        let moved = node.sandbox.path().join("watch.log.1");
        std::fs::rename(&path, &moved).unwrap();
        node.squad.set_state("draining");
        until(&watch, "a new file is begun", || {
            std::fs::read_to_string(&path).is_ok_and(|text| text.contains("draining"))
        });
    });
}

#[test]
fn journald_gets_priorities() {
    private_network(|| {
        let node = Node::new();
        let watch = node.run(&["--source", "clonesquad"]).env("JOURNAL_STREAM", "8:1").start();
        until_logged(&watch, "<6>watching clonesquad");
        node.squad.misbehave(Step::Metadata, Some(Fault::Denied));
        until_logged(&watch, "<4>clonesquad: ");
    });
}

/// As the systemd unit starts it.
#[test]
fn of_all_rights_it_needs_cap_net_admin_alone() {
    private_network(|| {
        let node = Node::new();
        let (_listener, address) = listen("127.0.0.1:0");
        let port = address.port().to_string();
        node.squad.set_state("draining");
        let setpriv = ["--bounding-set", "-all,+net_admin", "--no-new-privs"];
        let run = node.sandbox.run("/usr/bin/setpriv").args(setpriv).arg(bellwether()).arg("watch");
        let mut run = run.args(["--poll", "1s", "--source", "clonesquad", "--ports", &port]);
        run = run.args(["--on", "draining=block-ports, hooks", "--hooks"]).arg(node.sandbox.path().join("hooks"));
        for (name, value) in node.squad.environment() {
            run = run.env(name, value);
        }
        let watch = run.start();
        node.settled_in(&watch, "draining");
        assert!(!lets_in(address), "{}", log(&watch));
        assert_eq!(node.ran(), ["draining"]);
    });
}

#[test]
fn at_rest_it_is_small_and_quiet() {
    private_network(|| {
        let node = Node::new();
        let watch = node.watch("clonesquad,imds", &["--health-listen", "127.0.0.1:0"]);
        node.settled_in(&watch, "running");
        std::thread::sleep(Duration::from_secs(3));
        let (switches, ticks) = effort(watch.pid());
        std::thread::sleep(Duration::from_secs(5));
        let (switches_later, ticks_later) = effort(watch.pid());
        let rss = rss_kib(watch.pid());
        println!(
            "at rest, 5 sources asked every second: {rss} KiB resident, {} switches and {} ticks of processor time in 5 s",
            switches_later - switches,
            ticks_later - ticks
        );
        assert!(ticks_later - ticks < 250, "half of a processor, in a debug build, asked every second");
        assert!(rss < 64 * 1024, "{rss} KiB, in a debug build");
    });
}
