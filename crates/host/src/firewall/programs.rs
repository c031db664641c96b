//! The firewall's programs on this machine.

use std::path::PathBuf;

use bellwether_core::environment::Environment;

use super::iptables::{Family, Iptables};
use super::nft::Nft;
use super::tool::Tool;
use crate::files::is_executable;

/// Where administration programs are, whether or not `PATH` says so: that of a user's or a cron job's does not.
const USUAL: [&str; 4] = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"];

/// What there is.
pub(super) struct Programs {
    pub(super) nft: Option<Nft>,
    pub(super) iptables: Option<Iptables>,
}

/// The directories of `PATH`, then the usual ones. A relative one would depend on where we were started.
pub(super) fn search_path(environment: &Environment) -> Vec<PathBuf> {
    let path = environment.get("PATH").unwrap_or_default();
    let own = std::env::split_paths(path).filter(|directory| directory.is_absolute());
    own.chain(USUAL.map(PathBuf::from)).collect()
}

impl Programs {
    /// Looks in these directories, in their order. IPv6 must be blocked as well where the machine has it.
    pub(super) fn find(directories: &[PathBuf], ipv6: bool) -> Self {
        let tool = |name: &str| {
            let found = directories.iter().map(|directory| directory.join(name)).find(|path| is_executable(path));
            found.map(Tool::at)
        };
        let family = |name: &str| Some(Family::new(tool(name)?, tool(&format!("{name}-restore"))?));
        let families = || {
            let first = family("iptables")?;
            let second = if ipv6 { Some(family("ip6tables")?) } else { None };
            Some(Iptables::new(first, second))
        };
        Self { nft: tool("nft").map(Nft::with), iptables: families() }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn with_programs(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            let path = dir.path().join(name);
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        dir
    }

    fn found(names: &[&str], ipv6: bool) -> (bool, bool) {
        let dir = with_programs(names);
        let Programs { nft, iptables } = Programs::find(&[dir.path().to_owned()], ipv6);
        (nft.is_some(), iptables.is_some())
    }

    #[test]
    fn iptables_counts_only_when_it_covers_the_whole_machine() {
        let ipv4 = ["iptables", "iptables-restore"];
        let both = ["iptables", "iptables-restore", "ip6tables", "ip6tables-restore"];
        assert_eq!(found(&[], true), (false, false));
        assert_eq!(found(&["nft"], true), (true, false));
        assert_eq!(found(&both, true), (false, true));
        assert_eq!(found(&ipv4, true), (false, false), "IPv6 would stay open");
        assert_eq!(found(&ipv4, false), (false, true));
        assert_eq!(found(&["iptables", "ip6tables"], true), (false, false), "rules are loaded by '-restore'");
    }

    #[test]
    fn what_cannot_be_executed_is_no_program() {
        let dir = with_programs(&["nft"]);
        std::fs::set_permissions(dir.path().join("nft"), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Programs::find(&[dir.path().to_owned()], true).nft.is_none());
    }

    #[test]
    fn the_usual_directories_are_looked_at_last_and_relative_ones_never() {
        let path = search_path(&[("PATH", "/opt/bin:relative:.:/bin")].into_iter().collect());
        assert_eq!(path[..2], [PathBuf::from("/opt/bin"), PathBuf::from("/bin")]);
        assert_eq!(path[2..], USUAL.map(PathBuf::from));
        assert_eq!(search_path(&Environment::default()), USUAL.map(PathBuf::from));
    }
}
