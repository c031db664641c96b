//! The fleet and what befalls it.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bellwether_testkit::process::{Run, Running, Sandbox};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};

use super::evidence::Evidence;
use crate::support::bellwether;

const NODES: u64 = 5;

/// What every run does: it tells that it was started; it takes a lock that the kernel frees when it dies, or tells
/// that another run is alive; and it works for a while.
const COMMAND: &str = "echo \"start $BELLWETHER_TICK\" >> starts
    flock --nonblock --conflict-exit-code 99 alive sleep 0.3
    if [ $? = 99 ]; then echo \"overlap $BELLWETHER_TICK\" >> starts; fi";

/// A small generator, so that a storm can be raged again: xorshift64 (Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A fleet of five nodes and the store they share.
pub(super) struct Storm {
    sandbox: Sandbox,
    /// The flags of a node's wrapper.
    flags: Box<dyn Fn(u64) -> Vec<String>>,
    store: Option<String>,
    aws: Option<String>,
}

fn flags(flags: &[&str]) -> Vec<String> {
    flags.iter().map(|flag| (*flag).to_owned()).collect()
}

impl Storm {
    /// Five wrappers of one host, on the embedded store.
    pub(super) fn on_one_host() -> Self {
        Self { sandbox: Sandbox::new(), flags: Box::new(|_| Vec::new()), store: None, aws: None }
    }

    /// Five nodes that share a store.
    pub(super) fn of_a_fleet(store: &str) -> Self {
        let group = (0..NODES).map(|node| format!("n{node}")).collect::<Vec<_>>().join(",");
        let url = store.to_owned();
        let flags = move |node| {
            let (group, node) = (format!("nodes:{group}"), format!("n{node}"));
            flags(&["--group", &group, "--node", &node, "--store", &url, "--stagger", "20ms"])
        };
        Self { sandbox: Sandbox::new(), flags: Box::new(flags), store: Some(store.to_owned()), aws: None }
    }

    /// Five nodes of which each sees itself alone.
    pub(super) fn without_a_store_where_every_node_thinks_it_is_first() -> Self {
        let alone = |node: u64| {
            let (group, node) = (format!("nodes:n{node}"), format!("n{node}"));
            flags(&["--group", &group, "--node", &node, "--store", "none"])
        };
        Self { sandbox: Sandbox::new(), flags: Box::new(alone), store: None, aws: None }
    }

    /// The endpoint that stands for AWS.
    pub(super) fn with_aws(self, endpoint: &str) -> Self {
        Self { aws: Some(endpoint.to_owned()), ..self }
    }

    /// Runs `bellwether store create`.
    pub(super) fn create_store(&self) {
        let store = self.store.clone().unwrap();
        self.bellwether(&["store", "create", &store]).finish().expect_code(0);
    }

    fn bellwether(&self, arguments: &[&str]) -> Run {
        let run = self.sandbox.run(bellwether()).args(arguments).deadline(Duration::from_secs(120));
        let keys = [("AWS_ACCESS_KEY_ID", "AKIACHAOS"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_REGION", "eu-west-1")];
        match &self.aws {
            Some(endpoint) => run.env("AWS_ENDPOINT_URL", endpoint).envs(&keys),
            None => run,
        }
    }

    fn wrapper(&self, node: u64) -> Running {
        let own = (self.flags)(node);
        let mut arguments = vec!["once", "job", "--every", "1s", "--lease", "3s"];
        arguments.extend(own.iter().map(String::as_str));
        arguments.extend(["--", "sh", "-c", COMMAND]);
        self.bellwether(&arguments).start()
    }

    fn log(&self) -> PathBuf {
        self.sandbox.home().join("starts")
    }

    /// Starts all nodes at every second; one wrapper in eight is killed, one in eight suspended for up to five
    /// seconds; in the middle the store is restarted.
    pub(super) fn rage(&self, ticks: u64, restart_store: impl Fn() + Sync) -> Evidence {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
        println!("seed {seed}");
        let mut dice = Dice(seed | 1);
        let mut wrappers: Vec<Running> = Vec::new();
        let mut resumes: Vec<(u64, usize)> = Vec::new();
        std::thread::scope(|scope| {
            for tick in 0..ticks {
                sleep_to_next_second();
                if tick == ticks / 2 {
                    scope.spawn(&restart_store);
                }
                let first = wrappers.len();
                wrappers.extend((0..NODES).map(|node| self.wrapper(node)));
                std::thread::sleep(Duration::from_millis(dice.below(300)));
                for (index, wrapper) in wrappers.iter().enumerate().skip(first) {
                    match dice.below(8) {
                        0 => strike(wrapper, Signal::SIGKILL),
                        1 => {
                            strike(wrapper, Signal::SIGSTOP);
                            resumes.push((tick + 1 + dice.below(5), index));
                        }
                        _ => {}
                    }
                }
                resumes.retain(|(at, wrapper)| {
                    let due = *at <= tick;
                    if due {
                        strike(&wrappers[*wrapper], Signal::SIGCONT);
                    }
                    !due
                });
            }
            for (_, wrapper) in &resumes {
                strike(&wrappers[*wrapper], Signal::SIGCONT);
            }
        });
        for wrapper in wrappers {
            wrapper.finish();
        }
        Evidence::read(&self.log())
    }
}

/// Sends a signal to a wrapper; one that has ended already is out of its reach.
fn strike(wrapper: &Running, signal: Signal) {
    match kill(wrapper.pid(), signal) {
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => panic!("{signal}: {error}"),
    }
}

fn sleep_to_next_second() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    std::thread::sleep(Duration::from_secs(1) - Duration::from_nanos(u64::from(now.subsec_nanos())));
}
