//! The command line, the configuration, and the credentials.

use serde_json::json;

use super::support::Host;
use crate::support::bellwether;

#[test]
fn help_is_printed_and_a_wrong_option_is_told() {
    let host = Host::new();
    let help = host.run(&["-h"]).finish().expect_code(0).stdout_text();
    assert!(help.starts_with("usage: ec2-cagent"), "{help}");
    for arguments in [&["-x"][..], &["start"], &["--foreground=1"]] {
        let wrong = host.run(arguments).finish().expect_code(1);
        assert!(wrong.stderr_text().contains("usage: ec2-cagent"), "{}", wrong.stderr_text());
    }
}

#[test]
fn the_program_is_also_called_by_the_first_argument() {
    let host = Host::new();
    let help = host.sandbox.run(bellwether()).args(["ec2-cagent", "--help"]).finish().expect_code(0).stdout_text();
    assert!(help.starts_with("usage: ec2-cagent"), "{help}");
}

#[test]
fn everything_that_is_wrong_in_the_configuration_is_told_at_once() {
    let host = Host::with(json!({
        "general": {"log_level": "LOUD", "sqs_poll_interval": "soon"}, "aws": {"region": "eu-west-1"},
    }));
    for arguments in [&["-f"][..], &[]] {
        let text = host.run(arguments).finish().expect_code(1).stderr_text();
        for key in ["general.log_level", "general.sqs_poll_interval", "aws.sqs_read_queue", "aws.sqs_write_queue"] {
            assert!(text.contains(key), "{key}: {text}");
        }
    }
    let host = Host::with(json!({"bellwether": {"alow": ["uptime"]}}));
    let text = host.run(&["-f"]).finish().expect_code(1).stderr_text();
    assert!(text.contains("alow"), "{text}");
    std::fs::remove_file(host.path("etc/ec2_collective/ec2-cagent.json")).unwrap();
    let text = host.run(&["-f"]).finish().expect_code(1).stderr_text();
    assert!(text.contains("/etc/ec2_collective/ec2-cagent.json"), "{text}");
}

#[test]
fn the_credentials_of_the_boto_file_are_used() {
    let host = Host::new();
    host.sandbox.write(
        "etc/boto.cfg",
        "[Credentials]\naws_access_key_id = AKIABOTO\naws_secret_access_key = secret\n[Boto]\nhttp_socket_timeout = 30\n",
    );
    let environment = [("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned())];
    let agent = super::support::Agent(host.run_with(&environment, &["-f"]).start());
    host.expect_alive();
    assert_eq!(host.result_of("echo $AWS_ACCESS_KEY_ID")["output"], json!("\n"));
    // Nothing of what the agent itself has for AWS.
    assert_eq!(host.result_of("env | grep ^AWS_ | cat; echo none")["output"], json!("none\n"));
    agent.stop();
}
