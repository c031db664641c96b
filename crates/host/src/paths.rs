//! Where Bellwether keeps its files, by the XDG base directory specification and the custom of daemons.

use std::path::PathBuf;

use bellwether_core::environment::Environment;

/// Where root's state lives.
const SYSTEM_STATE: &str = "/var/lib/bellwether";
/// The configuration of the whole machine.
const SYSTEM_CONFIG: &str = "/etc/bellwether.toml";

/// Whether this process acts as root.
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// The directory of claims, locks and journals: `$XDG_STATE_HOME/bellwether`; without it /var/lib/bellwether for
/// root, `$HOME/.local/state/bellwether` for others. None for a user without a home.
pub fn state_dir(environment: &Environment, is_root: bool) -> Option<PathBuf> {
    if let Some(state) = absolute(environment, "XDG_STATE_HOME") {
        return Some(state.join("bellwether"));
    }
    if is_root {
        return Some(PathBuf::from(SYSTEM_STATE));
    }
    Some(absolute(environment, "HOME")?.join(".local/state/bellwether"))
}

/// The configuration files, a later one overriding an earlier: /etc/bellwether.toml, then
/// `$XDG_CONFIG_HOME/bellwether.toml` or `$HOME/.config/bellwether.toml`. They need not exist.
pub fn config_files(environment: &Environment) -> Vec<PathBuf> {
    let config = absolute(environment, "XDG_CONFIG_HOME");
    let config = config.or_else(|| absolute(environment, "HOME").map(|home| home.join(".config")));
    let user = config.map(|config| config.join("bellwether.toml"));
    std::iter::once(PathBuf::from(SYSTEM_CONFIG)).chain(user).collect()
}

/// A directory named by a variable. The specification says to ignore a relative one.
fn absolute(environment: &Environment, variable: &str) -> Option<PathBuf> {
    environment.get(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(variables: &[(&str, &str)], is_root: bool) -> Option<String> {
        let environment = variables.iter().copied().collect();
        state_dir(&environment, is_root).map(|path| path.display().to_string())
    }

    #[test]
    fn the_state_of_root_and_of_users() {
        let home = ("HOME", "/home/ann");
        assert_eq!(state(&[home], true).as_deref(), Some("/var/lib/bellwether"));
        assert_eq!(state(&[home], false).as_deref(), Some("/home/ann/.local/state/bellwether"));
        for is_root in [true, false] {
            assert_eq!(state(&[home, ("XDG_STATE_HOME", "/s")], is_root).as_deref(), Some("/s/bellwether"));
        }
        assert_eq!(
            state(&[home, ("XDG_STATE_HOME", "s")], false).as_deref(),
            Some("/home/ann/.local/state/bellwether")
        );
        assert_eq!(state(&[], false), None);
        assert_eq!(state(&[("HOME", "")], false), None);
    }

    #[test]
    fn the_users_configuration_comes_after_the_machines() {
        let files = |variables: &[(&str, &str)]| config_files(&variables.iter().copied().collect());
        let paths = |texts: &[&str]| texts.iter().map(PathBuf::from).collect::<Vec<_>>();
        let home = ("HOME", "/home/ann");
        assert_eq!(files(&[home]), paths(&["/etc/bellwether.toml", "/home/ann/.config/bellwether.toml"]));
        assert_eq!(files(&[home, ("XDG_CONFIG_HOME", "/c")]), paths(&["/etc/bellwether.toml", "/c/bellwether.toml"]));
        assert_eq!(files(&[]), paths(&["/etc/bellwether.toml"]));
    }
}
