//! A node of a fleet: an instance with its metadata service, AWS around it, and a home of its own.

use std::path::PathBuf;

use bellwether_testkit::fake_elb::{FakeAws, World};
use bellwether_testkit::http::Exchange;
use bellwether_testkit::imds::{Builder, FakeImds};
use bellwether_testkit::process::{Finished, Run, Running, Sandbox};

use crate::support::bellwether;
pub(super) use crate::support::wait_until;

/// The node's instance id, from the manual; it sorts before [`OTHER`].
pub(super) const ME: &str = "i-05cc16d1d054104f2";
/// The other instance of the manual.
pub(super) const OTHER: &str = "i-0f13be692f5f35b5e";
/// The secret that belongs to the static key.
pub(super) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// A node of a fleet.
pub(super) struct Node {
    pub(super) sandbox: Sandbox,
    pub(super) imds: FakeImds,
    pub(super) aws: FakeAws,
}

/// The metadata service of [`ME`], to be changed.
pub(super) fn imds() -> Builder {
    FakeImds::builder().instance_id(ME)
}

impl Node {
    /// A node with this metadata service and this account.
    pub(super) fn new(imds: Builder, account: impl FnOnce(&mut World)) -> Self {
        let aws = FakeAws::start();
        aws.change(account);
        Self { sandbox: Sandbox::new(), imds: imds.start(), aws }
    }

    /// The first healthy node of the load balancer and of the target group `web`.
    pub(super) fn chosen() -> Self {
        Self::new(imds(), both_healthy)
    }

    /// A healthy node of `web` that comes after another.
    pub(super) fn second() -> Self {
        Self::new(FakeImds::builder().instance_id(OTHER), both_healthy)
    }

    /// `clustercron` by its name, with endpoints but without credentials.
    pub(super) fn without_keys(&self, arguments: &[&str]) -> Run {
        self.env(self.sandbox.run(self.link())).args(arguments)
    }

    /// `clustercron` by its name, with static credentials.
    pub(super) fn clustercron(&self, arguments: &[&str]) -> Run {
        with_keys(self.without_keys(arguments))
    }

    /// A shell script that finds `clustercron` on its `PATH`.
    pub(super) fn shell(&self, script: &str) -> Run {
        self.link();
        let path = std::env::var("PATH").expect("a PATH");
        let bin = self.sandbox.path().join("bin");
        let run = with_keys(self.env(self.sandbox.run("/bin/sh"))).args(["-c", script]);
        run.env("PATH", format!("{}:{path}", bin.display()))
    }

    fn env(&self, run: Run) -> Run {
        run.env("AWS_ENDPOINT_URL", self.aws.url()).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.imds.url())
    }

    /// The link named `clustercron`.
    pub(super) fn link(&self) -> PathBuf {
        self.sandbox.called("clustercron", bellwether())
    }

    /// A file in the directory the program runs in.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.sandbox.home().join(name)
    }

    /// The text of such a file.
    pub(super) fn text(&self, name: &str) -> String {
        let path = self.file(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Runs `touch ran` on the load balancer `web`, and makes sure that it fails as a failure must: with 1, one ERROR
    /// line on standard error that tells `parts` of cause and remedy, and without running the command.
    pub(super) fn expect_error(&self, run: Run, parts: &[&str]) -> Finished {
        let done = run.args(["elb", "web", "touch", "ran"]).finish();
        self.check_error(done, parts)
    }

    pub(super) fn check_error(&self, done: Finished, parts: &[&str]) -> Finished {
        let done = done.expect_code(1);
        let text = done.stderr_text();
        let errors: Vec<_> = text.lines().filter(|line| line.starts_with("ERROR    clustercron.")).collect();
        assert_eq!(errors.len(), 1, "one line of error is due: {text}");
        for part in parts {
            assert!(errors[0].contains(part), "'{part}' is missing: {text}");
        }
        assert!(errors[0].contains("; "), "cause and remedy: {text}");
        assert_eq!(done.stdout_text(), "");
        assert!(!self.file("ran").exists(), "the command was run: {text}");
        done
    }
}

fn both_healthy(world: &mut World) {
    world.set_load_balancer("web", &[(OTHER, "InService"), (ME, "InService")]);
    world.set_target_group("web", &[(OTHER, 80, "healthy"), (ME, 80, "healthy")]);
}

/// Adds static credentials.
pub(super) fn with_keys(run: Run) -> Run {
    run.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", SECRET)
}

/// Waits until a program has written a text to its standard error.
pub(super) fn wait_for_stderr(running: &Running, text: &str) {
    wait_until(&format!("standard error has '{text}'"), || {
        String::from_utf8_lossy(&running.stderr_so_far()).contains(text)
    });
}

/// Sends a signal by its name, such as `TERM`, to one process.
pub(super) fn signal(pid: impl std::fmt::Display, name: &str) {
    let sent = Run::new("/bin/kill").args([format!("-{name}"), pid.to_string()]);
    sent.finish().expect_code(0);
}

/// The credential that a request was signed with, as `KEY/DATE/REGION/SERVICE/aws4_request`, in parts.
fn scope(exchange: &Exchange) -> Vec<String> {
    let signed = exchange.request.header("authorization").expect("a signed request");
    let (_, rest) = signed.split_once("Credential=").expect("a credential");
    rest.split(',').next().unwrap().split('/').map(str::to_owned).collect()
}

/// The id of the access key that the last request was signed with.
pub(super) fn key_of(aws: &FakeAws) -> String {
    scope(aws.log().last().expect("a request"))[0].clone()
}

/// The region that the last request was signed for.
pub(super) fn region_of(aws: &FakeAws) -> String {
    scope(aws.log().last().expect("a request"))[2].clone()
}
