//! How often a wrapper waits for its store: round trips on the wire of the stores with a server, and calls that wait
//! for the disk for the one in a file.

use std::time::{Duration, Instant};

use bellwether_testkit::process::{Run, Running};
use bellwether_testkit::tap::{Conversation, Side};

use crate::report::{Requirements, heading, remark, table};
use crate::stores::{Kind, Place, Stores, Ticks};

/// How long a command that is to be found running may take to start.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long each answer is held back, so that what is asked side by side is one round trip.
const DELAY: Duration = Duration::from_millis(20);
/// One read; then claimed, started and done.
const MOST_OF_A_WINNER: usize = 4;
/// One read.
const MOST_OF_A_LOSER: usize = 1;

/// What a wrapper meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    NewStore,
    NewJob,
    NextTick,
    Done,
    Running,
}

impl Case {
    const ALL: [Self; 5] = [Self::NewStore, Self::NewJob, Self::NextTick, Self::Done, Self::Running];

    fn as_str(self) -> &'static str {
        match self {
            Self::NewStore => "winner, a store's first use",
            Self::NewJob => "winner, a job's first tick",
            Self::NextTick => "winner, a job's next tick",
            Self::Done => "loser, tick done",
            Self::Running => "loser, tick running",
        }
    }

    /// The job, and the number of its tick. The cases build on each other in their order.
    fn tick(self) -> (&'static str, usize) {
        match self {
            Self::NewStore => ("first", 0),
            Self::NewJob => ("job", 0),
            Self::NextTick | Self::Done => ("job", 1),
            Self::Running => ("running", 0),
        }
    }

    /// The round trips that the protocol needs on a kind of store, where there is nothing to set up. Requests are not
    /// limited: those made side by side keep nobody waiting.
    fn most_round_trips(self, kind: Kind) -> Option<usize> {
        let (opening, history) = match kind {
            Kind::Sqlite | Kind::DynamoDb => (0, 0),
            // Encryption is offered and declined, the user is named, two messages prove the password (SCRAM, RFC 5802);
            // then the tables are checked.
            Kind::Postgres => (4 + 1, 0),
            // The connection; then both streams are checked, side by side. No transaction spans a record and its
            // history: the history is a message of its own.
            Kind::Nats => (1 + 1, 1),
        };
        match self {
            Self::NewStore => None,
            Self::NewJob | Self::NextTick => Some(opening + MOST_OF_A_WINNER + history),
            Self::Done | Self::Running => Some(opening + MOST_OF_A_LOSER),
        }
    }
}

/// What one wrapper did on the wire.
struct Trip {
    connections: usize,
    requests: usize,
    round_trips: usize,
}

pub(crate) fn run(requirements: &mut Requirements) {
    let (stores, ticks) = (Stores::start(), Ticks::of_half_a_day());
    heading("what one `once JOB -- true` asks of its store, counted on the wire");
    remark("Round trips are those one after the other; those that make the connection are among them.");
    remark("A table is made by `store create`. moto closes every connection after its answer.");
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    for kind in [Kind::DynamoDb, Kind::Postgres, Kind::Nats] {
        let place = stores.place(kind, "trips");
        if kind == Kind::DynamoDb {
            let trip = tapped(&place, |place| stores.create(place));
            rows.push(row(kind, "store create", &trip));
        }
        for case in Case::ALL {
            let _holder = (case == Case::Running).then(|| hold(&stores, &place, &ticks));
            let trip = tapped(&place, |place| wrapper(&stores, place, &ticks, case));
            rows.push(row(kind, case.as_str(), &trip));
            notes.extend(case.most_round_trips(kind).map(|most| (kind, case, trip.round_trips, most)));
        }
    }
    table(&["store and tick", "connections", "requests", "round trips"], &rows);
    for (kind, case, made, most) in notes {
        let measured = format!("{made} (wanted: {most} at most)");
        requirements.note(made <= most, &format!("round trips, {}, {}", kind.as_str(), case.as_str()), &measured);
    }
    syncs(&stores, &ticks);
}

fn row(kind: Kind, case: &str, trip: &Trip) -> Vec<String> {
    let mut row = vec![format!("{}, {case}", kind.as_str())];
    row.extend([trip.connections, trip.requests, trip.round_trips].map(|count| count.to_string()));
    row
}

fn wrapper(stores: &Stores, place: &Place, ticks: &Ticks, case: Case) -> Run {
    let (job, tick) = case.tick();
    stores.once(place, job, &ticks.schedule(tick)).arg("true")
}

/// A wrapper whose command runs until this is dropped.
fn hold(stores: &Stores, place: &Place, ticks: &Ticks) -> Running {
    let (job, tick) = Case::Running.tick();
    let up = stores.disk.path().join(format!("up-{}", place.kind.as_str().replace(' ', "-")));
    let command = ["sh", "-c", r#": >"$1"; exec sleep 300"#, "sh", &up.display().to_string()];
    let running = stores.once(place, job, &ticks.schedule(tick)).args(command).deadline(PATIENCE).start();
    let since = Instant::now();
    while !up.exists() {
        assert!(since.elapsed() < PATIENCE, "the command does not start: {:?}", running.stderr_so_far());
        std::thread::sleep(Duration::from_millis(5));
    }
    running
}

/// Runs a program through a wire.
fn tapped(place: &Place, program: impl FnOnce(&Place) -> Run) -> Trip {
    let (tap, through) = place.tapped(DELAY).expect("a store with a server");
    program(&through).finish().expect_code(0);
    let said = tap.take();
    Trip {
        connections: said.len(),
        requests: said.iter().map(|conversation| requests(place.kind, conversation)).sum(),
        round_trips: said.iter().map(Conversation::round_trips).sum(),
    }
}

/// What was asked of the store on a connection, beyond the connection itself.
fn requests(kind: Kind, conversation: &Conversation) -> usize {
    let client = conversation.said_by(Side::Client);
    match kind {
        Kind::Sqlite => 0,
        Kind::DynamoDb => count(&client.to_ascii_lowercase(), b"\r\nx-amz-target:"),
        Kind::Postgres => answered_queries(&client, &conversation.said_by(Side::Server)),
        Kind::Nats => publications(&client),
    }
}

fn count(text: &[u8], wanted: &[u8]) -> usize {
    text.windows(wanted.len()).filter(|window| window == &wanted).count()
}

/// Answers of PostgreSQL that end with 'ready for query', without the one that ends the connection's start. (Protocol
/// 3.0: a message is its type, its length without the type, and its content; before them the answer to a request for
/// encryption is a single byte.)
fn answered_queries(client: &[u8], server: &[u8]) -> usize {
    const WANTS_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    let mut rest = server.get(usize::from(client.starts_with(&WANTS_TLS))..).unwrap_or_default();
    let mut ready = 0_usize;
    while let [kind, a, b, c, d, ..] = *rest {
        ready += usize::from(kind == b'Z');
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap();
        rest = rest.get(1 + length..).unwrap_or_default();
    }
    ready.saturating_sub(1)
}

/// Messages that a NATS client sends. (`PUB SUBJECT [REPLY] LENGTH` and `HPUB SUBJECT [REPLY] HEAD LENGTH`, each with
/// so many bytes behind it.)
fn publications(client: &[u8]) -> usize {
    let (mut rest, mut found) = (client, 0);
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 2..];
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        if let ["PUB" | "HPUB", .., length] = words[..] {
            found += 1;
            rest = rest.get(length.parse::<usize>().expect("a length") + 2..).unwrap_or_default();
        }
    }
    found
}

/// The calls with which SQLite waits for the disk, as strace sees them.
fn syncs(stores: &Stores, ticks: &Ticks) {
    heading("how often one `once JOB -- true` on SQLite waits for the disk, by strace");
    if std::process::Command::new("strace").arg("-V").output().is_err() {
        remark("Not counted: strace is not installed.");
        return;
    }
    let place = stores.place(Kind::Sqlite, "trips");
    let rows = Case::ALL.map(|case| {
        let _holder = (case == Case::Running).then(|| hold(stores, &place, ticks));
        let trace = traced(stores, &place, ticks, case);
        let calls = ["fsync", "fdatasync"].map(|call| count(&trace, format!(" {call}(").as_bytes()).to_string());
        [vec![case.as_str().to_owned()], calls.into()].concat()
    });
    table(&["tick", "fsync", "fdatasync"], &rows);
}

fn traced(stores: &Stores, place: &Place, ticks: &Ticks, case: Case) -> Vec<u8> {
    let (job, tick) = case.tick();
    let trace = stores.disk.path().join("trace");
    let strace = stores.disk.run("strace").args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o"]).arg(&trace);
    let wrapper = stores.once_arguments(place, job, &ticks.schedule(tick));
    strace.arg(crate::bellwether()).args(wrapper).arg("true").finish().expect_code(0);
    std::fs::read(trace).unwrap()
}
