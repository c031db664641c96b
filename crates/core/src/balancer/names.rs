//! The names that people give: load balancers and their policies.

use super::invalid::Invalid;
use super::text_type::text_type;

/// The longest name of a classic load balancer (`CreateLoadBalancer`).
const LONGEST_NAME: usize = 32;

/// The longest name of a policy that is sent. The API reference gives no limit; this one bounds the request.
const LONGEST_POLICY: usize = 255;

const NAME_RULE: &str = "give 1 to 32 letters (a-z), digits and hyphens, with no hyphen at the start or the end";
const POLICY_RULE: &str = "give letters (a-z), digits and hyphens, at most 255 of them";

text_type! {
    /// The name of a classic load balancer, unique in its region and account: 1 to 32 letters, digits and hyphens, no
    /// hyphen first or last (`CreateLoadBalancer`).
    BalancerName, check_name
}

text_type! {
    /// The name of a policy of a load balancer: letters, digits and hyphens (`CreateLoadBalancerPolicy`).
    PolicyName, check_policy
}

fn check_name(text: &str) -> Result<(), Invalid> {
    let fits = (1..=LONGEST_NAME).contains(&text.len());
    match fits && only_letters_digits_hyphens(text) && !text.starts_with('-') && !text.ends_with('-') {
        true => Ok(()),
        false => Err(Invalid::text(text, "name of a classic load balancer", NAME_RULE)),
    }
}

fn check_policy(text: &str) -> Result<(), Invalid> {
    match (1..=LONGEST_POLICY).contains(&text.len()) && only_letters_digits_hyphens(text) {
        true => Ok(()),
        false => Err(Invalid::text(text, "name of a policy", POLICY_RULE)),
    }
}

fn only_letters_digits_hyphens(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_classic_load_balancers() {
        for name in ["a", "7", "my-lb", "My--LB-2", &"x".repeat(32)] {
            assert_eq!(BalancerName::new(name).unwrap().as_str(), name);
        }
        for text in ["", "-a", "a-", "-", "my_lb", "my.lb", "my lb", "ä", "a\n", &"x".repeat(33)] {
            let error = BalancerName::new(text).unwrap_err();
            assert!(error.to_string().contains("1 to 32 letters"), "{error}");
        }
    }

    #[test]
    fn names_of_policies_may_be_longer() {
        assert!(PolicyName::new("ELBSecurityPolicy-TLS-1-2-2017-01").is_ok());
        assert!(PolicyName::new("-x-").is_ok());
        for text in ["", "a_b", "a b", &"x".repeat(256)] {
            assert!(PolicyName::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_refused_text_is_shown_on_one_line_and_short() {
        let error = BalancerName::new(format!("a\n\u{1b}[31m{}", "x".repeat(1_000))).unwrap_err();
        assert!(!error.message.chars().any(char::is_control) && error.message.len() < 200, "{error}");
    }
}
