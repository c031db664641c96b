//! How many jobs a second are claimed and run when 1, 8 and 64 wrappers are at work at once, each on a job of its own;
//! counted in what the commands wrote.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bellwether_testkit::etcd::EtcdServer;
use bellwether_testkit::netns::private_network;
use bellwether_testkit::process::Run;

use crate::report::{Requirements, heading, remark, table, times};
use crate::stores::{Kind, Stores, Ticks};

const AT_ONCE: [usize; 3] = [1, 8, 64];
/// How long new wrappers are started.
const SPAN: Duration = Duration::from_secs(3);
/// Longer than any of them may take; a busy machine is no failure.
const DEADLINE: Duration = Duration::from_secs(120);
/// The wrapper's status when its store cannot be had: its command must not have run.
const UNAVAILABLE: i32 = 69;

const BARE: &str = "env, no lock at all";
const FLOCK: &str = "flock -n FILE";
const ETCDCTL: &str = "etcdctl lock NAME";

/// How one crowd fared.
struct Load {
    at_once: usize,
    wall: Duration,
    claimed: usize,
    refused: usize,
    /// Jobs that did not run as often as their wrappers' statuses say, and how often they did.
    wrong: Vec<(String, usize)>,
}

impl Load {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand jobs")]
    fn rate(&self) -> f64 {
        self.claimed as f64 / self.wall.as_secs_f64()
    }
}

/// A program and its crowds, one of each size.
type Loads = (String, Vec<Load>);

pub(crate) fn run(requirements: &mut Requirements) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    heading(&format!("jobs claimed and run per second, for {} s each", SPAN.as_secs()));
    Stores::remarks();
    remark("Each worker starts the next wrapper, of a job of its own, as soon as its last has ended.");
    remark(&format!("Wrappers, commands, the store and the load share the {cores} cores of this machine."));
    remark("NAME/ours above 1.0x: the peer does more.");
    let (ours, peers) = private_network(measure);
    let mut rows: Vec<_> = peers.iter().flat_map(|loads| rows_of(loads, &[])).collect();
    rows.extend(ours.iter().flat_map(|loads| rows_of(loads, &peers)));
    table(&["program", "at once", "wall", "claimed", "status 69", "per second", "flock/ours", "etcdctl/ours"], &rows);
    for (name, loads) in &ours {
        let claimed: usize = loads.iter().map(|load| load.claimed).sum();
        let wrong: Vec<_> = loads.iter().flat_map(|load| &load.wrong).collect();
        let measured = format!("{claimed} claimed, {} wrong {wrong:?} (wanted: 0)", wrong.len());
        requirements.note(claimed > 0 && wrong.is_empty(), &format!("each job ran exactly once, {name}"), &measured);
    }
}

fn rows_of((name, loads): &Loads, peers: &[Loads]) -> Vec<Vec<String>> {
    let row = |(size, load): (usize, &Load)| {
        let ratio = |peer: &str| {
            let found = peers.iter().find(|(name, _)| name == peer);
            found.map(|(_, loads)| times(loads[size].rate() / load.rate())).unwrap_or_default()
        };
        let wall = format!("{:.2} s", load.wall.as_secs_f64());
        let rate = format!("{:.1}", load.rate());
        let counts = [load.claimed, load.refused].map(|count| count.to_string());
        let mut row = vec![name.clone(), load.at_once.to_string(), wall];
        row.extend(counts);
        row.extend([rate, ratio(FLOCK), ratio(ETCDCTL)]);
        row
    };
    loads.iter().enumerate().map(row).collect()
}

/// Ours, then the peers.
fn measure() -> (Vec<Loads>, Vec<Loads>) {
    let (stores, ticks, etcd) = (Stores::start(), Ticks::of_half_a_day(), EtcdServer::start_at("127.0.0.1"));
    let (disk, schedule) = (&stores.disk, ticks.schedule(0));
    let etcdctl = etcd.etcdctl(&["lock"]);
    let peers = [
        (BARE, crowds(disk.path(), BARE, |_| disk.run("env"))),
        (FLOCK, crowds(disk.path(), FLOCK, |job| disk.run("flock").arg("-n").arg(disk.path().join(job)))),
        (ETCDCTL, crowds(disk.path(), ETCDCTL, |job| etcdctl.clone().args([job, "--"]))),
    ];
    let ours = Kind::ALL.map(|kind| {
        let place = stores.ready(kind, "throughput");
        let name = format!("once, {}", kind.as_str());
        let loads = crowds(disk.path(), kind.as_str(), |job| stores.once(&place, job, &schedule));
        (name, loads)
    });
    (ours.into(), peers.map(|(name, loads)| (name.to_owned(), loads)).into())
}

/// One crowd of each size. `program` is given the name of a job, and still wants the command.
fn crowds(disk: &Path, name: &str, program: impl Fn(&str) -> Run + Sync) -> Vec<Load> {
    let file = |at_once| disk.join(format!("ran-{}-{at_once}", name.replace(' ', "-")));
    AT_ONCE.map(|at_once| crowd(at_once, &file(at_once), &program)).into()
}

/// So many workers, until the time is over and the last wrapper has ended.
fn crowd(at_once: usize, ran: &Path, program: &(impl Fn(&str) -> Run + Sync)) -> Load {
    std::fs::write(ran, "").unwrap();
    let (next, statuses, begun) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()), Instant::now());
    let work = || {
        while begun.elapsed() < SPAN {
            let job = format!("job-{at_once}-{}", next.fetch_add(1, Ordering::Relaxed));
            let command = ["sh", "-c", r#"echo "$1" >>"$2""#, "sh", &job, &ran.display().to_string()];
            let done = program(&job).args(command).deadline(DEADLINE).finish();
            let code = done.code.unwrap_or(-1);
            assert!([0, UNAVAILABLE].contains(&code), "{job} ended with {code}: {}", done.stderr_text());
            statuses.lock().unwrap().insert(job, code);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(work);
        }
    });
    let wall = begun.elapsed();
    let statuses = statuses.into_inner().unwrap();
    let claimed = statuses.values().filter(|code| **code == 0).count();
    Load { at_once, wall, claimed, refused: statuses.len() - claimed, wrong: wrong(&statuses, ran) }
}

/// The jobs that ran more or less often than they should, by what the commands wrote.
fn wrong(statuses: &BTreeMap<String, i32>, ran: &Path) -> Vec<(String, usize)> {
    let written = std::fs::read_to_string(ran).unwrap();
    let mut runs: BTreeMap<&str, usize> = statuses.keys().map(|job| (job.as_str(), 0)).collect();
    for job in written.lines() {
        *runs.entry(job).or_default() += 1;
    }
    let wanted = |job: &str| statuses.get(job).map_or(0, |code| usize::from(*code == 0));
    runs.into_iter().filter(|(job, count)| *count != wanted(job)).map(|(job, count)| (job.to_owned(), count)).collect()
}
