//! What systemd's logind tells of a shutdown that was asked for: the file `/run/systemd/shutdown/scheduled`, which is
//! there from `shutdown +5` until `shutdown -c` or the shutdown itself.

use jiff::Timestamp;

use crate::notice::{NodeState, Notice, Word};

/// The name of the source.
pub const NAME: Word = Word::fixed("shutdown");
/// Where logind keeps it.
pub const FILE: &str = "/run/systemd/shutdown/scheduled";
/// More than logind writes, in bytes.
pub const LONGEST: usize = 16 * 1024;

/// Reads the file: lines `NAME=VALUE`, of which `USEC` (microseconds of UTC) and `MODE` (`poweroff`, `reboot`, `halt`,
/// `kexec`, or a dry run of one of them) tell what will be when. A dry run takes nobody away.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<Vec<Notice>, String> {
    let value = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
    let usec = value("USEC").ok_or("it has no USEC")?;
    let at = usec.parse().ok().and_then(|usec| Timestamp::from_microsecond(usec).ok());
    let at = at.ok_or("its USEC is no time")?;
    let mode =
        Word::new(value("MODE").unwrap_or("shutdown")).map_err(|error| format!("its MODE is no name: {error}"))?;
    if mode.as_str().starts_with("dry-") {
        return Ok(Vec::new());
    }
    let id = Word::new(usec).map_err(|error| format!("its USEC is no time: {error}"))?;
    Ok(vec![Notice::of_event(&NAME, NodeState::Stopping, mode, &id).at(at)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shutdown_is_a_stop_at_its_time() {
        let notices = parse("USEC=1795255200000000\nWARN_WALL=1\nMODE=poweroff\n").unwrap();
        let [notice] = &notices[..] else { panic!("{notices:?}") };
        assert_eq!(notice.state, NodeState::Stopping);
        assert_eq!(notice.key.as_str(), "shutdown/poweroff/1795255200000000");
        assert_eq!(notice.deadline, Some("2026-11-21T10:00:00Z".parse().unwrap()));
    }

    #[test]
    fn a_dry_run_is_none_and_nonsense_is_an_error() {
        assert_eq!(parse("USEC=1795255200000000\nMODE=dry-reboot\n"), Ok(Vec::new()));
        for text in ["", "MODE=reboot", "USEC=soon\nMODE=reboot", "USEC=1\nMODE=../x", "USEC=99999999999999999999"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
