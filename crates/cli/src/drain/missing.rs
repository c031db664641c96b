//! Why what was wanted is not reached in a place, and what can be done about it.

use bellwether_core::balancer::explain_description;
use bellwether_core::drain::{Ending, Goal, Observation, Place, Trouble, explain};

/// What is wrong, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) message: String,
    pub(crate) remedy: String,
}

/// The account of a place that has not ended well.
pub(crate) fn missing(place: &Place, ending: &Ending, goal: Goal) -> Missing {
    match ending {
        Ending::Failed(trouble) => {
            Missing { message: format!("{place}: {}", trouble.message), remedy: trouble.remedy.clone() }
        }
        Ending::NotStarted { why } => Missing {
            message: format!("{place} was left as it is, since the journal cannot be written: {why}"),
            remedy: "make room in the state directory, or name another one in XDG_STATE_HOME".to_owned(),
        },
        Ending::Overdue { seen, trouble } => not_yet(place, goal, "", seen.as_ref(), trouble.as_ref()),
        Ending::Interrupted { seen } => not_yet(place, goal, ", and was given up", seen.as_ref(), None),
        good => Missing { message: format!("{place}: {good}"), remedy: String::new() },
    }
}

fn not_yet(
    place: &Place,
    goal: Goal,
    given_up: &str,
    seen: Option<&Observation>,
    trouble: Option<&Trouble>,
) -> Missing {
    let wanted = match goal {
        Goal::Out => "out",
        Goal::In => "in service",
    };
    let last = seen.map_or_else(|| "never seen".to_owned(), |seen| format!("last seen {seen}"));
    let why = trouble.map_or_else(String::new, |trouble| format!("; {}", trouble.message));
    let explained = seen.map(|seen| explanation(place, seen)).filter(|text| !text.is_empty());
    let remedy = match (trouble, explained) {
        (Some(trouble), _) => trouble.remedy.clone(),
        (None, Some(text)) => text,
        (None, None) => "look at it again, or give it more time with --timeout".to_owned(),
    };
    Missing { message: format!("{place} is not {wanted} yet{given_up}: {last}{why}"), remedy }
}

/// What AWS's reason means, in sentences; empty where there is nothing to explain.
pub(crate) fn explanation(place: &Place, seen: &Observation) -> String {
    match place {
        Place::Classic { .. } => explain_description(&seen.description).join(" "),
        Place::TargetGroup { .. } => explain(&seen.reason).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::drain::TroubleKind;

    use super::*;

    const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";

    fn target() -> Place {
        Place::TargetGroup { group: GROUP.parse().unwrap(), target: "i-1:80".parse().unwrap() }
    }

    #[test]
    fn a_reason_code_is_shown_and_explained() {
        let seen = Observation::target("unhealthy", "Target.Timeout", "Request timed out");
        let ending = Ending::Overdue { seen: Some(seen), trouble: None };
        let account = missing(&target(), &ending, Goal::In);
        assert_eq!(
            account.message,
            "i-1:80 in alb:web is not in service yet: last seen unhealthy: Request timed out (Target.Timeout)"
        );
        assert!(account.remedy.contains("not answered in time"), "{account:?}");
    }

    #[test]
    fn what_a_classic_load_balancer_says_is_explained() {
        let place = Place::Classic { balancer: "web".to_owned(), instance: "i-1".parse().unwrap() };
        let seen = Observation::classic("OutOfService", "Instance", "Instance is in stopped state.");
        let account = missing(&place, &Ending::Overdue { seen: Some(seen), trouble: None }, Goal::In);
        assert!(account.remedy.contains("start it"), "{account:?}");
    }

    #[test]
    fn a_failure_comes_with_its_own_remedy() {
        let trouble = Trouble { kind: TroubleKind::Final, message: "denied".to_owned(), remedy: "allow it".to_owned() };
        let endings = [
            Ending::Failed(trouble.clone()),
            Ending::Overdue { seen: None, trouble: Some(trouble) },
            Ending::Interrupted { seen: None },
        ];
        let told: Vec<_> = endings.iter().map(|ending| missing(&target(), ending, Goal::Out)).collect();
        assert_eq!(told[0].message, "i-1:80 in alb:web: denied");
        assert_eq!(told[1].message, "i-1:80 in alb:web is not out yet: never seen; denied");
        assert_eq!((told[0].remedy.as_str(), told[1].remedy.as_str()), ("allow it", "allow it"));
        assert!(told[2].message.contains("given up: never seen"), "{:?}", told[2]);
    }
}
