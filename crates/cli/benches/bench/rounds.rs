//! How often each program waits for an answer before it decides: the round trips made one after the other, counted
//! in the logs of servers that hold back every answer for a while.

use std::path::Path;
use std::time::Duration;

use bellwether_testkit::fake_elb::{FakeAws, Faults};
use bellwether_testkit::http::sequential_rounds;
use bellwether_testkit::imds::{Builder, FakeImds, REAL_ADDRESS};
use bellwether_testkit::netns::private_network_with;
use bellwether_testkit::process::Sandbox;
use bellwether_testkit::python::venv;

use crate::report::{Requirements, heading, milliseconds, table};

const DELAY: Duration = Duration::from_millis(50);
const ME: &str = "i-0123456789abcdef0";

/// Where the keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    Environment,
    Role,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Elb,
    AlbByName,
    AlbByArn,
}

/// What one decision took.
struct Trip {
    rounds: usize,
    requests: usize,
    wall: Duration,
}

pub(crate) fn run(requirements: &mut Requirements) {
    heading(&format!("round trips of one decision, with every answer held back for {} ms", DELAY.as_millis()));
    let mut rows = Vec::new();
    let mut pairs = Vec::new();
    for keys in [Keys::Environment, Keys::Role] {
        for target in [Target::Elb, Target::AlbByName, Target::AlbByArn] {
            let ours = trip(target, keys, |sandbox| sandbox.called("clustercron", crate::bellwether()));
            rows.push(row("bellwether", target, keys, &ours, None));
            // 1.0.1 takes no ARN.
            if target != Target::AlbByArn {
                let theirs = trip(target, keys, |_| venv().program("clustercron"));
                rows.push(row("clustercron 1.0.1", target, keys, &theirs, Some(&ours)));
                pairs.push((format!("{}, keys from {}", target.as_str(), keys.as_str()), ours.rounds, theirs.rounds));
            }
        }
    }
    table(&["program", "target", "keys from", "in a row", "requests", "wall", "in a row/ours"], &rows);
    for (what, ours, theirs) in pairs {
        let measured = format!("{ours} and {theirs} (wanted: no more)");
        requirements.note(ours <= theirs, &format!("round trips of ours and of 1.0.1, {what}"), &measured);
    }
}

fn row(program: &str, target: Target, keys: Keys, trip: &Trip, ours: Option<&Trip>) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "a few round trips")]
    let ratio = |ours: &Trip| format!("{:.1}x", trip.rounds as f64 / ours.rounds as f64);
    vec![
        program.to_owned(),
        target.as_str().to_owned(),
        keys.as_str().to_owned(),
        trip.rounds.to_string(),
        trip.requests.to_string(),
        milliseconds(trip.wall.as_secs_f64()),
        ours.map(ratio).unwrap_or_default(),
    ]
}

/// One decision in a network of its own, by the program that `program` names.
fn trip(target: Target, keys: Keys, program: impl FnOnce(&Sandbox) -> std::path::PathBuf + Send) -> Trip {
    private_network_with(&["169.254.169.254/32"], || {
        let imds = keys.given_by(FakeImds::builder().instance_id(ME)).delay(DELAY).start_at(REAL_ADDRESS);
        let aws = FakeAws::start();
        let mut name = "web".to_owned();
        aws.change(|world| {
            world.set_load_balancer("web", &[(ME, "InService"), ("i-1", "InService")]);
            let arn = world.set_target_group("web", &[(ME, 80, "healthy"), ("i-1", 80, "healthy")]);
            if target == Target::AlbByArn {
                name = arn;
            }
        });
        aws.misbehave(Faults::slow(DELAY));
        let sandbox = Sandbox::new();
        let done = decide(&sandbox, &program(&sandbox), target, &name, keys, &aws.url());
        let log = [imds.log(), aws.log()].concat();
        Trip { rounds: sequential_rounds(&log), requests: log.len(), wall: done }
    })
}

fn decide(sandbox: &Sandbox, program: &Path, target: Target, name: &str, keys: Keys, url: &str) -> Duration {
    let mut run = sandbox.run(program).args([target.kind(), name, "true"]).env("AWS_ENDPOINT_URL", url);
    if keys == Keys::Environment {
        run = run.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "example");
    }
    run.finish().expect_code(0).wall
}

impl Keys {
    fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Role => "instance role",
        }
    }

    fn given_by(self, imds: Builder) -> Builder {
        match self {
            Self::Environment => imds,
            Self::Role => imds.role("web", "ASIAIOSFODNN7EXAMPLE", "example", "token"),
        }
    }
}

impl Target {
    fn as_str(self) -> &'static str {
        match self {
            Self::Elb => "elb",
            Self::AlbByName => "alb by name",
            Self::AlbByArn => "alb by ARN",
        }
    }

    fn kind(self) -> &'static str {
        if self == Self::Elb { "elb" } else { "alb" }
    }
}
