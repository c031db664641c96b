//! elbadmin 0.2 of boto 2.49 beside ours.
//!
//! boto finds AWS by its real names alone, so it is told that the fake, or moto, is the proxy on the way there.

use std::sync::OnceLock;

use bellwether_testkit::moto::aws_environment;
use bellwether_testkit::process::{Finished, Run, Sandbox};
use bellwether_testkit::python::venv;

use super::converted::{as_installed, mended};
use crate::support::bellwether;

pub(super) const REGION: &str = "eu-west-1";
/// What both print first when AWS itself is asked.
pub(super) const HOST: &str = "elasticloadbalancing.eu-west-1.amazonaws.com";

/// Both programs, each with a home of its own, and the AWS that they ask.
pub(super) struct Both {
    url: String,
    pub(super) old_home: Sandbox,
    pub(super) our_home: Sandbox,
}

impl Both {
    pub(super) fn new(url: &str) -> Self {
        static MENDED: OnceLock<String> = OnceLock::new();
        let both = Self { url: url.to_owned(), old_home: Sandbox::new(), our_home: Sandbox::new() };
        both.old_home.write("elbadmin", MENDED.get_or_init(mended));
        both.boto("");
        both
    }

    /// From now on the old one is as it was installed, without the module that it imports.
    pub(super) fn leave_unmended(&self) {
        self.old_home.write("elbadmin", as_installed());
    }

    /// Gives both a boto file with these options. The old one only goes through a proxy to an AWS without TLS.
    pub(super) fn boto(&self, options: &str) {
        let file = format!("[Boto]\nis_secure = False\nnum_retries = 1\nhttp_socket_timeout = 20\n{options}");
        for home in [&self.old_home, &self.our_home] {
            home.write("home/.boto", &file);
        }
    }

    /// elbadmin 0.2, without a region.
    pub(super) fn old_bare(&self, arguments: &[&str]) -> Run {
        let run = self.env(self.old_home.run(venv().python())).env("http_proxy", &self.url);
        run.args(["-W", "ignore"]).arg(self.old_home.path().join("elbadmin")).args(arguments)
    }

    /// Ours, without a region, and without an endpoint.
    pub(super) fn ours_bare(&self, arguments: &[&str]) -> Run {
        self.env(self.our_home.run(self.our_home.called("elbadmin", bellwether()))).args(arguments)
    }

    /// elbadmin 0.2 in [`REGION`].
    pub(super) fn old(&self, arguments: &[&str]) -> Run {
        self.old_bare(&["-r", REGION]).args(arguments)
    }

    /// Ours in [`REGION`].
    pub(super) fn ours(&self, arguments: &[&str]) -> Run {
        self.ours_bare(&["-r", REGION]).args(arguments).env("AWS_ENDPOINT_URL", &self.url)
    }

    /// What both do with these arguments, the old one first.
    pub(super) fn run(&self, arguments: &[&str]) -> (Finished, Finished) {
        (self.old(arguments).finish(), self.ours(arguments).finish())
    }

    /// What ours printed, with the host that the old one asks instead of the one that plays it.
    pub(super) fn as_of_aws(&self, done: &Finished) -> String {
        let printed = done.stdout_text();
        let played = self.url.trim_start_matches("http://");
        match printed.split_once('\n') {
            Some((first, rest)) if first == played => format!("{HOST}\n{rest}"),
            _ => printed,
        }
    }

    /// Runs both, which must print the same and end alike; but that a load balancer that is not there ends ours with 1.
    pub(super) fn agree(&self, arguments: &[&str]) -> String {
        let (old, ours) = self.run(arguments);
        let printed = old.stdout_text();
        assert_eq!(self.as_of_aws(&ours), printed, "ours is on the left: {arguments:?}\n{}", ours.stderr_text());
        let status = if printed.contains("No load balancer by the name of") { Some(1) } else { old.code };
        assert_eq!(ours.code, status, "{arguments:?}\n{}", ours.stderr_text());
        printed
    }

    /// Made-up keys and no metadata service; nothing else, so that the region is the arguments' alone.
    fn env(&self, run: Run) -> Run {
        let wanted = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"];
        let all = aws_environment(&self.url, REGION).into_iter().filter(|(name, _)| wanted.contains(&name.as_str()));
        all.fold(run, |run, (name, value)| run.env(name, value))
    }
}
