//! `doctor` where something fails: each line says what to do, and the status is 1.

use std::os::unix::fs::PermissionsExt;

use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults};
use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::imds::FakeImds;
use bellwether_testkit::imds::Fault as ImdsFault;
use bellwether_testkit::process::{Run, Sandbox};
use serde_json::Value;

use super::support::{Fleet, bare, end, holds, json, with_keys};

fn fleet() -> Fleet {
    Fleet::with(|world| {
        world.set_load_balancer("web", &[("i-1", "InService")]);
        world.set_target_group("web", &[("i-1", 80, "healthy")]);
    })
}

const ELB: &[&str] = &["doctor", "--json", "--store", "none", "--group", "elb:web"];

/// The checks that failed in a run that ends with status 1; each has a remedy.
fn failed(run: Run) -> Vec<(String, String, String)> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let findings = json(&end(run, 1));
    let failed = findings.as_array().unwrap().iter().filter(|finding| finding["state"] == "failed");
    failed.map(|finding| (text(finding, "check"), text(finding, "finding"), text(finding, "remedy"))).collect()
}

fn checks(failed: &[(String, String, String)]) -> Vec<&str> {
    failed.iter().map(|(check, ..)| check.as_str()).collect()
}

#[test]
fn a_node_that_does_not_know_itself() {
    let imds = FakeImds::builder().fault(ImdsFault::TokenRefused(403)).start();
    let fleet = fleet();
    let run = fleet.run(ELB).env("AWS_EC2_METADATA_DISABLED", "");
    let failed = failed(run.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url()));
    assert_eq!(checks(&failed), ["identity"]);
    let (_, finding, remedy) = &failed[0];
    holds(finding, &["disabled"]);
    holds(remedy, &["--http-endpoint enabled"]);
}

#[test]
fn no_region_and_no_credentials() {
    let fleet = fleet();
    let bare = || fleet.bare(ELB).env("AWS_ENDPOINT_URL", fleet.aws.url()).env("AWS_EC2_METADATA_DISABLED", "true");
    let without_keys = failed(bare().env("AWS_REGION", "eu-west-1"));
    assert_eq!(checks(&without_keys), ["credentials", "group"], "what was not asked for was not denied");
    holds(&without_keys[0].1, &["no AWS credentials found"]);
    holds(&without_keys[0].2, &["AWS_ACCESS_KEY_ID"]);
    let without_region = failed(with_keys(bare()));
    assert_eq!(checks(&without_region), ["region", "credentials", "group"]);
    holds(&without_region[0].1, &["no AWS region found"]);
    holds(&without_region[0].2, &["AWS_REGION"]);
}

#[test]
fn a_permission_that_is_missing() {
    let fleet = fleet();
    fleet.aws.misbehave(Faults::action("DescribeTargetHealth", Fault::Denied));
    let run = fleet.run_as("i-1", &["doctor", "--json", "--store", "none", "--group", "alb:web"]);
    let failed = failed(run);
    assert_eq!(checks(&failed), ["permission", "group"]);
    let (_, finding, remedy) = &failed[0];
    holds(finding, &["elasticloadbalancing:DescribeTargetHealth", "AccessDenied"]);
    holds(remedy, &["allow elasticloadbalancing:DescribeTargetHealth", "bellwether iam once --group alb:web"]);
}

#[test]
fn credentials_that_aws_does_not_take() {
    let fleet = fleet();
    fleet.aws.misbehave(Faults::action("GetCallerIdentity", Fault::Denied));
    let failed = failed(fleet.run_as("i-1", ELB));
    assert_eq!(checks(&failed), ["credentials"]);
    holds(&failed[0].1, &["sts:GetCallerIdentity"]);
}

#[test]
fn a_clock_so_wrong_that_signatures_are_refused() {
    let server = Server::start("127.0.0.1:0", |_| {
        let detail = "<Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error>";
        let body = format!("<ErrorResponse>{detail}</ErrorResponse>");
        Reply::answer(403, "text/xml", body).with_header("date", "Thu, 01 Jan 2015 00:00:00 GMT")
    });
    let fleet = fleet();
    let failed = failed(fleet.run_as("i-1", ELB).env("AWS_ENDPOINT_URL", server.url()));
    assert_eq!(failed[0].0, "credentials");
    holds(&failed[0].1, &["s ahead of AWS's"]);
    holds(&failed[0].2, &["clock"]);
}

#[test]
fn an_answer_without_a_date_is_a_warning() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/me</Arn>\
                <Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let sts = Server::start("127.0.0.1:0", move |_| Reply::answer(200, "text/xml", body));
    let fleet = fleet();
    let findings = json(&end(fleet.run_as("i-1", ELB).env("AWS_ENDPOINT_URL_STS", sts.url()), 0));
    let clock = findings.as_array().unwrap().iter().find(|finding| finding["check"] == "clock").unwrap();
    assert_eq!(clock["state"], "warning");
}

#[test]
fn a_group_that_does_not_exist_and_an_endpoint_out_of_reach() {
    let fleet = fleet();
    let typo = failed(fleet.run_as("i-1", &["doctor", "--json", "--store", "none", "--group", "elb:typo"]));
    assert_eq!(checks(&typo), ["group"]);
    holds(&typo[0].1, &["elb:typo"]);
    holds(&typo[0].2, &["check the name"]);
    let closed = FakeAws::start().url();
    let unreached = failed(fleet.run_as("i-1", ELB).env("AWS_ENDPOINT_URL", &closed));
    assert_eq!(checks(&unreached), ["credentials", "group"]);
    holds(&unreached[1].1, &[closed.trim_start_matches("http://")]);
}

#[test]
fn a_store_of_this_host_alone_with_a_group_of_others() {
    let fleet = fleet();
    let failed = failed(fleet.run_as("i-1", &["doctor", "--json", "--group", "elb:web"]));
    assert_eq!(checks(&failed), ["store"]);
    holds(&failed[0].1, &["this host alone", "elb:web"]);
    holds(&failed[0].2, &["--store none"]);
    assert!(!fleet.sandbox.state().join("bellwether").exists(), "nothing was made");
}

#[test]
fn a_store_that_cannot_be_used() {
    let sandbox = Sandbox::new();
    let garbage = sandbox.write("garbage.db", "this is no database, whatever its name may say".repeat(100));
    std::fs::set_permissions(&garbage, std::fs::Permissions::from_mode(0o600)).unwrap();
    let below_a_file = garbage.join("claims.db");
    for path in [garbage, below_a_file, sandbox.home()] {
        let store = format!("sqlite:{}", path.display());
        let findings = json(&end(bare(&sandbox, &["doctor", "--json", "--store", &store]), 1));
        let finding = findings.as_array().unwrap().last().unwrap().clone();
        assert_eq!((&finding["check"], &finding["state"]), (&"store".into(), &"failed".into()));
        holds(finding["finding"].as_str().unwrap(), &[path.to_str().unwrap()]);
        assert!(finding["remedy"].is_string(), "it says what to do: {finding}");
    }
}

#[test]
fn the_table_shows_failures_with_what_to_do() {
    let fleet = fleet();
    let table = end(fleet.run_as("i-1", &["doctor", "--group", "elb:web"]), 1).stdout_text();
    let line = table.lines().last().unwrap();
    assert!(line.starts_with("FAILED  store"), "{table}");
    holds(line, &["; to do: name a store that all of them share"]);
}
