//! PgBouncer in front of a server.

use std::fs;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use super::programs::{as_postgres, free_port};
use super::{PASSWORD, PostgresServer};

/// Runs the pooler until its own stdin is closed.
const KEEPER: &str = r#""$@" >/dev/null 2>&1 </dev/null & cat >/dev/null; kill -9 $!"#;

/// A running pooler on a free port of 127.0.0.1. It ends when dropped, and with the test process.
#[derive(Debug)]
pub struct Pooler {
    port: u16,
    keeper: Child,
    stdin: Option<ChildStdin>,
}

impl Pooler {
    pub(super) fn start(directory: &Path, server: u16) -> Self {
        let port = free_port();
        let (settings, users) = (directory.join("pooler.ini"), directory.join("pooler-users"));
        fs::write(&users, format!("\"postgres\" \"{PASSWORD}\"\n")).unwrap();
        let text = format!(
            "[databases]\n* = host={} port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\n\
             default_pool_size = 3\n",
            directory.display(),
            users.display()
        );
        fs::write(&settings, text).unwrap();
        let program = "/usr/sbin/pgbouncer";
        assert!(Path::new(program).exists(), "there is no {program}: run tests/setup.sh");
        let command = as_postgres([program.to_owned(), settings.display().to_string()]);
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "sh"]).args(command).stdin(Stdio::piped()).process_group(0);
        let mut keeper = keeper.spawn().unwrap();
        let stdin = keeper.stdin.take();
        let pooler = Self { port, keeper, stdin };
        pooler.wait();
        pooler
    }

    fn wait(&self) {
        let listens = || TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        let started = (0..500).any(|_| {
            let listens = listens();
            if !listens {
                std::thread::sleep(Duration::from_millis(10));
            }
            listens
        });
        assert!(started, "the pooler did not start");
    }

    /// A database's URL through the pooler.
    pub fn url(&self, server: &PostgresServer, database: &str) -> String {
        server.url(database).replace(&format!(":{}/", server.port()), &format!(":{}/", self.port))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.keeper.wait();
    }
}
