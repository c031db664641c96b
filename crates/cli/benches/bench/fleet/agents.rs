//! The load generator: any number of simulated agents in one process. Each has a key, facts and subscriptions of its
//! own; it verifies every request, evaluates its filter, and signs its pong. Many share a connection, so that the
//! server's buffer for one connection holds what a broadcast means for it.

use std::io::Read;
use std::sync::mpsc::{Sender, channel};

use bellwether_core::facts::Facts;
use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::inventory::{NodeKind, NodeRecord};
use bellwether_core::fleet::keys::{PublicKey, SigningKey};
use bellwether_core::fleet::reply::{Event, Reply, ReplyKind};
use bellwether_core::fleet::request::{Action, EnvironmentName, Request, Target};
use bellwether_core::fleet::transport::AgentTransport;
use bellwether_core::names::NodeId;
use bellwether_engines::nats::NatsOptions;
use bellwether_engines::nats::fleet::{AgentLink, Connection};
use futures_util::StreamExt;
use futures_util::stream::iter;
use jiff::Timestamp;

/// Agents that share a connection.
const PER_CONNECTION: usize = 500;
/// Announcements under way at once, of each thread.
const ANNOUNCED_AT_ONCE: usize = 128;
/// Longer than any benchmark takes.
const PERIOD_MS: u64 = 3_600_000;
/// The environment of the simulated fleet.
pub(crate) const ENVIRONMENT: &str = "bench";
/// What is printed when all agents listen and have announced themselves.
pub(crate) const READY: &str = "ready";

/// Which agents a thread simulates, and for whom.
struct Flock {
    url: String,
    trusted: PublicKey,
    numbers: Vec<usize>,
}

/// Simulates agents until its input ends: `URL KEY COUNT`, where the key is the one that they trust.
pub(crate) fn simulate(arguments: &[String]) {
    let [url, key, count] = arguments else { panic!("URL, KEY and COUNT are wanted, not {arguments:?}") };
    let (trusted, count): (PublicKey, usize) = (key.parse().unwrap(), count.parse().unwrap());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (tell, told) = channel();
    for thread in 0..threads {
        let numbers = (thread..count).step_by(threads).collect();
        let (flock, tell) = (Flock { url: url.clone(), trusted, numbers }, tell.clone());
        std::thread::spawn(move || run(flock, &tell));
    }
    (0..threads).for_each(|_| told.recv().unwrap());
    println!("{READY}");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn run(flock: Flock, tell: &Sender<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut agents = Vec::new();
        for numbers in flock.numbers.chunks(PER_CONNECTION) {
            let connection = Connection::open(&flock.url, patient()).await.unwrap();
            let agent = |number: &usize| Agent::new(&connection, *number, flock.trusted);
            agents.extend(futures_util::future::join_all(numbers.iter().map(agent)).await);
        }
        iter(&agents).map(Agent::announce).buffer_unordered(ANNOUNCED_AT_ONCE).collect::<Vec<()>>().await;
        for agent in agents {
            tokio::spawn(agent.answer());
        }
        tell.send(()).unwrap();
        std::future::pending::<()>().await;
    });
}

/// Tens of thousands of agents begin at once on one machine.
fn patient() -> NatsOptions {
    NatsOptions { timeout: std::time::Duration::from_secs(120), ..NatsOptions::default() }
}

struct Agent {
    transport: AgentLink,
    node: NodeId,
    env: EnvironmentName,
    key: SigningKey,
    facts: Facts,
    trusted: PublicKey,
}

impl Agent {
    async fn new(connection: &Connection, number: usize, trusted: PublicKey) -> Self {
        let node = NodeId::new(format!("i-{number:017x}")).unwrap();
        let env: EnvironmentName = ENVIRONMENT.parse().unwrap();
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&(number as u64 + 1).to_le_bytes());
        let key = SigningKey::from_seed(seed).unwrap();
        let transport = AgentLink::on(connection, env.clone(), node.clone()).await.unwrap();
        Self { transport, facts: facts(&node, number), node, env, key, trusted }
    }

    async fn announce(&self) {
        let record = NodeRecord {
            kind: NodeKind::Node,
            node: self.node.clone(),
            env: self.env.clone(),
            facts: self.facts.clone(),
            seen: Timestamp::now(),
            period_ms: PERIOD_MS,
            version: "0.1.0".to_owned(),
            left: false,
        };
        let record = Envelope::seal(&self.key, record.encode().unwrap()).unwrap();
        self.transport.announce(&record).await.unwrap();
    }

    async fn answer(self) {
        loop {
            let delivery = self.transport.receive().await.unwrap();
            let Some((request, pong)) = self.pong(&delivery.message) else { continue };
            self.transport.reply(&request.reply, request.call, request.durable, &pong).await.unwrap();
        }
    }

    /// The sealed answer to a ping for this node; none to anything else.
    fn pong(&self, message: &[u8]) -> Option<(Request, Vec<u8>)> {
        let envelope = Envelope::decode(message).ok().filter(|envelope| envelope.key() == self.trusted)?;
        let request = Request::decode(&envelope.verify().ok()?.body).ok()?;
        let is_meant = match &request.target {
            Target::Filter(filter) => filter.matches(&self.facts),
            Target::Nodes(nodes) => nodes.contains(&self.node),
        };
        if request.env != self.env || !is_meant || request.action != Action::Ping {
            return None;
        }
        let reply = Reply {
            kind: ReplyKind::Reply,
            id: request.id,
            call: request.call,
            env: self.env.clone(),
            node: self.node.clone(),
            seq: 0,
            at: Timestamp::now(),
            event: Event::Pong,
        };
        let sealed = Envelope::seal(&self.key, reply.encode().unwrap()).unwrap();
        Some((request, sealed))
    }
}

/// As many as an agent finds by itself on an instance.
fn facts(node: &NodeId, number: usize) -> Facts {
    let mut facts = Facts::default();
    for (name, value) in [
        ("node", node.as_str()),
        ("role", ["web", "db", "cache", "batch"][number % 4]),
        ("zone", ["eu-west-1a", "eu-west-1b", "eu-west-1c"][number % 3]),
        ("os", "debian"),
        ("os.release", "12"),
        ("kernel", "6.1.0-18-cloud-amd64"),
        ("architecture", "x86_64"),
        ("instance.type", "m7i.large"),
    ] {
        assert!(facts.insert(name, value));
    }
    assert!(facts.insert("cpus", 2_u64) && facts.insert("memory_mib", 8_192_u64));
    facts
}
