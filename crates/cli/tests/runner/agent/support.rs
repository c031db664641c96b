//! A node with its agent, and a caller.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bellwether_core::fleet::bytes::Bytes;
use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::keys::{PublicKey, SigningKey};
use bellwether_core::fleet::reply::{Event, Outcome, Reply, Stream};
use bellwether_core::fleet::request::{Action, Command, Request, RequestKind, Run, Target};
use bellwether_core::fleet::transport::{Audience, CallerTransport};
use bellwether_core::names::NodeId;
use bellwether_engines::nats::NatsOptions;
use bellwether_engines::nats::fleet::{CallerLink, Connection};
use bellwether_testkit::nats::NatsServer;
use bellwether_testkit::process::{Running, Sandbox};
use jiff::Timestamp;

use crate::support::{bellwether, wait_until};

/// How long anything is waited for: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Everything, for the caller of the tests.
pub(super) const EVERYTHING: &str = "[[allow]]\ncallers = ['ops']\nactions = ['argv', 'shell', 'script']\n";

/// A node with its agent's files, in an environment of its own.
pub(super) struct Node {
    pub(super) sandbox: Sandbox,
    pub(super) environment: String,
    server: String,
    settings: RefCell<BTreeMap<&'static str, String>>,
}

/// The caller's key, which the node trusts.
pub(super) fn ops() -> SigningKey {
    SigningKey::from_seed([1; 32]).unwrap()
}

impl Node {
    /// On the shared server, with this policy.
    pub(super) fn new(policy: &str) -> Self {
        Self::on(NatsServer::shared(), policy)
    }

    pub(super) fn on(server: &NatsServer, policy: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let node = Self {
            sandbox: Sandbox::new(),
            environment: format!("agent-{}-{number}", std::process::id()),
            server: format!("nats://{}", server.address()),
            settings: RefCell::default(),
        };
        node.trust(&[("ops", ops().public())]);
        node.allow(policy);
        node
    }

    pub(super) fn trust(&self, callers: &[(&str, PublicKey)]) {
        let row = |(name, key): &(&str, PublicKey)| format!("[[caller]]\nname = '{name}'\nkey = '{key}'\n");
        self.sandbox.write("callers.toml", callers.iter().map(row).collect::<String>());
    }

    pub(super) fn allow(&self, policy: &str) {
        self.sandbox.write("policy.toml", policy);
    }

    /// Sets a variable of the agents that are started from now on.
    pub(super) fn set(&self, name: &'static str, value: &str) {
        self.settings.borrow_mut().insert(name, value.to_owned());
    }

    pub(super) fn run(&self, arguments: &[&str]) -> bellwether_testkit::process::Run {
        let path = |name: &str| self.sandbox.path().join(name);
        let mut run = self.sandbox.run(bellwether()).args(["agent", "--node", "web-1"]);
        run = run.args(["--environment", &self.environment, "--transport", &self.server]);
        run = run.arg("--callers").arg(path("callers.toml")).arg("--policy").arg(path("policy.toml"));
        run = run.args(arguments).env("AWS_EC2_METADATA_DISABLED", "true").deadline(PATIENCE * 4);
        self.settings.borrow().iter().fold(run, |run, (name, value)| run.env(name, value))
    }

    /// An agent that serves.
    pub(super) fn start(&self) -> Running {
        let agent = self.run(&["-v"]).start();
        self.wait_for_line(&agent, "serving as web-1");
        agent
    }

    /// Waits until the agent's log has a text.
    pub(super) fn wait_for_line(&self, agent: &Running, text: &str) {
        let since = Instant::now();
        while !log(agent).contains(text) {
            assert!(since.elapsed() < PATIENCE, "no '{text}' in the log of the agent:\n{}", log(agent));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The account so far.
    pub(super) fn audit(&self) -> String {
        std::fs::read_to_string(self.sandbox.state().join("bellwether/agent/audit.log")).unwrap_or_default()
    }

    /// Waits until the account has a line with all these parts.
    pub(super) fn wait_for_audit(&self, parts: &[&str]) {
        let has = |line: &str| parts.iter().all(|part| line.contains(part));
        wait_until(&format!("the account has {parts:?}"), || self.audit().lines().any(has));
    }

    /// Where a command may leave something behind, and what it left.
    pub(super) fn place(&self, name: &str) -> String {
        self.sandbox.path().join(name).to_string_lossy().into_owned()
    }

    pub(super) fn left_at(&self, name: &str) -> String {
        std::fs::read_to_string(self.place(name)).unwrap_or_default()
    }
}

/// Somebody who asks.
pub(super) struct Caller {
    /// Its connection goes on while something is waited for.
    runtime: tokio::runtime::Runtime,
    link: CallerLink,
    environment: String,
}

impl Caller {
    pub(super) fn of(node: &Node) -> Self {
        let options = NatsOptions { timeout: Duration::from_secs(20), ca_file: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let link = runtime.block_on(async {
            let connection = Connection::open(&node.server, options).await.unwrap();
            CallerLink::on(&connection, node.environment.parse().unwrap())
        });
        Self { runtime, link, environment: node.environment.clone() }
    }

    /// A request to every node, whose replies are listened for.
    pub(super) fn request(&self, action: Action) -> Request {
        self.request_kept(action, false)
    }

    /// A request whose replies are kept.
    pub(super) fn durable_request(&self, action: Action) -> Request {
        self.request_kept(action, true)
    }

    fn request_kept(&self, action: Action, durable: bool) -> Request {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&NUMBER.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let now = Timestamp::now();
        let id = RequestId::new(now, random);
        let reply = self.runtime.block_on(self.link.listen(id, durable)).unwrap();
        Request {
            kind: RequestKind::Request,
            id,
            call: id,
            caller: "tests".to_owned(),
            env: self.environment.parse().unwrap(),
            target: Target::Filter("*".parse().unwrap()),
            action,
            issued: now,
            ttl_ms: 60_000,
            reply,
            durable,
        }
    }

    pub(super) fn send(&self, request: &Request) {
        self.send_bytes(&sealed(&ops(), request));
    }

    /// Sends a request to the node alone, to be kept for it.
    pub(super) fn send_durable(&self, request: &Request) {
        let (node, message) = ([NodeId::new("web-1").unwrap()], sealed(&ops(), request));
        self.runtime.block_on(self.link.send(Audience::Nodes(&node), true, &message)).unwrap();
    }

    /// What is kept of the replies to a request.
    pub(super) fn results(&self, request: &Request) -> Vec<Reply> {
        let kept = self.runtime.block_on(self.link.results(request.call)).unwrap();
        kept.iter().map(|message| opened(message)).collect()
    }

    pub(super) fn send_bytes(&self, message: &[u8]) {
        self.runtime.block_on(self.link.send(Audience::Everyone, false, message)).unwrap();
    }

    /// The next reply; none when there is none for so long.
    pub(super) fn next(&self, within: Duration) -> Option<Reply> {
        let received = self.runtime.block_on(async { tokio::time::timeout(within, self.link.receive()).await });
        let message = received.ok()?.unwrap();
        Some(opened(&message))
    }

    /// The replies to a request, to the last one.
    pub(super) fn replies(&self, request: &Request) -> Vec<Reply> {
        let mut replies = Vec::new();
        loop {
            let reply = self.next(PATIENCE).unwrap_or_else(|| panic!("no last reply after {replies:?}"));
            assert_eq!(reply.id, request.id, "{reply:?}");
            let is_last = reply.event.is_last();
            replies.push(reply);
            if is_last {
                return replies;
            }
        }
    }

    /// Asks, and collects what is answered.
    pub(super) fn ask(&self, action: Action) -> Answer {
        let request = self.request(action);
        self.send(&request);
        Answer::of(self.replies(&request))
    }

    /// Makes sure that nothing but a ping is answered: what was sent before it was not.
    pub(super) fn nothing_but_a_ping_is_answered(&self) {
        let ping = self.request(Action::Ping);
        self.send(&ping);
        assert_eq!(self.replies(&ping).len(), 1);
    }

    /// Waits until a command has said that it runs, with its output.
    pub(super) fn wait_for_output(&self, request: &Request) {
        loop {
            let reply = self.next(PATIENCE).expect("output");
            assert_eq!(reply.id, request.id);
            if matches!(reply.event, Event::Output(_)) {
                return;
            }
        }
    }
}

/// What came back.
pub(super) struct Answer {
    pub(super) replies: Vec<Reply>,
    pub(super) out: Vec<u8>,
    pub(super) err: Vec<u8>,
}

impl Answer {
    pub(super) fn of(replies: Vec<Reply>) -> Self {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        for (place, reply) in replies.iter().enumerate() {
            assert_eq!(reply.seq, place as u64, "replies are numbered");
            if let Event::Output(output) = &reply.event {
                let stream = if output.stream == Stream::Out { &mut out } else { &mut err };
                stream.extend_from_slice(&output.bytes.0);
            }
        }
        Self { replies, out, err }
    }

    pub(super) fn last(&self) -> &Event {
        &self.replies.last().unwrap().event
    }

    pub(super) fn outcome(&self) -> &Outcome {
        match self.last() {
            Event::Done(done) => &done.outcome,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

fn opened(message: &[u8]) -> Reply {
    Reply::decode(&Envelope::decode(message).unwrap().verify().unwrap().body).unwrap()
}

pub(super) fn sealed(key: &SigningKey, request: &Request) -> Vec<u8> {
    Envelope::seal(key, request.encode().unwrap()).unwrap()
}

/// A command that may run for a minute.
pub(super) fn run(command: Command) -> Run {
    Run {
        command,
        stdin: Bytes::default(),
        env: BTreeMap::new(),
        user: None,
        directory: None,
        timeout_ms: 60_000,
        output_limit: 65_536,
    }
}

pub(super) fn argv(words: &[&str]) -> Action {
    Action::Run(Box::new(run(Command::Argv(words.iter().map(|&word| word.to_owned()).collect()))))
}

pub(super) fn shell(line: &str) -> Action {
    Action::Run(Box::new(run(Command::Shell(line.to_owned()))))
}

/// What the agent has logged so far.
pub(super) fn log(agent: &Running) -> String {
    String::from_utf8_lossy(&agent.stderr_so_far()).into_owned()
}

/// So much memory of this kind, in KiB.
pub(super) fn memory_of(pid: nix::unistd::Pid, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
