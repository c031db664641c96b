//! Real NATS servers, each with JetStream in a directory of its own.
//!
//! Two releases are tried: the `nats-server` of the system, which on Debian 12 is 2.9.10, and the one of Debian 13
//! that `tests/setup.sh` unpacks. Clusters of the older one do not compare and swap where a bucket has copies.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Runs a server until its stdin is closed, which the kernel does for us however the test process ends; its directory
/// goes with it unless a line says that it is wanted again.
const KEEPER: &str = r#"dir=$1; shift; "$@" >>"$dir/log" 2>&1 & echo $!; read -r keep; kill -9 $! 2>/dev/null; wait; [ -n "$keep" ] || rm -rf "$dir""#;

/// Where servers listen when a test does not say.
const LOCAL: &str = "127.0.0.1";
/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a cluster may take to make a stream.
const ANSWER: Duration = Duration::from_secs(10);
/// How often servers are started until they form a cluster.
const ATTEMPTS: u32 = 5;
/// The stream that shows whether a cluster is complete.
const PROBE: &str = "complete";
/// Ports outside the range that the kernel gives to connections, so that a stopped server finds its own free again.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The one in `PATH`.
    System,
    /// The one that `tests/setup.sh` unpacks, or that `$BELLWETHER_TEST_NATS` names.
    Recent,
}

impl Release {
    /// The program.
    ///
    /// # Panics
    /// When `tests/setup.sh` has not been run.
    pub fn program(self) -> PathBuf {
        if self == Self::System {
            return PathBuf::from("nats-server");
        }
        let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-nats/usr/sbin/nats-server");
        let program = std::env::var_os("BELLWETHER_TEST_NATS").map_or(unpacked, PathBuf::from);
        assert!(program.exists(), "no nats-server at {}: run tests/setup.sh", program.display());
        program
    }

    /// Its version, such as `2.9.10`.
    ///
    /// # Panics
    /// When it cannot be run.
    pub fn version(self) -> String {
        let shown = Command::new(self.program()).arg("--version").output();
        let shown = shown.unwrap_or_else(|error| panic!("nats-server cannot be run: {error}: run tests/setup.sh"));
        let text = String::from_utf8(shown.stdout).unwrap();
        text.trim().trim_start_matches("nats-server: v").to_owned()
    }
}

/// A server, running or stopped. It ends when dropped, or with the test process.
#[derive(Debug)]
pub struct NatsServer {
    release: Release,
    dir: TempDir,
    host: String,
    port: u16,
    monitor: u16,
    process: Mutex<Option<Process>>,
}

#[derive(Debug)]
struct Process {
    keeper: Child,
    server: Pid,
    /// Open as long as the server is wanted.
    stdin: Option<ChildStdin>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stdin.take();
        let _ = self.keeper.wait();
    }
}

impl NatsServer {
    /// The recent one of this test process, started when first asked for.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<NatsServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Release::Recent))
    }

    /// Starts another one.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(release: Release) -> Self {
        Self::start_with(release, "")
    }

    /// Starts one that listens at this address.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_at(release: Release, host: &str) -> Self {
        let server = Self::prepare(release, host, "single", "");
        server.launch();
        server.wait_until_ready();
        server
    }

    /// Starts one with more lines in its configuration.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with(release: Release, configuration: &str) -> Self {
        let server = Self::prepare(release, LOCAL, "single", configuration);
        server.launch();
        server.wait_until_ready();
        server
    }

    /// Starts one that speaks TLS alone, with a certificate for 127.0.0.1 that it gives to itself. The certificate's
    /// file is [`NatsServer::certificate`].
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with_tls() -> Self {
        let server = Self::prepare(Release::Recent, LOCAL, "tls", "");
        let (certificate, key) = (server.certificate(), server.dir.path().join("key.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
            .args(["-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
            .args([key.as_os_str(), "-out".as_ref(), certificate.as_os_str()])
            .output()
            .unwrap_or_else(|error| panic!("openssl cannot be run: {error}: run tests/setup.sh"));
        assert!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
        let tls = format!("tls {{ cert_file: {:?}, key_file: {:?} }}\n", certificate, key);
        let file = server.configuration();
        let text = std::fs::read_to_string(&file).unwrap() + &tls;
        std::fs::write(file, text).unwrap();
        server.launch();
        server.wait_until_ready();
        server
    }

    /// The certificate of one that was started with TLS.
    pub fn certificate(&self) -> PathBuf {
        self.dir.path().join("cert.pem")
    }

    fn prepare(release: Release, host: &str, name: &str, configuration: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (port, monitor) = (free_port(), free_port());
        let text = format!(
            "server_name: {name}\nlisten: \"{host}:{port}\"\nhttp: 127.0.0.1:{monitor}\n\
             jetstream {{ store_dir: {:?} }}\n{configuration}\n",
            store_of(&dir)
        );
        let server = Self { release, dir, host: host.to_owned(), port, monitor, process: Mutex::new(None) };
        std::fs::write(server.configuration(), text).unwrap();
        server
    }

    fn configuration(&self) -> PathBuf {
        self.dir.path().join("nats.conf")
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    fn launch(&self) {
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh"])
            .args([self.dir.path().as_os_str(), self.release.program().as_os_str(), "-c".as_ref()])
            .arg(self.configuration())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pid = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut pid).unwrap();
        let server = Pid::from_raw(pid.trim().parse().unwrap());
        let stdin = keeper.stdin.take();
        *self.process.lock().unwrap() = Some(Process { keeper, server, stdin });
    }

    /// Waits until it serves, and in a cluster knows who leads. It need not have caught up with the others: now and
    /// then that takes one of release 2.10 minutes in which it serves all the same.
    fn wait_until_ready(&self) {
        let start = Instant::now();
        while !(self.serves() && self.knows_its_leader()) {
            let has_ended = self.signal(None).is_err();
            if has_ended || start.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.log()).unwrap_or_default();
                panic!("nats-server is not ready (is it installed? run tests/setup.sh):\n{log}");
            }
            sleep(Duration::from_millis(20));
        }
    }

    fn serves(&self) -> bool {
        self.monitored("/healthz?js-enabled-only=true").is_some_and(|answer| answer.contains("\"ok\""))
    }

    /// Whether it has heard of a leader of all servers, where there are others.
    fn knows_its_leader(&self) -> bool {
        let cluster = self.jetstream().map(|mut page| page["meta_cluster"].take());
        cluster.is_some_and(|cluster| cluster.is_null() || cluster["leader"].is_string())
    }

    /// Whether it knows of a cluster of fewer servers.
    fn knows_fewer_than(&self, servers: usize) -> bool {
        let size = self.jetstream().and_then(|page| page["meta_cluster"]["cluster_size"].as_u64());
        size.is_some_and(|size| size < servers as u64)
    }

    /// What it answers to a request without credentials; none when it does not.
    fn request(&self, subject: &str, body: &str) -> Option<Value> {
        let mut stream = TcpStream::connect((self.host.as_str(), self.port)).ok()?;
        stream.set_read_timeout(Some(ANSWER)).ok()?;
        let letter = format!("CONNECT {{}}\r\nSUB answer 1\r\nPUB {subject} answer {}\r\n{body}\r\n", body.len());
        stream.write_all(letter.as_bytes()).ok()?;
        let mut lines = BufReader::new(stream).lines();
        lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("MSG answer "))?;
        serde_json::from_str(&lines.next()?.ok()?).ok()
    }

    /// What it says of its JetStream.
    fn jetstream(&self) -> Option<Value> {
        serde_json::from_str(&self.monitored("/jsz")?).ok()
    }

    /// What the monitoring page at a path says; none when there is no answer of status 200.
    fn monitored(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.monitor)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.contains(" 200 ").then(|| body.to_owned())
    }

    /// Kills it, as a crash would.
    pub fn stop(&self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            process.stdin.as_mut().unwrap().write_all(b"keep\n").unwrap();
        }
    }

    /// Kills it, and removes what it had stored.
    fn forget(&self) {
        self.stop();
        std::fs::remove_dir_all(store_of(&self.dir)).unwrap();
    }

    /// Lets it end by itself, and say so to the others of its cluster.
    ///
    /// # Panics
    /// When it does not run, or does not end.
    pub fn shut_down(&self) {
        self.signal(Signal::SIGTERM).unwrap();
        let start = Instant::now();
        // What has ended stays in the list of processes until its keeper looks for it.
        while self.threads().any(|state| state != "Z") {
            assert!(start.elapsed() < PATIENCE, "nats-server does not end");
            sleep(Duration::from_millis(10));
        }
        self.stop();
    }

    /// Starts it again where it was, with what it had stored.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&self) {
        self.stop();
        self.launch();
        self.wait_until_ready();
    }

    /// Lets it hang: its connections stay, and it answers nothing.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP).unwrap();
        // The signal is sent at once, but the threads stop one by one.
        while !self.threads().all(|state| state == "T") {
            sleep(Duration::from_millis(1));
        }
    }

    /// Ends a [`NatsServer::pause`].
    ///
    /// # Panics
    /// When it does not run.
    pub fn resume(&self) {
        self.signal(Signal::SIGCONT).unwrap();
    }

    /// The state of each of its threads, as a letter.
    fn threads(&self) -> impl Iterator<Item = String> {
        let server = self.process.lock().unwrap().as_ref().expect("the server runs").server;
        let tasks = std::fs::read_dir(format!("/proc/{server}/task")).into_iter().flatten();
        tasks.filter_map(|task| {
            let stat = std::fs::read_to_string(task.ok()?.path().join("stat")).ok()?;
            // The name before it is in parentheses, and may hold anything.
            stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').next().map(str::to_owned))
        })
    }

    fn signal(&self, signal: impl Into<Option<Signal>>) -> nix::Result<()> {
        kill(self.process.lock().unwrap().as_ref().expect("the server runs").server, signal)
    }

    /// `HOST:PORT`.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The URL of a bucket.
    pub fn url(&self, bucket: &str) -> String {
        format!("nats://{}/{bucket}", self.address())
    }

    /// The URL of a bucket, with credentials.
    pub fn url_as(&self, credentials: &str, bucket: &str) -> String {
        format!("nats://{credentials}@{}/{bucket}", self.address())
    }
}

/// Three servers that form a cluster.
#[derive(Debug)]
pub struct NatsCluster {
    servers: Vec<NatsServer>,
}

impl NatsCluster {
    /// Starts one.
    ///
    /// # Panics
    /// When a server does not start.
    pub fn start(release: Release) -> Self {
        let ports: Vec<u16> = (0..3).map(|_| free_port()).collect();
        let routes: Vec<String> = ports.iter().map(|port| format!("\"nats://127.0.0.1:{port}\"")).collect();
        let routes = routes.join(", ");
        let server = |(number, port): (usize, &u16)| {
            let cluster = format!("cluster {{ name: test, listen: \"127.0.0.1:{port}\", routes: [ {routes} ] }}");
            NatsServer::prepare(release, LOCAL, &name(number), &cluster)
        };
        let servers: Vec<NatsServer> = ports.iter().enumerate().map(server).collect();
        let cluster = Self { servers };
        for _ in 0..ATTEMPTS {
            cluster.servers.iter().for_each(NatsServer::launch);
            cluster.servers.iter().for_each(NatsServer::wait_until_ready);
            if cluster.becomes_complete() {
                return cluster;
            }
            cluster.servers.iter().for_each(NatsServer::forget);
        }
        panic!("the servers do not become a cluster of {}", cluster.servers.len());
    }

    /// Waits until a stream can have a copy on each server. It never can when the first leader took one that was about
    /// to start for a server without JetStream: the cluster then is smaller for good.
    fn becomes_complete(&self) -> bool {
        let size = self.servers.len();
        let probe = json!({ "name": PROBE, "subjects": [PROBE], "num_replicas": size }).to_string();
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let made = self.servers[0].request(&format!("$JS.API.STREAM.CREATE.{PROBE}"), &probe);
            if made.is_some_and(|answer| answer["error"].is_null()) {
                let removed = self.servers[0].request(&format!("$JS.API.STREAM.DELETE.{PROBE}"), "");
                return removed.is_some_and(|answer| answer["success"] == true);
            }
            if self.servers.iter().any(|server| server.knows_fewer_than(size)) {
                return false;
            }
            sleep(Duration::from_millis(50));
        }
        false
    }

    /// Its servers.
    pub fn servers(&self) -> &[NatsServer] {
        &self.servers
    }

    /// The URL of all servers.
    pub fn servers_url(&self) -> String {
        let addresses: Vec<String> = self.servers.iter().map(NatsServer::address).collect();
        format!("nats://{}", addresses.join(","))
    }

    /// The URL of a bucket, with all servers.
    pub fn url(&self, bucket: &str) -> String {
        format!("{}/{bucket}", self.servers_url())
    }

    /// The server that leads a stream, once one does.
    ///
    /// # Panics
    /// When none does for long.
    pub fn leader(&self, stream: &str) -> &NatsServer {
        let start = Instant::now();
        loop {
            let told = self.servers.iter().find_map(|server| leader(server, stream));
            let leader = told.and_then(|leader| (0..self.servers.len()).find(|number| name(*number) == leader));
            if let Some(number) = leader {
                return &self.servers[number];
            }
            assert!(start.elapsed() < PATIENCE, "nobody leads {stream}");
            sleep(Duration::from_millis(50));
        }
    }
}

fn store_of(dir: &TempDir) -> PathBuf {
    dir.path().join("store")
}

fn name(number: usize) -> String {
    format!("server-{number}")
}

/// The name of the stream's leader, as a server knows it.
fn leader(server: &NatsServer, stream: &str) -> Option<String> {
    let page: Value = serde_json::from_str(&server.monitored("/jsz?accounts=true&streams=true")?).ok()?;
    let streams = page["account_details"].as_array()?.iter().filter_map(|account| account["stream_detail"].as_array());
    let wanted = streams.flatten().find(|detail| detail["name"] == stream)?;
    wanted["cluster"]["leader"].as_str().filter(|leader| !leader.is_empty()).map(str::to_owned)
}

/// A port that nobody listens on and that this process has not given yet. Processes begin at different ports.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() * 61 % u32::from(PORTS.end - PORTS.start)).unwrap();
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = PORTS.start + (begin + step) % (PORTS.end - PORTS.start);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_ends_with_its_handle() {
        let server = NatsServer::start(Release::System);
        let pid = server.process.lock().unwrap().as_ref().unwrap().server;
        assert!(kill(pid, None).is_ok());
        drop(server);
        assert!(kill(pid, None).is_err());
    }
}
