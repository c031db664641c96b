//! Which credentials sign the requests.

use std::os::unix::fs::PermissionsExt;

use bellwether_testkit::imds::{FakeImds, Fault};
use bellwether_testkit::process::Run;
use serde_json::json;

use super::support::{Fleet, KEY, SECRET, SESSION, end, holds, json, refusal, with_keys};

fn fleet() -> Fleet {
    Fleet::with(|world| world.set_load_balancer("web", &[("i-1", "InService")]))
}

/// Everything but credentials is there; the flag makes sure that nothing secret is said even then.
fn run(fleet: &Fleet, arguments: &[&str]) -> Run {
    let arguments = [&["--verbose", "roster", "elb:web", "--node", "i-1"], arguments].concat();
    fleet.bare(&arguments).env("AWS_REGION", "eu-west-1").env("AWS_ENDPOINT_URL", fleet.aws.url())
}

fn off_ec2(run: Run) -> Run {
    run.env("AWS_EC2_METADATA_DISABLED", "true")
}

fn keys(id: &str) -> String {
    format!("aws_access_key_id = {id}\naws_secret_access_key = {SECRET}\n")
}

fn signed_with(fleet: &Fleet, run: Run) -> String {
    end(run, 0);
    fleet.scopes().pop().unwrap().key
}

#[test]
fn the_environment_wins_over_the_profile_the_role_and_the_boto_file_in_this_order() {
    let fleet = fleet();
    let imds = FakeImds::builder().role("web", "AKIDROLE", SECRET, SESSION).start();
    let on_ec2 = |run: Run| run.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url());
    fleet.sandbox.write("home/.boto", format!("[Credentials]\n{}", keys("AKIDBOTO")));
    assert_eq!(signed_with(&fleet, off_ec2(run(&fleet, &[]))), "AKIDBOTO");
    assert_eq!(signed_with(&fleet, on_ec2(run(&fleet, &[]))), "AKIDROLE");
    fleet.sandbox.write("home/.aws/credentials", format!("[default]\n{}", keys("AKIDPROFILE")));
    let before = imds.requests().len();
    assert_eq!(signed_with(&fleet, on_ec2(run(&fleet, &[]))), "AKIDPROFILE");
    assert_eq!(signed_with(&fleet, with_keys(on_ec2(run(&fleet, &[])))), KEY);
    assert_eq!(imds.requests().len(), before, "a role that is not needed is not asked for");
}

#[test]
fn session_tokens_go_with_the_request() {
    let fleet = fleet();
    signed_with(&fleet, with_keys(off_ec2(run(&fleet, &[]))));
    let imds = FakeImds::builder().role("web", "AKIDROLE", SECRET, SESSION).v2_required().start();
    signed_with(&fleet, run(&fleet, &[]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url()));
    for exchange in fleet.aws.log() {
        assert_eq!(exchange.request.header("x-amz-security-token"), Some(SESSION));
    }
}

#[test]
fn the_profile_is_chosen_by_flag_or_variable() {
    let fleet = fleet();
    let text = format!("[default]\n{}[other]\n{}", keys("AKIDDEFAULT"), keys("AKIDOTHER"));
    fleet.sandbox.write("home/.aws/credentials", text);
    assert_eq!(signed_with(&fleet, off_ec2(run(&fleet, &[]))), "AKIDDEFAULT");
    assert_eq!(signed_with(&fleet, off_ec2(run(&fleet, &["--profile", "other"]))), "AKIDOTHER");
    assert_eq!(signed_with(&fleet, off_ec2(run(&fleet, &[])).env("AWS_PROFILE", "other")), "AKIDOTHER");
    let both = off_ec2(run(&fleet, &["--profile", "default"])).env("AWS_PROFILE", "other");
    assert_eq!(signed_with(&fleet, both), "AKIDDEFAULT");
    let elsewhere = fleet.sandbox.write("keys", format!("[default]\n{}", keys("AKIDELSEWHERE")));
    let run = off_ec2(run(&fleet, &[])).env("AWS_SHARED_CREDENTIALS_FILE", elsewhere);
    assert_eq!(signed_with(&fleet, run), "AKIDELSEWHERE");
}

#[test]
fn a_profile_that_is_not_there_is_told() {
    let fleet = fleet();
    for run in [run(&fleet, &["--profile", "typo"]), run(&fleet, &[]).env("AWS_PROFILE", "typo")] {
        let (error, hint) = refusal(off_ec2(run), 69);
        holds(&error, &["no profile 'typo'"]);
        holds(&hint, &["~/.aws/config"]);
    }
    assert!(fleet.aws.log().is_empty());
}

/// A profile whose credentials a program gives, and the program.
fn with_process(fleet: &Fleet, script: &str) {
    let program = fleet.sandbox.write("bin/keys", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let config = format!("[profile made]\ncredential_process = {} --for web\n", program.display());
    fleet.sandbox.write("home/.aws/config", config);
}

#[test]
fn a_program_may_give_the_credentials() {
    let fleet = fleet();
    let keys = json!({"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": SECRET, "SessionToken": SESSION});
    with_process(&fleet, &format!("[ \"$*\" = '--for web' ] && echo '{keys}'"));
    assert_eq!(signed_with(&fleet, off_ec2(run(&fleet, &["--profile", "made"]))), "AKIDPROCESS");
    assert_eq!(fleet.aws.log()[0].request.header("x-amz-security-token"), Some(SESSION));
}

#[test]
fn a_program_that_fails_to_give_credentials_is_told_without_what_it_wrote() {
    let fleet = fleet();
    for script in [&format!("echo {SECRET}; exit 3"), &format!("echo '{{\"SecretAccessKey\": \"{SECRET}\"'")] {
        with_process(&fleet, script);
        let (error, hint) = refusal(off_ec2(run(&fleet, &["--profile", "made"])), 69);
        holds(&error, &["no AWS credentials found", "the profile made"]);
        holds(&hint, &["repair the profile made"]);
    }
    assert!(fleet.aws.log().is_empty());
}

#[test]
fn without_any_credentials_the_ways_to_give_some_are_told() {
    let fleet = fleet();
    let (error, hint) = refusal(off_ec2(run(&fleet, &[])), 69);
    holds(&error, &["no AWS credentials found"]);
    holds(&hint, &["AWS_ACCESS_KEY_ID", "profile", "role"]);
    let imds = FakeImds::builder().start();
    let (error, _) = refusal(run(&fleet, &[]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url()), 69);
    holds(&error, &["the instance has no role"]);
    let disabled = FakeImds::builder().fault(Fault::TokenRefused(403)).start();
    let (error, hint) = refusal(run(&fleet, &[]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", disabled.url()), 69);
    holds(&error, &["no AWS credentials found", "disabled"]);
    holds(&hint, &["--http-endpoint enabled"]);
    assert!(fleet.aws.log().is_empty());
}

#[test]
fn one_half_of_a_key_pair_is_none() {
    let fleet = fleet();
    refusal(off_ec2(run(&fleet, &[])).env("AWS_ACCESS_KEY_ID", KEY), 69);
    assert!(fleet.aws.log().is_empty());
}

#[test]
fn a_file_that_cannot_be_read_as_one_is_said_to_be_left_out() {
    let fleet = fleet();
    fleet.sandbox.write("home/.boto", format!("[Credentials\naws_secret_access_key = {SECRET}\n"));
    let done = end(with_keys(off_ec2(run(&fleet, &[]))), 0);
    holds(&done.stderr_text(), &["bellwether: warning: the boto file", ".boto is left out"]);
    let quiet = with_keys(off_ec2(fleet.bare(&["--quiet", "roster", "elb:web", "--node", "i-1"])))
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", fleet.aws.url());
    assert_eq!(end(quiet, 0).stderr_text(), "");
    fleet.sandbox.write("home/.boto", "");
    fleet.sandbox.write("home/.aws/config", "[default\nregion");
    let done = end(with_keys(off_ec2(run(&fleet, &[]))), 0);
    holds(&done.stderr_text(), &["bellwether: warning: the AWS configuration files are left out"]);
}

#[test]
fn the_doctor_tells_where_they_come_from() {
    let fleet = fleet();
    let doctor = |run: Run| json(&end(run, 0)).as_array().unwrap()[2]["finding"].as_str().unwrap().to_owned();
    let arguments = ["doctor", "--group", "elb:web", "--store", "none", "--node", "i-1", "--json"];
    let run = || fleet.bare(&arguments).env("AWS_REGION", "eu-west-1").env("AWS_ENDPOINT_URL", fleet.aws.url());
    assert_eq!(doctor(with_keys(run())), "arn:aws:iam::123456789012:user/test, from the environment");
    let imds = FakeImds::builder().role("web", "AKIDROLE", SECRET, SESSION).start();
    let finding = doctor(run().env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url()));
    holds(&finding, &["from the instance's role"]);
    fleet.sandbox.write("home/.boto", format!("[Credentials]\n{}", keys("AKIDBOTO")));
    holds(&doctor(off_ec2(run())), &["from ", "home/.boto"]);
    fleet.sandbox.write("home/.aws/credentials", format!("[default]\n{}", keys("AKIDPROFILE")));
    holds(&doctor(off_ec2(run())), &["from the profile default"]);
}
