//! `autoscaling/target-lifecycle-state`: where Auto Scaling takes the instance. It tells before the lifecycle hooks of
//! that way are over.

use bellwether_core::notice::{NodeState, Notice, Word};

pub(super) static NAME: Word = Word::fixed("auto-scaling");
pub(super) const PATH: &str = "/latest/meta-data/autoscaling/target-lifecycle-state";

/// The states of the Auto Scaling user guide ("Retrieve the target lifecycle state through instance metadata").
pub(super) fn parse(page: &str) -> Result<Vec<Notice>, String> {
    let said = Word::new(page.trim()).map_err(|error| format!("it is no state: {error}"))?;
    let state = match said.as_str() {
        "InService" => NodeState::Running,
        "Standby" | "Detached" | "Warmed:Running" => NodeState::OutOfService,
        "Warmed:Stopped" | "Warmed:Hibernated" => NodeState::Stopping,
        "Terminated" | "Warmed:Terminated" => NodeState::Terminating,
        _ => NodeState::Other,
    };
    Ok(vec![Notice::of_state(&NAME, state, said)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_state() {
        for (target, state) in [
            ("InService\n", NodeState::Running),
            ("Standby", NodeState::OutOfService),
            ("Detached", NodeState::OutOfService),
            ("Terminated", NodeState::Terminating),
            ("Warmed:Running", NodeState::OutOfService),
            ("Warmed:Stopped", NodeState::Stopping),
            ("Warmed:Hibernated", NodeState::Stopping),
            ("Warmed:Terminated", NodeState::Terminating),
            ("Something", NodeState::Other),
        ] {
            let notice = parse(target).unwrap().remove(0);
            assert_eq!((notice.state, notice.said.as_str()), (state, target.trim()));
        }
    }

    #[test]
    fn what_is_no_state_is_refused() {
        for page in ["", "\n", "<html>\n<body>", "In Service", "a/b"] {
            assert!(parse(page).is_err(), "{page}");
        }
    }
}
