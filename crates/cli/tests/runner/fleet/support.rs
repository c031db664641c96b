//! A node with a fake AWS around it.

use bellwether_testkit::fake_elb::{FakeAws, World};
use bellwether_testkit::imds::TOKEN;
use bellwether_testkit::process::{Finished, Run, Sandbox};
use serde_json::Value;

use crate::support::bellwether;

/// A secret key, so called that any trace of it in an output is found.
pub(crate) const SECRET: &str = "SecretThatNobodyMaySee1";
/// A session token of the same kind.
pub(crate) const SESSION: &str = "SessionThatNobodyMaySee2";
/// The access key id of most tests.
pub(crate) const KEY: &str = "AKIDENVIRONMENT";

/// A home and a fake AWS.
pub(crate) struct Fleet {
    pub(crate) sandbox: Sandbox,
    pub(crate) aws: FakeAws,
}

impl Fleet {
    /// With this in the account.
    pub(crate) fn with(change: impl FnOnce(&mut World)) -> Self {
        let fleet = Self { sandbox: Sandbox::new(), aws: FakeAws::start() };
        fleet.aws.change(change);
        fleet
    }

    /// With nothing in the account.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// The program, with a home and nothing else: no region, credentials or endpoint. Timeouts are wide: the machine
    /// may be busy.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Run {
        bare(&self.sandbox, arguments)
    }

    /// The program off EC2, with everything it needs to ask the fake.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        with_keys(self.bare(arguments))
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ENDPOINT_URL", self.aws.url())
            .env("AWS_EC2_METADATA_DISABLED", "true")
    }

    /// The same on an instance of this id.
    pub(crate) fn run_as(&self, node: &str, arguments: &[&str]) -> Run {
        self.run(arguments).env("BELLWETHER_NODE", node)
    }

    /// The roster of a group, as `roster --json` tells it.
    pub(crate) fn roster(&self, group: &str) -> Value {
        json(&end(self.run(&["roster", group, "--json"]), 0))
    }

    /// How each request was signed, in their order.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        self.aws.log().iter().map(|exchange| scope(exchange.request.header("authorization").unwrap())).collect()
    }
}

/// The program in this sandbox and nothing else.
pub(crate) fn bare(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(bellwether()).env("BELLWETHER_AWS_TIMEOUT", "30s").args(arguments)
}

/// Keys in the environment.
pub(crate) fn with_keys(run: Run) -> Run {
    run.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_SESSION_TOKEN", SESSION)
}

/// What a request was signed for: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

fn scope(authorization: &str) -> Scope {
    let credential = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
    let parts: Vec<_> = credential.split('/').map(str::to_owned).collect();
    Scope { key: parts[0].clone(), region: parts[2].clone(), service: parts[3].clone() }
}

/// Runs the program to its end, which must have this status. Nothing secret may be in what it wrote.
pub(crate) fn end(run: Run, status: i32) -> Finished {
    let done = run.finish();
    for text in [done.stdout_text(), done.stderr_text()] {
        for secret in [SECRET, SESSION, TOKEN, "Signature="] {
            assert!(!text.contains(secret), "{secret} is shown: {text}");
        }
    }
    done.expect_code(status)
}

/// The message and the hint of a program that has refused with this status: it wrote these two lines, each once, and
/// nothing else.
pub(crate) fn refusal(run: Run, status: i32) -> (String, String) {
    let done = end(run, status);
    assert_eq!(done.stdout_text(), "", "nothing on standard output");
    let stderr = done.stderr_text();
    let lines: Vec<_> = stderr.lines().collect();
    let parts = match lines[..] {
        [error, hint] => error.strip_prefix("bellwether: error: ").zip(hint.strip_prefix("bellwether: hint: ")),
        _ => None,
    };
    let (error, hint) = parts.unwrap_or_else(|| panic!("not one error and one hint: {stderr}"));
    (error.to_owned(), hint.to_owned())
}

/// Its standard output as JSON.
pub(crate) fn json(done: &Finished) -> Value {
    serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}: {}", done.stdout_text()))
}

/// The members of a roster in JSON, each with `+` when healthy, else its state, and `*` when it is this node.
pub(crate) fn members(roster: &Value) -> Vec<String> {
    let member = |member: &Value| {
        let state = match member["healthy"].as_bool().unwrap() {
            true => "+".to_owned(),
            false => format!(" {}", member["state"].as_str().unwrap()),
        };
        let me = if member["this_node"].as_bool().unwrap() { "*" } else { "" };
        format!("{}{state}{me}", member["node"].as_str().unwrap())
    };
    roster["members"].as_array().unwrap().iter().map(member).collect()
}

/// Asserts that a text holds all of these.
pub(crate) fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "'{part}' is missing in: {text}");
    }
}
