//! The programs that are compared, each on an instance of a CloneSquad group that serves one port.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use bellwether_testkit::clonesquad::{FakeCloneSquad, Step};
use bellwether_testkit::netns::private_network_with;
use bellwether_testkit::process::{Run, Running, Sandbox};

/// The port that is served, and blocked while the instance leaves.
pub(super) const PORT: u16 = 8_080;
/// Longer than any measurement takes.
const DEADLINE: Duration = Duration::from_secs(900);
/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Watcher {
    /// `bellwether watch`, which asks the metadata service alone.
    WatchImds,
    /// `bellwether watch`, which asks CloneSquad.
    WatchCloneSquad,
    /// Our `cs-instance-watcher`.
    DropIn,
    /// CloneSquad's own, started by these words.
    Old(Vec<String>),
}

impl Watcher {
    /// Those that ask CloneSquad: ours first.
    pub(super) fn of_clonesquad() -> Vec<Self> {
        let old = std::env::var("BELLWETHER_OLD_WATCHER").ok();
        let words = old.map(|words| words.split_whitespace().map(str::to_owned).collect());
        [Self::DropIn, Self::WatchCloneSquad].into_iter().chain(words.map(Self::Old)).collect()
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::WatchImds => "bellwether watch, metadata service",
            Self::WatchCloneSquad => "bellwether watch, CloneSquad",
            Self::DropIn => "cs-instance-watcher, ours",
            Self::Old(_) => "cs-instance-watcher of CloneSquad",
        }
    }

    /// The program, which asks at this period.
    fn run(&self, sandbox: &Sandbox, period: Duration) -> Run {
        let (seconds, port) = (period.as_secs().to_string(), PORT.to_string());
        let watch = |source: &str| {
            let run = sandbox.run(crate::bellwether()).args(["watch", "--poll", &format!("{seconds}s")]);
            run.args(["--source", source])
        };
        let old_options = ["--api-polling-period", &seconds, "--on-draining-block-new-connections-to-ports", &port];
        match self {
            Self::WatchImds => watch("imds"),
            Self::WatchCloneSquad => watch("clonesquad").args(["--ports", &port, "--on", "draining=block-ports"]),
            Self::DropIn => sandbox.run(sandbox.called("cs-instance-watcher", crate::bellwether())).args(old_options),
            Self::Old(words) => sandbox.run(&words[0]).args(&words[1..]).args(old_options),
        }
    }
}

/// An instance and its watcher.
pub(super) struct Instance {
    pub(super) squad: FakeCloneSquad,
    pub(super) watcher: Running,
    _sandbox: Sandbox,
}

/// Measures on an instance in a network of its own, whose watcher has begun to ask.
pub(super) fn on_instance<T: Send>(
    watcher: &Watcher,
    period: Duration,
    measure: impl FnOnce(&Instance) -> T + Send,
) -> T {
    private_network_with(&["169.254.169.254/32"], || {
        serve();
        make_filter_table();
        let (squad, sandbox) = (FakeCloneSquad::start_for_old_watcher(), Sandbox::new());
        let run = watcher.run(&sandbox, period).deadline(DEADLINE);
        let run = squad.environment().into_iter().fold(run, |run, (name, value)| run.env(name, value));
        let instance = Instance { squad, watcher: run.start(), _sandbox: sandbox };
        instance.wait_until_it_asks(watcher);
        measure(&instance)
    })
}

impl Instance {
    fn wait_until_it_asks(&self, watcher: &Watcher) {
        let asked = || match watcher {
            Watcher::WatchImds => self.squad.imds().requests().len() > 4,
            _ => self.squad.calls(Step::Metadata) > 0,
        };
        let since = Instant::now();
        while !asked() {
            let said = String::from_utf8_lossy(&self.watcher.stderr_so_far()).into_owned();
            assert!(since.elapsed() < PATIENCE, "{} does not ask:\n{said}", watcher.name());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// CloneSquad's own watcher blocks nothing on a host where iptables has no rule at all yet.
fn make_filter_table() {
    Run::new("/usr/sbin/iptables").args(["-A", "FORWARD", "-j", "ACCEPT"]).finish().expect_code(0);
}

/// Lets everybody in, and out again.
fn serve() {
    let listener = TcpListener::bind(SocketAddr::from(([0, 0, 0, 0], PORT))).expect("a free port");
    std::thread::spawn(move || while listener.accept().is_ok() {});
}
