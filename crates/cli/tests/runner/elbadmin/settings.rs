//! Where region, endpoint and keys come from.

use bellwether_testkit::fake_elb::FakeAws;
use bellwether_testkit::imds::FakeImds;

use super::old::{Both, HOST, REGION};

/// Ends after the host is printed, without asking AWS.
const ASKS_NOBODY: &[&str] = &["rml", "web"];

#[test]
fn both_print_the_same_host_for_a_region() {
    let both = Both::new("http://127.0.0.1:9");
    for region in ["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1"] {
        let words = [&["-r", region], ASKS_NOBODY].concat();
        let printed = |done: bellwether_testkit::process::Finished| (done.stdout_text(), done.code);
        let old = printed(both.old_bare(&words).finish());
        assert_eq!(printed(both.ours_bare(&words).finish()), old);
        assert!(old.0.contains(region) && old.0.ends_with("\nport required\n"), "{old:?}");
    }
}

#[test]
fn the_region_of_the_instance_is_not_taken() {
    let imds = FakeImds::builder().region("eu-central-1").start();
    let both = Both::new("http://127.0.0.1:9");
    let run = both.ours_bare(ASKS_NOBODY).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url());
    let done = run.env("AWS_EC2_METADATA_DISABLED", "false").finish().expect_code(2);
    assert_eq!(done.stdout_text(), "elasticloadbalancing.us-east-1.amazonaws.com\nport required\n");
    let configured = both.ours_bare(ASKS_NOBODY).env("AWS_REGION", "eu us").finish().expect_code(1);
    assert!(configured.stderr_text().contains("'eu us', from the environment, is not a region"));
}

#[test]
fn the_endpoint_of_a_boto_file_is_that_of_its_own_region_as_with_0_2() {
    let both = Both::new("http://127.0.0.1:9");
    for (named, other) in [("", REGION), ("elb_region_name = eu-west-3\n", "us-east-1")] {
        both.boto(&format!("{named}elb_region_endpoint = elb.example.com\n"));
        for (region, ours) in [(None, true), (Some(other), false)] {
            let words = [region.map_or(Vec::new(), |region| vec!["-r", region]), ASKS_NOBODY.to_vec()].concat();
            let old = both.old_bare(&words).finish().stdout_text();
            assert_eq!(both.ours_bare(&words).finish().stdout_text(), old);
            assert_eq!(old.starts_with("elb.example.com\n"), ours, "{named}{words:?}: {old}");
        }
    }
}

#[test]
fn a_boto_file_has_keys_region_and_endpoint() {
    let aws = FakeAws::start();
    aws.change(|world| world.set_load_balancer("web", &[]));
    let both = Both::new(&aws.url());
    let endpoint = aws.url().trim_start_matches("http://").to_owned();
    both.boto(&format!(
        "elb_region_name = {REGION}\nelb_region_endpoint = {endpoint}\n\n[Credentials]\n\
         aws_access_key_id = AKIAFROMBOTO\naws_secret_access_key = example\n"
    ));
    let run = both.our_home.run(both.our_home.called("elbadmin", crate::support::bellwether())).arg("list");
    let done = run.env("AWS_EC2_METADATA_DISABLED", "true").finish().expect_code(0);
    assert_eq!(both.as_of_aws(&done).lines().next(), Some(HOST));
    assert!(done.stdout_text().contains("\nweb                  web-1234567890."), "{}", done.stdout_text());
    let log = aws.log();
    let signed = log[0].request.header("authorization").unwrap();
    assert!(signed.contains("AKIAFROMBOTO/") && signed.contains("/eu-west-1/"), "{signed}");
}
