//! What can fail about the firewall.

use std::time::Duration;

use bellwether_core::duration;

use crate::child::{How, SpawnError};

/// Why this machine cannot refuse connections.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// No program of the firewall's is installed.
    #[error(
        "cannot block ports: there is neither 'nft', nor 'iptables' and 'ip6tables' with their '-restore', on PATH or \
         in the sbin directories; install the package nftables"
    )]
    NoProgram,
    /// The programs are there, and this process may not use them.
    #[error(
        "cannot block ports: the right CAP_NET_ADMIN is missing; run as root, or give the service \
         AmbientCapabilities=CAP_NET_ADMIN"
    )]
    NoRight,
    /// Programs and the right are there, and it does not work.
    #[error(
        "cannot block ports: {0}; try that command by hand: the kernel may lack nf_tables, or the right CAP_NET_ADMIN \
         may not reach the programs that we start (it must be an ambient one, and this network's own)"
    )]
    Broken(#[source] FirewallError),
}

/// Why the firewall could not be looked at or changed.
#[derive(Debug, thiserror::Error)]
pub enum FirewallError {
    /// The program could not be started.
    #[error(transparent)]
    Start(#[from] SpawnError),
    /// It took too long and was ended.
    #[error(
        "'{command}' did not end within {}; is another program changing the firewall for so long?",
        duration::display(*limit)
    )]
    TimedOut {
        /// The program and its arguments.
        command: String,
        /// How long it was given.
        limit: Duration,
    },
    /// It failed.
    #[error("'{command}' failed ({}): {said}", described(*how))]
    Failed {
        /// The program and its arguments.
        command: String,
        /// Its exit status or signal.
        how: How,
        /// The end of its standard error.
        said: String,
    },
    /// It printed more than anything sensible.
    #[error("'{command}' printed more than {limit} bytes; what it lists is not ours")]
    TooLong {
        /// The program and its arguments.
        command: String,
        /// The most that is read.
        limit: usize,
    },
    /// What it printed is not what this program prints.
    #[error("'{command}' printed what cannot be read ({reason}); is it the program of that name?")]
    Unreadable {
        /// The program and its arguments.
        command: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn described(how: How) -> String {
    match how {
        How::Exited(status) => format!("status {status}"),
        How::Signaled(signal) => format!("signal {signal}"),
    }
}
