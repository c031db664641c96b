//! A network of a test's own, so that addresses such as 169.254.169.254 can be played and nothing else is reachable.

use std::process::Command;

use nix::sched::{CloneFlags, unshare};

/// Runs a closure on a thread in a new network namespace with only `lo`. Threads, servers and child processes that
/// it starts live there too; the namespace ends with the last of them.
///
/// # Panics
/// When namespaces are not allowed here, and when the closure panics.
pub fn private_network<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    private_network_with(&[], run)
}

/// The same, with more addresses on `lo`, such as `169.254.169.254/32`.
///
/// # Panics
/// As [`private_network`].
pub fn private_network_with<T: Send>(addresses: &[&str], run: impl FnOnce() -> T + Send) -> T {
    let prepared = || {
        enter();
        ip(&["link", "set", "lo", "up"]);
        for address in addresses {
            ip(&["address", "add", address, "dev", "lo"]);
        }
        run()
    };
    let end = std::thread::scope(|scope| scope.spawn(prepared).join());
    end.unwrap_or_else(|payload| std::panic::resume_unwind(payload))
}

/// Moves this thread into a new network namespace without anything in it.
pub(crate) fn enter() {
    if let Err(error) = unshare(CloneFlags::CLONE_NEWNET) {
        panic!(
            "cannot make a network namespace: {error}; run the tests as root, in a container with \
             --cap-add SYS_ADMIN --cap-add NET_ADMIN (or --privileged)"
        );
    }
}

/// Runs `ip` in this thread's network.
pub(crate) fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run 'ip' of iproute2: {error}; run tests/setup.sh"));
    assert!(output.status.success(), "ip {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imds::{FakeImds, REAL_ADDRESS};
    use std::net::TcpStream;

    #[test]
    fn plays_an_address_that_is_not_ours_and_is_gone_outside() {
        let server = crate::http::Server::start("127.0.0.1:0", |_| crate::http::Reply::Drop);
        private_network_with(&["169.254.169.254/32"], || {
            let imds = FakeImds::builder().start_at(REAL_ADDRESS);
            let status =
                Command::new(crate::python::venv().python()).args(["-c", &ask(REAL_ADDRESS)]).status().unwrap();
            assert!(status.success(), "a child process sees the same network");
            assert_eq!(imds.requests().len(), 1);
            assert!(TcpStream::connect(server.address()).is_err(), "the network outside is out of reach");
        });
        assert!(TcpStream::connect(server.address()).is_ok());
    }

    fn ask(address: &str) -> String {
        format!(
            "import urllib.request; urllib.request.urlopen('http://{address}/latest/meta-data/instance-id', timeout=5)"
        )
    }

    #[test]
    #[should_panic(expected = "inside")]
    fn a_panic_inside_is_a_panic_outside() {
        private_network(|| panic!("inside"));
    }
}
