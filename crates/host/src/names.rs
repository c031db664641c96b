//! What this machine is called.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;

use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::SockaddrStorage;

/// The host name, as `hostname` prints it.
///
/// # Errors
/// When the kernel does not tell it, or it is not UTF-8.
pub fn hostname() -> io::Result<String> {
    nix::unistd::gethostname()?.into_string().map_err(|name| {
        let message = format!("the host name {} is not UTF-8; set another with hostnamectl", name.display());
        io::Error::new(io::ErrorKind::InvalidData, message)
    })
}

/// The addresses of this machine under which others may know it: those of interfaces that are up, without
/// loopback and link-local ones. Sorted, each once.
///
/// # Errors
/// When the kernel does not list its interfaces.
pub fn addresses() -> io::Result<Vec<IpAddr>> {
    let up = |interface: &InterfaceAddress| interface.flags.contains(InterfaceFlags::IFF_UP);
    let found = getifaddrs()?.filter(up).filter_map(|interface| interface.address.and_then(|address| ip(&address)));
    let known: BTreeSet<IpAddr> = found.filter(names_this_host).collect();
    Ok(known.into_iter().collect())
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
}

/// Whether an address means this host to others, which loopback and link-local ones do not.
fn names_this_host(address: &IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !(link_local || address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_host_has_a_name() {
        assert!(!hostname().unwrap().is_empty());
    }

    #[test]
    fn addresses_that_others_cannot_use_are_left_out() {
        assert!(addresses().unwrap().iter().all(names_this_host));
        for (text, usable) in [
            ("127.0.0.1", false),
            ("169.254.7.7", false),
            ("::1", false),
            ("fe80::1", false),
            ("10.0.0.7", true),
            ("2001:db8::7", true),
        ] {
            assert_eq!(names_this_host(&text.parse().unwrap()), usable, "{text}");
        }
    }
}
