//! Which instances have ended: what `reap` takes out.

use std::collections::BTreeMap;

use bellwether_aws::Ec2Instance;
use bellwether_core::balancer::InstanceId;

/// Those of the registered instances that EC2 calls terminated, or knows no more.
pub(super) fn ended(registered: &[InstanceId], known: &[Ec2Instance]) -> Vec<InstanceId> {
    let states: BTreeMap<&str, &str> = known.iter().map(|it| (it.id.as_str(), it.state.as_str())).collect();
    let has_ended = |id: &&InstanceId| states.get(id.as_str()).is_none_or(|state| *state == "terminated");
    registered.iter().filter(has_ended).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminated_and_the_unknown_have_ended_and_nobody_else() {
        let known = |id: &str, state: &str| Ec2Instance { id: id.to_owned(), state: state.to_owned(), name: None };
        let states = ["pending", "running", "stopping", "stopped", "shutting-down", "", "terminated"];
        let ec2: Vec<_> = states.iter().enumerate().map(|(place, state)| known(&format!("i-{place}"), state)).collect();
        let registered: Vec<InstanceId> = (0..8).map(|place| format!("i-{place}").parse().unwrap()).collect();
        assert_eq!(ended(&registered, &ec2), registered[6..]);
        assert_eq!(ended(&[], &ec2), []);
    }
}
