//! What the command line and the configuration must say.

use bellwether_testkit::process::Sandbox;

use crate::support::bellwether;

fn refused(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let sandbox = Sandbox::new();
    let done = sandbox.run(bellwether()).arg("watch").args(arguments).envs(variables).finish().expect_code(64);
    assert!(!sandbox.state().join("bellwether").exists(), "nothing was begun");
    done.stderr_text()
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    for (arguments, told) in [
        (&["--source", "asg:web"] as &[&str], "is no source"),
        (&["--on", "draining=explode"], "is no reaction"),
        (&["--on", "gone=hooks"], "'gone' is no state"),
        (&["--on", "draining"], "STATE=REACTIONS"),
        (&["--poll", "100ms"], "every 1s to every 60s"),
        (&["--ports", "0"], "0 is no port"),
        (&["--log", "journal"], "is no log"),
        (&["--on", "draining=block-ports"], "none are named"),
        (&["--on", "draining=webhook"], "but no webhook"),
        (&["--block", "clonesquad", "--ports", "80"], "is no source"),
        (&["--once", "--dry-run"], "cannot be used with"),
    ] {
        let text = refused(arguments, &[]);
        assert!(text.contains(told), "{arguments:?}: {text}");
    }
}

#[test]
fn the_environment_is_checked_like_the_arguments() {
    for (name, value, told) in [
        ("BELLWETHER_WATCH_SOURCES", "imds,tag:a=b", "is no source"),
        ("BELLWETHER_WATCH_ON_DRAINING", "hooks,x", "is no reaction"),
        ("BELLWETHER_WATCH_WEBHOOK", "hooks.example.com/hush", "https://"),
        ("BELLWETHER_WATCH_WEBHOOK_BODY", "{text}", "no JSON"),
        ("BELLWETHER_WATCH_HEALTH_LISTEN", "localhost", "invalid socket address"),
    ] {
        let text = refused(&[], &[(name, value)]);
        assert!(text.contains(told) && text.contains(name), "{name}: {text}");
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn the_policy_limits_what_can_be_limited() {
    let done = Sandbox::new().run(bellwether()).args(["iam", "watch"]).finish().expect_code(0);
    let policy: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let allowing = |action: &str| {
        let statement =
            statements.iter().find(|statement| statement["Action"].as_array().unwrap().contains(&action.into()));
        statement.unwrap_or_else(|| panic!("{action} is not allowed: {policy}"))["Resource"].as_str().unwrap()
    };
    assert_eq!(allowing("lambda:InvokeFunction"), "arn:aws:lambda:*:*:function:CloneSquad-Discovery-*");
    assert_ne!(allowing("autoscaling:CompleteLifecycleAction"), "*");
    for action in
        ["ec2:DescribeInstances", "elasticloadbalancing:DeregisterTargets", "autoscaling:DescribeLifecycleHooks"]
    {
        assert_eq!(allowing(action), "*");
    }
}
