//! clustercron 1.0.1 beside ours, on the same instance: boto 2 finds the metadata service by its real address alone, so
//! both run in a network of their own.

use bellwether_testkit::fake_elb::FakeAws;
use bellwether_testkit::imds::{Builder, FakeImds, REAL_ADDRESS};
use bellwether_testkit::netns::private_network_with;
use bellwether_testkit::process::{Run, Sandbox};
use bellwether_testkit::python::venv;

use super::support::with_keys;
use crate::support::bellwether;

/// The network of an instance, with AWS in it.
pub(super) struct Network {
    pub(super) aws: FakeAws,
}

/// An instance in it, with both programs installed, each with a home of its own.
pub(super) struct Both<'a> {
    network: &'a Network,
    pub(super) old_home: Sandbox,
    pub(super) our_home: Sandbox,
    _imds: FakeImds,
}

/// Runs a closure in a network where the metadata service can have its real address.
pub(super) fn in_network<T: Send>(run: impl FnOnce(&Network) -> T + Send) -> T {
    private_network_with(&["169.254.169.254/32"], || run(&Network { aws: FakeAws::start() }))
}

impl Network {
    /// Starts an instance; there can be one at a time.
    pub(super) fn instance(&self, imds: Builder) -> Both<'_> {
        Both { network: self, old_home: Sandbox::new(), our_home: Sandbox::new(), _imds: imds.start_at(REAL_ADDRESS) }
    }
}

impl Both<'_> {
    /// The AWS around it.
    pub(super) fn aws(&self) -> &FakeAws {
        &self.network.aws
    }

    /// clustercron 1.0.1.
    pub(super) fn old(&self, arguments: &[&str]) -> Run {
        self.env(self.old_home.run(venv().program("clustercron"))).args(arguments)
    }

    /// Ours.
    pub(super) fn ours(&self, arguments: &[&str]) -> Run {
        self.env(self.our_home.run(self.our_home.called("clustercron", bellwether()))).args(arguments)
    }

    /// Adds what both need to reach AWS.
    pub(super) fn env(&self, run: Run) -> Run {
        with_keys(run).env("AWS_ENDPOINT_URL", self.network.aws.url())
    }
}
