//! A real etcd, from the Debian packages, for the peer `etcdctl lock`.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{Run, Running};

/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server on its usual ports. It ends when dropped, and with the thread that started it.
#[derive(Debug)]
pub struct EtcdServer {
    server: Running,
    _directory: TempDir,
    endpoint: String,
}

impl EtcdServer {
    /// Starts one that listens at this address. Start it in a private network: there the ports are free.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_at(host: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (endpoint, peers) = (format!("http://{host}:2379"), format!("http://{host}:2380"));
        let server = Run::new("setpriv")
            .args(["--pdeathsig", "KILL", "etcd", "--name", "single"])
            .args(["--listen-client-urls", &endpoint, "--advertise-client-urls", &endpoint])
            .args(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers])
            .args(["--initial-cluster", &format!("single={peers}")])
            .args(["--data-dir".as_ref(), directory.path().as_os_str()])
            .start();
        let server = Self { server, _directory: directory, endpoint };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&self) {
        let since = Instant::now();
        while self.etcdctl(&["endpoint", "health"]).finish().code != Some(0) {
            let said = String::from_utf8_lossy(&self.server.stderr_so_far()).into_owned();
            assert!(since.elapsed() < PATIENCE, "etcd is not ready (is it installed? run tests/setup.sh):\n{said}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// `etcdctl` with these arguments.
    pub fn etcdctl(&self, arguments: &[&str]) -> Run {
        Run::new("etcdctl").env("ETCDCTL_API", "3").args(["--endpoints", &self.endpoint]).args(arguments)
    }

    /// Its URL.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netns::private_network;

    #[test]
    fn a_lock_is_held_while_its_command_runs() {
        private_network(|| {
            let server = EtcdServer::start_at("127.0.0.1");
            let done = server.etcdctl(&["lock", "a", "echo", "locked"]).finish().expect_code(0);
            assert_eq!(done.stdout_text(), "locked\n");
        });
    }
}
