//! Nodes with networks of their own around a bridge, each of which can be cut off.
//!
//! The bridge is in the network of the thread that makes it, mostly a [`crate::netns::private_network`]; servers that
//! listen there at [`HUB`] are reached by all nodes.

use std::fs::File;

use nix::sched::{CloneFlags, setns};

use crate::netns::{enter, ip};

/// The bridge's address.
pub const HUB: &str = "10.77.0.1";
/// The bridge and its nodes, as `ADDRESS/BITS`.
pub const NETWORK: &str = "10.77.0.0/24";
/// The bridge's own. Without one it takes the lowest of its cables'. When that cable is cut, it would hear what comes by
/// it, and take another: the other nodes send to the old one for up to a minute, and would be cut off as well.
const MAC: &str = "02:00:0a:4d:00:01";
/// A node may play its own metadata service at this address.
const METADATA: &str = "169.254.169.254/32";

/// A bridge in the network of the thread that made it, and goes with that network.
#[derive(Debug)]
pub struct Bridge {
    network: File,
}

/// The network of one node.
#[derive(Debug)]
pub struct NodeNetwork {
    hub: File,
    own: File,
    /// The bridge's end of the cable.
    port: String,
}

impl Bridge {
    /// Makes one; there can be one in a network.
    ///
    /// # Panics
    /// When the right to it is missing.
    pub fn here() -> Self {
        ip(&["link", "add", "br0", "address", MAC, "type", "bridge"]);
        ip(&["address", "add", &format!("{HUB}/24"), "dev", "br0"]);
        ip(&["link", "set", "br0", "up"]);
        Self { network: current_network() }
    }

    /// Connects a new node, with the address 10.77.0.(10 + number).
    ///
    /// # Panics
    /// When there is one of this number.
    pub fn connect(&self, number: usize) -> NodeNetwork {
        let own = std::thread::scope(|scope| scope.spawn(make_network).join()).expect("a network namespace");
        let node = NodeNetwork { hub: self.network.try_clone().unwrap(), own, port: format!("node{number}") };
        // The name of a namespace is a path to it; ours has none but that of its descriptor.
        let pid = std::process::id();
        let own = format!("/proc/{pid}/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&node.own));
        let cable = format!("cable{number}");
        within(&self.network, || {
            ip(&["link", "add", &node.port, "type", "veth", "peer", "name", &cable]);
            ip(&["link", "set", &cable, "netns", &own]);
            ip(&["link", "set", &node.port, "master", "br0", "up"]);
        });
        node.enter(|| {
            ip(&["address", "add", &format!("10.77.0.{}/24", 10 + number), "dev", &cable]);
            ip(&["link", "set", &cable, "up"]);
        });
        node
    }
}

impl NodeNetwork {
    /// Runs a closure on a thread in the node's network. Threads, servers and child processes that it starts live
    /// there too.
    ///
    /// # Panics
    /// When the closure does.
    pub fn enter<T: Send>(&self, run: impl FnOnce() -> T + Send) -> T {
        within(&self.own, run)
    }

    /// Cuts the node off. It is not told: connections stay and packets vanish.
    pub fn cut(&self) {
        within(&self.hub, || ip(&["link", "set", &self.port, "nomaster"]));
    }

    /// Ends a [`NodeNetwork::cut`].
    pub fn restore(&self) {
        within(&self.hub, || ip(&["link", "set", &self.port, "master", "br0"]));
    }
}

fn make_network() -> File {
    enter();
    ip(&["link", "set", "lo", "up"]);
    ip(&["address", "add", METADATA, "dev", "lo"]);
    current_network()
}

fn current_network() -> File {
    File::open("/proc/thread-self/ns/net").expect("a network namespace")
}

/// Runs a closure on a thread in this network.
fn within<T: Send>(network: &File, run: impl FnOnce() -> T + Send) -> T {
    let moved = || {
        setns(network, CloneFlags::CLONE_NEWNET).unwrap_or_else(|error| panic!("cannot enter a network: {error}"));
        run()
    };
    let end = std::thread::scope(|scope| scope.spawn(moved).join());
    end.unwrap_or_else(|payload| std::panic::resume_unwind(payload))
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpStream};
    use std::time::Duration;

    use super::*;
    use crate::http::{Reply, Server};
    use crate::netns::private_network;

    fn reaches(node: &NodeNetwork, address: SocketAddr) -> bool {
        node.enter(|| TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok())
    }

    #[test]
    fn a_node_that_is_cut_off_reaches_nobody_until_it_is_connected_again() {
        private_network(|| {
            let bridge = Bridge::here();
            let server = Server::start(&format!("{HUB}:0"), |_| Reply::Drop);
            let (cut, other) = (bridge.connect(0), bridge.connect(1));
            assert!(reaches(&cut, server.address()));
            cut.cut();
            assert!(!reaches(&cut, server.address()));
            assert!(reaches(&other, server.address()), "the others are left alone");
            cut.restore();
            assert!((0..40).any(|_| reaches(&cut, server.address())));
        });
    }

    #[test]
    fn whichever_node_is_cut_off_the_others_are_left_alone() {
        private_network(|| {
            let bridge = Bridge::here();
            let server = Server::start(&format!("{HUB}:0"), |_| Reply::Drop);
            let nodes: Vec<NodeNetwork> = (0..3).map(|number| bridge.connect(number)).collect();
            for cut in 0..nodes.len() {
                let all = || nodes.iter().all(|node| reaches(node, server.address()));
                assert!((0..40).any(|_| all()), "the network is whole");
                nodes[cut].cut();
                let mut others = nodes.iter().enumerate().filter(|(other, _)| *other != cut);
                assert!(others.all(|(_, node)| (0..4).any(|_| reaches(node, server.address()))), "without {cut}");
                nodes[cut].restore();
            }
        });
    }
}
