//! What this thread may do to its network, and what there is of it.

use std::path::Path;

use crate::files::read_bounded;

/// The bit of CAP_NET_ADMIN, capabilities(7).
const NET_ADMIN: u32 = 12;
/// Far more than the kernel writes into a status file.
const LONGEST_STATUS: usize = 64 * 1_024;

/// Whether this thread has the right CAP_NET_ADMIN. Where that cannot be found out, the programs will say.
pub(super) fn may_change_network() -> bool {
    let status = read_bounded(Path::new("/proc/thread-self/status"), LONGEST_STATUS);
    status.ok().and_then(|status| effective(&String::from_utf8_lossy(&status))).is_none_or(has_net_admin)
}

/// Whether this network knows IPv6; a kernel without it has no such file.
pub(super) fn machine_has_ipv6() -> bool {
    Path::new("/proc/thread-self/net/if_inet6").exists()
}

/// The effective capabilities in a status file, proc(5).
fn effective(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

fn has_net_admin(capabilities: u64) -> bool {
    capabilities & (1 << NET_ADMIN) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_tells() {
        let status = |mask: &str| format!("Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t{mask}\nCapBnd:\t0\n");
        let may = |mask: &str| effective(&status(mask)).map(has_net_admin);
        assert_eq!(may("000001ffffffffff"), Some(true));
        assert_eq!(may("0000000000001000"), Some(true));
        assert_eq!(may("000001ffffffefff"), Some(false));
        assert_eq!(may("0000000000000000"), Some(false));
        assert_eq!(may("?"), None);
        assert_eq!(effective(""), None);
    }
}
