//! Which commands are allowed here: our extension of the configuration, the section `bellwether`. Without it whoever may
//! send to the queue may run anything, as ever.

use bellwether_core::collective::message::Action;
use bellwether_core::line_pattern::LinePattern;
use bellwether_core::text::one_line;
use serde::Deserialize;
use serde_json::Value;

/// The section. A misspelt key must not leave a host open that was meant to be closed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    allow: Option<Vec<String>>,
    allow_scripts: Option<bool>,
}

/// What may run.
#[derive(Debug, Clone, Default)]
pub(super) struct Policy {
    /// None: any command.
    commands: Option<Vec<LinePattern>>,
    /// Whether scripts may run, whatever is in them.
    scripts: bool,
}

impl Policy {
    /// The policy that the configuration asks for. With a list of commands, scripts are not allowed unless it says so.
    ///
    /// # Errors
    /// When the section is not as it should be; with every pattern that is none.
    pub(super) fn read(section: Option<&Value>) -> Result<Self, Vec<String>> {
        let section = section.map(Section::deserialize).transpose();
        let section = section.map_err(|error| vec![format!("bellwether: {error}")])?.unwrap_or_default();
        let scripts = section.allow_scripts.unwrap_or(section.allow.is_none());
        let Some(patterns) = &section.allow else { return Ok(Self { commands: None, scripts }) };
        let (mut commands, mut wrong) = (Vec::new(), Vec::new());
        for (place, pattern) in patterns.iter().enumerate() {
            match LinePattern::new(pattern) {
                Ok(pattern) => commands.push(pattern),
                Err(error) => {
                    wrong.push(format!("bellwether.allow.{place} is not a pattern: {}", one_line(&error.to_string())));
                }
            }
        }
        if wrong.is_empty() { Ok(Self { commands: Some(commands), scripts }) } else { Err(wrong) }
    }

    /// Whether anything may run.
    pub(super) fn allows_everything(&self) -> bool {
        self.commands.is_none() && self.scripts
    }

    /// Why this must not run; none when it may.
    pub(super) fn refuses(&self, action: &Action) -> Option<&'static str> {
        match (action, &self.commands) {
            (Action::Script { .. } | Action::S3 { .. }, _) if !self.scripts => {
                Some("scripts are not allowed on this host (bellwether.allow_scripts)")
            }
            (Action::Cli(line), Some(allowed)) if !allowed.iter().any(|pattern| pattern.matches(line)) => {
                Some("this command is not on the list of this host (bellwether.allow)")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(section: Value) -> Policy {
        Policy::read(Some(&section)).unwrap()
    }

    fn runs(policy: &Policy, line: &str) -> bool {
        policy.refuses(&Action::Cli(line.to_owned())).is_none()
    }

    fn runs_scripts(policy: &Policy) -> bool {
        let script = Action::Script { name: "a".to_owned(), payload: Some("true".to_owned()), parameters: None };
        policy.refuses(&script).is_none()
    }

    #[test]
    fn without_a_policy_everything_runs() {
        for policy in [Policy::read(None).unwrap(), policy(json!({}))] {
            assert!(policy.allows_everything() && runs(&policy, "rm -rf /") && runs_scripts(&policy));
        }
    }

    #[test]
    fn a_pattern_must_match_the_whole_command() {
        let policy = policy(json!({"allow": ["uptime", "^systemctl restart [a-z]+$", "a|b", "x{1,2}"]}));
        assert!(!policy.allows_everything());
        for line in ["uptime", "systemctl restart nginx", "a", "b", "xx"] {
            assert!(runs(&policy, line), "{line}");
        }
        for line in
            ["uptime; reboot", " uptime", "uptime\n", "uptime\nreboot", "systemctl restart a b", "ab", "b; reboot", ""]
        {
            assert!(!runs(&policy, line), "{line:?}");
        }
        assert!(policy.refuses(&Action::Ping).is_none());
    }

    #[test]
    fn two_lines_match_no_pattern() {
        let policy = policy(json!({"allow": ["ls [^;&|]*", "(?s).*"]}));
        assert!(runs(&policy, "ls x") && !runs(&policy, "ls x\nid -un") && !runs(&policy, "ls x\rid"));
    }

    #[test]
    fn with_a_list_scripts_run_only_where_they_are_allowed() {
        assert!(!runs_scripts(&policy(json!({"allow": []}))));
        assert!(runs_scripts(&policy(json!({"allow": [], "allow_scripts": true}))));
        let no_scripts = policy(json!({"allow_scripts": false}));
        assert!(!runs_scripts(&no_scripts) && runs(&no_scripts, "uptime") && !no_scripts.allows_everything());
        assert!(no_scripts.refuses(&Action::S3 { object: "s3://b/k".to_owned(), parameters: None }).is_some());
    }

    #[test]
    fn every_pattern_that_is_none_is_told() {
        let wrong = Policy::read(Some(&json!({"allow": ["(", "fine", "a)|(b", "x{9999999}"]}))).unwrap_err();
        assert_eq!(wrong.len(), 3, "{wrong:?}");
    }

    #[test]
    fn a_misspelt_section_does_not_leave_the_host_open() {
        for section in [json!({"alow": []}), json!({"allow_script": false}), json!({"allow": "uptime"}), json!(7)] {
            assert!(Policy::read(Some(&section)).is_err(), "{section}");
        }
    }
}
