//! Every kind of store, with a server of its own where it has one, and the wrapper on it.

use std::time::Duration;

use bellwether_testkit::moto::Moto;
use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::process::Run;
use bellwether_testkit::tap::Tap;
use jiff::{SignedDuration, Timestamp};

use crate::machine::file_system;
use crate::once::{Disk, daily};
use crate::report::remark;

const REGION: &str = "eu-west-1";

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    DynamoDb,
    Postgres,
    Nats,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Sqlite, Self::DynamoDb, Self::Postgres, Self::Nats];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::DynamoDb => "DynamoDB (moto)",
            Self::Postgres => "PostgreSQL",
            Self::Nats => "NATS",
        }
    }
}

/// Where claims are kept: a file, a table, a database or a bucket.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    name: String,
    /// The port of its server; none for a file.
    port: Option<u16>,
}

/// The servers of all kinds, and a disk for the rest.
pub(crate) struct Stores {
    pub(crate) disk: Disk,
    postgres: PostgresServer,
    nats: NatsServer,
    moto: Moto,
}

impl Stores {
    pub(crate) fn start() -> Self {
        Self {
            disk: Disk::new(),
            // As it is installed: a commit waits for the disk. Tests allow fewer sessions than wrappers come here.
            postgres: PostgresServer::start_with(&[("max_connections", "100")]),
            nats: NatsServer::start(Release::Recent),
            moto: Moto::start(),
        }
    }

    /// Prints how the servers, and that of `etcdctl lock`, are set up.
    pub(crate) fn remarks() {
        let nats = Release::Recent.version();
        remark("SQLite: synchronous=FULL. PostgreSQL and etcd: their defaults, every answer waits for the disk.");
        remark(&format!(
            "NATS: one nats-server {nats}, its defaults (sync_interval 2m: no answer waits for the disk)."
        ));
        remark("DynamoDB: moto, which keeps tables in memory and is no measure of DynamoDB itself.");
        remark(&format!("The servers' files are on {}.", file_system(&std::env::temp_dir())));
    }

    /// A place that nobody has used yet. A table is still to be made.
    pub(crate) fn place(&self, kind: Kind, name: &str) -> Place {
        let port = match kind {
            Kind::Sqlite => None,
            Kind::DynamoDb => self.moto.endpoint().rsplit(':').next().map(|port| port.parse().expect("moto's port")),
            Kind::Postgres => {
                self.postgres.create_database(name);
                Some(self.postgres.port())
            }
            Kind::Nats => self.nats.address().rsplit(':').next().map(|port| port.parse().expect("a port")),
        };
        Place { kind, name: name.to_owned(), port }
    }

    /// A place that is ready for claims.
    pub(crate) fn ready(&self, kind: Kind, name: &str) -> Place {
        let place = self.place(kind, name);
        self.create(&place).finish().expect_code(0);
        place
    }

    /// `bellwether store create` for a place.
    pub(crate) fn create(&self, place: &Place) -> Run {
        self.bellwether(place).args(["store", "create", &self.url(place)])
    }

    /// `bellwether once` on a place; the command is still to be added.
    pub(crate) fn once(&self, place: &Place, job: &str, schedule: &str) -> Run {
        self.bellwether(place).args(self.once_arguments(place, job, schedule))
    }

    /// The arguments of [`Stores::once`].
    pub(crate) fn once_arguments(&self, place: &Place, job: &str, schedule: &str) -> Vec<String> {
        let arguments =
            ["--quiet", "once", job, "--node", "a", "--schedule", schedule, "--store", &self.url(place), "--"];
        arguments.map(str::to_owned).to_vec()
    }

    fn bellwether(&self, place: &Place) -> Run {
        let run = self.disk.run(crate::bellwether());
        match (place.kind, place.port) {
            (Kind::DynamoDb, Some(port)) => {
                aws_environment(port).into_iter().fold(run, |run, (key, to)| run.env(key, to))
            }
            _ => run,
        }
    }

    fn url(&self, place: &Place) -> String {
        let name = &place.name;
        let (own, url) = match place.kind {
            Kind::Sqlite => return format!("sqlite:{}", self.disk.path().join(name).display()),
            Kind::DynamoDb => return format!("dynamodb:{name}"),
            Kind::Postgres => (self.postgres.port().to_string(), self.postgres.url(name)),
            Kind::Nats => (self.nats.address().rsplit(':').next().unwrap().to_owned(), self.nats.url(name)),
        };
        let port = place.port.expect("a server has a port");
        url.replace(&format!(":{own}/"), &format!(":{port}/"))
    }
}

impl Place {
    /// The same place through a wire that keeps what is said, and holds back each answer. A file has none.
    pub(crate) fn tapped(&self, delay: Duration) -> Option<(Tap, Self)> {
        let tap = Tap::to(self.port?, delay);
        let through = Self { port: Some(tap.port()), ..self.clone() };
        Some((tap, through))
    }
}

fn aws_environment(port: u16) -> Vec<(String, String)> {
    bellwether_testkit::moto::aws_environment(&format!("http://127.0.0.1:{port}"), REGION)
}

/// The ticks of a job, one for each number: minutes of the last half day, one after the other.
pub(crate) struct Ticks(Timestamp);

impl Ticks {
    pub(crate) fn of_half_a_day() -> Self {
        Self(Timestamp::now() - SignedDuration::from_hours(12))
    }

    /// The schedule whose latest tick has this number.
    pub(crate) fn schedule(&self, number: usize) -> String {
        daily(self.0 + SignedDuration::from_mins(i64::try_from(number).unwrap()))
    }
}
