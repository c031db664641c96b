//! What a claim costs on every store: how soon the command of the winner starts, how soon a loser knows, and what
//! processor time and memory the wrapper takes; beside `flock` and `etcdctl lock`, which keep no record of ticks.

use std::fs::File;

use bellwether_host::clock;
use bellwether_testkit::etcd::EtcdServer;
use bellwether_testkit::netns::private_network;
use bellwether_testkit::process::Run;

use crate::measure::{Program, Quantity, Sample, Series, cpu, in_turns, memory, reach, wall};
use crate::report::{Requirements, heading, mebibytes, milliseconds, remark, table, times};
use crate::stores::{Kind, Stores, Ticks};

const WARM_UP: usize = 5;
const ROUNDS: usize = 200;

/// What the benchmark's own binary, called with this argument, does instead: it prints the nanoseconds since boot.
pub(crate) const TELL_TIME: &str = "--tell-time";

const BARE: &str = "the command alone";
const FLOCK: &str = "flock -n FILE";
const ETCDCTL: &str = "etcdctl lock NAME";
const FLOCK_TAKEN: &str = "flock -n, taken";
const TRUE: &str = "true";

fn winner(kind: Kind) -> String {
    format!("once, {}", kind.as_str())
}

fn loser(kind: Kind) -> String {
    format!("once, tick taken, {}", kind.as_str())
}

pub(crate) fn run(requirements: &mut Requirements) {
    heading(&format!("claims on every store, without --stagger: {ROUNDS} rounds in turns"));
    Stores::remarks();
    remark("NAME/ours above 1.0x: the peer takes longer.");
    let all = private_network(measure);
    let of = |name: &str| all.iter().find(|series| series.name == name).expect("a measured program");
    let winners: Vec<_> = Kind::ALL.iter().map(|kind| of(&winner(*kind))).collect();
    let losers: Vec<_> = Kind::ALL.iter().map(|kind| of(&loser(*kind))).collect();
    remark("The winner, until its command has started:");
    let peers = [of(FLOCK), of(ETCDCTL)];
    latencies(of(BARE), &winners, &peers, reach);
    remark("The winner, until all has ended:");
    latencies(of(BARE), &winners, &peers, wall);
    remark("The loser, until it has ended (etcdctl has none: it waits for the lock):");
    latencies(of(TRUE), &losers, &[of(FLOCK_TAKEN)], wall);
    remark("Processor time of the wrapper and its command, and the memory of the larger of the two:");
    let rest = [of(TRUE), of(BARE), of(FLOCK), of(ETCDCTL)];
    costs(&rest.into_iter().chain(winners.iter().chain(&losers).copied()).collect::<Vec<_>>());
    for ours in winners.iter().filter(|series| series.name != winner(Kind::DynamoDb)) {
        let what = format!("time to the command of etcdctl lock over that of {}", ours.name);
        requirements.at_least(&what, ours.ratio(of(ETCDCTL), reach), 1.0);
    }
}

/// A quantity of the bare command, of ours and of the peers.
fn latencies(bare: &Series, ours: &[&Series], peers: &[&Series], quantity: Quantity) {
    let row = |series: &Series, ratios: Vec<String>| {
        let mut row = vec![series.name.clone(), series.samples.len().to_string()];
        row.extend([series.median(quantity), series.percentile(99, quantity)].map(milliseconds));
        row.push(milliseconds(series.added(bare, quantity)));
        row.extend(ratios);
        row
    };
    let of_ours =
        |series: &&Series| row(series, peers.iter().map(|peer| times(series.ratio(peer, quantity))).collect());
    let others = [&[bare], peers].concat();
    let rows: Vec<_> = others
        .iter()
        .map(|series| row(series, vec![String::new(); peers.len()]))
        .chain(ours.iter().map(of_ours))
        .collect();
    let ratios: Vec<_> = peers.iter().map(|peer| format!("{}/ours", peer.name.split(' ').next().unwrap())).collect();
    let mut columns = vec!["program", "runs", "median", "p99", "added"];
    columns.extend(ratios.iter().map(String::as_str));
    table(&columns, &rows);
}

fn costs(all: &[&Series]) {
    let row = |series: &&Series| {
        vec![series.name.clone(), milliseconds(series.median(cpu)), mebibytes(series.median(memory))]
    };
    table(&["program", "CPU", "max RSS"], &all.iter().map(row).collect::<Vec<_>>());
}

fn measure() -> Vec<Series> {
    let (stores, ticks, etcd) = (Stores::start(), Ticks::of_half_a_day(), EtcdServer::start_at("127.0.0.1"));
    let places = Kind::ALL.map(|kind| stores.ready(kind, "claims"));
    for place in &places {
        stores.once(place, "taken", &ticks.schedule(0)).arg("true").finish().expect_code(0);
    }
    let (free, held) = (stores.disk.path().join("free"), stores.disk.path().join("held"));
    let holder = File::create(&held).unwrap();
    holder.lock().unwrap();
    let flock = |file: &std::path::Path| stores.disk.run("flock").arg("-n").arg(file);
    let mut programs = vec![
        Program::new(TRUE, |_| stores.disk.run("true").finish().expect_code(0)),
        Program::new(BARE, |_| timed(stores.disk.run(myself()).arg(TELL_TIME))),
        Program::new(FLOCK, |_| timed(flock(&free).arg(myself()).arg(TELL_TIME))),
        Program::new(ETCDCTL, |_| timed(etcd.etcdctl(&["lock", "claims", "--"]).arg(myself()).arg(TELL_TIME))),
        Program::new(FLOCK_TAKEN, |_| flock(&held).arg("true").finish().expect_code(1)),
    ];
    for place in &places {
        let (stores, ticks) = (&stores, &ticks);
        let win = |run| timed(stores.once(place, "won", &ticks.schedule(run)).arg(myself()).arg(TELL_TIME));
        programs.push(Program::new(winner(place.kind), win));
        let lose = |_| stores.once(place, "taken", &ticks.schedule(0)).arg("true").finish().expect_code(0);
        programs.push(Program::new(loser(place.kind), lose));
    }
    in_turns(WARM_UP, ROUNDS, programs)
}

fn myself() -> std::path::PathBuf {
    std::env::current_exe().expect("the path of this program")
}

/// Runs a program whose command tells the time.
fn timed(run: Run) -> Sample {
    let begun = clock::mono().elapsed_since_boot();
    let done = run.finish().expect_code(0);
    let told = done.stdout_text().trim().parse().expect("the time since boot");
    let reach = std::time::Duration::from_nanos(told).checked_sub(begun).expect("the command runs after the start");
    Sample { reach: Some(reach), ..done.into() }
}

/// Prints what [`TELL_TIME`] asks for.
pub(crate) fn tell_time() {
    println!("{}", clock::mono().elapsed_since_boot().as_nanos());
}
