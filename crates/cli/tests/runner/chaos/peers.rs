//! The same storms for the peers, and without a store: the checker must see what goes wrong there, or it sees nothing.

use bellwether_testkit::bridge::HUB;
use bellwether_testkit::etcd::EtcdServer;
use bellwether_testkit::netns::private_network;

use super::command;
use super::fleet::Fleet;
use super::programs::bellwether::Bellwether;
use super::programs::clustercron::Clustercron;
use super::programs::etcdctl::Etcdctl;
use super::programs::flock::Flock;
use super::storm::{Aftermath, rage};
use super::table::Row;
use super::takeover::{BLOWS, Takeovers};
use super::{takeovers, ticks_or, together};

/// How many ticks a peer gets when nobody says otherwise.
const TICKS: u64 = 21;
/// How many a peer gets at most whose ticks are further apart.
const MOST_SLOW_TICKS: u64 = 60;

#[test]
fn without_a_store_the_checker_finds_all_that_is_promised_with_one() {
    let fleet = Fleet::on_one_host();
    let aftermath = rage(&fleet, &Bellwether::each_alone(&fleet), 5, &|| {});
    let evidence = &aftermath.evidence;
    assert!(!evidence.twice().is_empty(), "{:?}", evidence.runs());
    assert!(!evidence.attempts_twice().is_empty(), "{:?}", evidence.runs());
    assert!(!evidence.beside().is_empty(), "{:?}", evidence.runs());
    assert!(!evidence.fences_not_grown().is_empty(), "{:?}", evidence.runs());
}

#[test]
fn the_checker_sees_the_known_faults_of_the_peers() {
    together(&[("flock", flock), ("etcdctl", etcdctl)]);
}

/// By itself: it needs as much of the machine as all others.
#[test]
fn the_checker_sees_that_clustercron_runs_a_tick_twice_while_health_is_changing() {
    clustercron();
}

/// A node that comes later than the command takes finds the lock free.
fn flock() {
    private_network(|| {
        let fleet = Fleet::of_hosts();
        let aftermath = rage(&fleet, &Flock { fleet: &fleet }, ticks_or(TICKS), &|| {});
        assert_found("flock", &aftermath, aftermath.evidence.twice().len());
        Row { place: 5, name: "flock -n", aftermath: &aftermath, takeovers: &[] }.tell();
    });
}

/// Who waits for the lock runs the command again; and when a lock is lost, its command runs on.
fn etcdctl() {
    private_network(|| {
        let fleet = Fleet::of_hosts();
        let server = EtcdServer::start_at(HUB);
        let program = Etcdctl { fleet: &fleet, endpoint: server.endpoint() };
        let aftermath = rage(&fleet, &program, ticks_or(TICKS), &|| {});
        assert_found("etcdctl lock", &aftermath, aftermath.evidence.twice().len());
        let measured = BLOWS.iter().filter_map(|blow| Takeovers::measure(&fleet, &program, *blow, takeovers()));
        let takeovers: Vec<_> = measured.collect();
        takeovers.iter().for_each(|takeovers| println!("etcdctl lock: {takeovers}"));
        assert!(takeovers.iter().any(Takeovers::beside), "no lock was lost: {takeovers:?}");
        Row { place: 6, name: "etcdctl lock", aftermath: &aftermath, takeovers: &takeovers }.tell();
    });
}

/// Nodes that are told different things about their health all run it.
fn clustercron() {
    private_network(|| {
        let fleet = Fleet::of_hosts();
        let program = Clustercron::new(&fleet, &command::short());
        let aftermath = rage(&fleet, &program, ticks_or(TICKS).min(MOST_SLOW_TICKS), &|| {});
        assert_found("clustercron", &aftermath, aftermath.evidence.twice().len());
        Row { place: 7, name: "clustercron 1.0.1", aftermath: &aftermath, takeovers: &[] }.tell();
    });
}

fn assert_found(name: &str, aftermath: &Aftermath, faults: usize) {
    let evidence = &aftermath.evidence;
    assert!(evidence.started(&aftermath.ticks) > 0, "{name} never ran anything:\n{}", aftermath.said());
    assert!(faults > 0, "{name}: no fault was seen in {:?}", evidence.runs());
}
