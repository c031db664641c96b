//! PostgreSQL servers of a test's own, from the Debian package that `tests/setup.sh` installs.

mod pooler;
mod programs;

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use nix::unistd::{User, chown, geteuid};

use programs::{as_postgres, command_line, execute, free_port, run};

pub use pooler::Pooler;

/// The superuser's password.
pub const PASSWORD: &str = "only-for-tests";

/// Waits for the end of whoever holds its stdin, however that comes, then ends the server and removes its directory.
const KEEPER: &str = r#"cat >/dev/null; dir=$1; shift; "$@" >/dev/null 2>&1; rm -rf "$dir""#;

/// Nothing of a test's outlives it: without the disk, a server is much faster.
const FAST: [(&str, &str); 3] = [("fsync", "off"), ("full_page_writes", "off"), ("shared_buffers", "'16MB'")];

/// A running server on a free port of 127.0.0.1. It ends when dropped, and with the test process.
#[derive(Debug)]
pub struct PostgresServer {
    directory: PathBuf,
    host: String,
    port: u16,
    keeper: Child,
    /// Open as long as the server is wanted.
    stdin: Option<ChildStdin>,
}

impl PostgresServer {
    /// The one of this test process, started when first asked for; for tests that leave the server itself alone.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PostgresServer> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts another one, which does not wait for the disk.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        Self::start_with(&FAST)
    }

    /// Starts one with these settings, as `postgresql.conf` has them, and otherwise its own defaults.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let server = Self::prepare();
        server.configure(settings);
        server.start_again();
        server
    }

    /// Starts one that does not wait for the disk, listens at this address, and lets the hosts of this network in,
    /// such as `10.0.0.0/24`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_at(host: &str, network: &str) -> Self {
        let mut server = Self::prepare();
        host.clone_into(&mut server.host);
        server.configure(&FAST);
        server.configure(&[("listen_addresses", &format!("'{host}'"))]);
        server.append("pg_hba.conf", &format!("host all all {network} scram-sha-256"));
        server.start_again();
        server
    }

    /// Starts one that offers encryption with a certificate for `localhost`, by [`authority`](Self::authority).
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_encrypted() -> Self {
        let server = Self::prepare();
        server.make_certificates();
        server.configure(&FAST);
        server.configure(&[("ssl", "on"), ("ssl_cert_file", "'server.pem'"), ("ssl_key_file", "'server.key'")]);
        server.start_again();
        server
    }

    /// Starts a standby that follows this server.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_standby(&self) -> Self {
        let standby = Self::claim_directory();
        let primary = format!("--dbname={}", self.url("postgres"));
        let data = data(&standby.directory);
        run("pg_basebackup", &["-D", &data, &primary, "--write-recovery-conf", "--checkpoint=fast"], &["--no-sync"]);
        standby.configure_place();
        standby.start_again();
        standby
    }

    /// Makes a primary of a standby.
    pub fn promote(&self) {
        run("pg_ctl", &["promote", "--wait", "--silent", "-D", &data(&self.directory)], &[]);
    }

    /// Starts a pooler in front of this server, which gives every transaction another session.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_pooler(&self) -> Pooler {
        Pooler::start(&self.directory, self.port)
    }

    /// A directory with a database cluster.
    fn prepare() -> Self {
        let server = Self::claim_directory();
        let password = server.directory.join("password");
        fs::write(&password, PASSWORD).unwrap();
        let password_file = format!("--pwfile={}", password.display());
        let data = data(&server.directory);
        run(
            "initdb",
            &["-D", &data, "--username=postgres", &password_file, "--auth-host=scram-sha-256", "--auth-local=trust"],
            &["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
        );
        server.configure_place();
        server
    }

    fn configure_place(&self) {
        let sockets = format!("'{}'", self.directory.display());
        self.configure(&[
            ("listen_addresses", "'127.0.0.1'"),
            ("port", &self.port.to_string()),
            ("unix_socket_directories", &sockets),
            ("max_connections", "60"),
        ]);
    }

    /// An empty directory, and who will remove it.
    fn claim_directory() -> Self {
        let directory = tempfile::Builder::new().prefix("bellwether-postgres-").tempdir().unwrap().keep();
        if geteuid().is_root() {
            let owner = User::from_name("postgres").unwrap().expect("there is no user postgres: run tests/setup.sh");
            chown(&directory, Some(owner.uid), Some(owner.gid)).unwrap();
        }
        let mut stop = vec!["sh".to_owned(), directory.display().to_string()];
        stop.extend(command_line("pg_ctl", &["stop", "--mode=immediate", "-D", &data(&directory)]));
        let mut keeper = Command::new("sh");
        // In a group of its own, so that Ctrl-C ends the tests and not what cleans up behind them.
        keeper.arg("-c").arg(KEEPER).args(stop).stdin(Stdio::piped()).process_group(0);
        let mut keeper = keeper.spawn().unwrap();
        let stdin = keeper.stdin.take();
        Self { host: "127.0.0.1".to_owned(), port: free_port(), keeper, stdin, directory }
    }

    /// Adds settings, which count from the next start on.
    pub fn configure(&self, settings: &[(&str, &str)]) {
        for (name, value) in settings {
            self.append("postgresql.conf", &format!("{name} = {value}"));
        }
    }

    fn append(&self, file: &str, line: &str) {
        let path = Path::new(&data(&self.directory)).join(file);
        let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }

    /// Starts a server that was stopped, on the port it had.
    pub fn start_again(&self) {
        let log = self.directory.join("log").display().to_string();
        run("pg_ctl", &["start", "--wait", "--silent", "-D", &data(&self.directory), "--log", &log], &[]);
    }

    /// Ends all sessions and the server.
    pub fn stop(&self) {
        self.end("fast");
    }

    /// Ends the server as a crash would.
    pub fn crash(&self) {
        self.end("immediate");
    }

    /// Stops and starts it.
    pub fn restart(&self) {
        self.stop();
        self.start_again();
    }

    fn end(&self, mode: &str) {
        let mode = format!("--mode={mode}");
        run("pg_ctl", &["stop", "--wait", "--silent", &mode, "-D", &data(&self.directory)], &[]);
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that vouches for an encrypted server.
    pub fn authority(&self) -> PathBuf {
        self.directory.join("authority.pem")
    }

    /// A database's URL for the superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@{}:{}/{database}", self.host, self.port)
    }

    /// A database's URL through the server's socket, where it asks for no password.
    pub fn local_url(&self, database: &str) -> String {
        format!("postgres://postgres@/{database}?host={}&port={}", self.directory.display(), self.port)
    }

    /// Makes a new database.
    pub fn create_database(&self, name: &str) {
        self.sql("postgres", &format!("CREATE DATABASE \"{name}\""));
    }

    /// Runs SQL as the superuser, and gives what it prints: a line per row, with `|` between columns.
    ///
    /// # Panics
    /// When it fails.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        psql.arg(format!("--dbname={}", self.url(database))).arg("--command").arg(statements);
        let output = psql.output().expect("psql cannot be run: run tests/setup.sh");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "psql failed on '{statements}': {stderr}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// An authority of its own, and a certificate for `localhost` by it.
    fn make_certificates(&self) {
        const SCRIPT: &str = r#"set -e; umask 077; cd "$1"; own=$2
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=authority \
                -keyout authority.key -out authority.pem
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
                -keyout "$own/server.key" -out server.csr
            printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >extensions
            openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 30 \
                -extfile extensions -out "$own/server.pem""#;
        let directory = self.directory.display().to_string();
        let command = as_postgres(["sh", "-c", SCRIPT, "sh", &directory, &data(&self.directory)].map(str::to_owned));
        execute(&command);
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn data(directory: &Path) -> String {
    directory.join("data").display().to_string()
}
