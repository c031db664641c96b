//! Which region is asked, seen in what the requests are signed for.

use bellwether_testkit::imds::FakeImds;
use bellwether_testkit::process::Run;

use super::support::{Fleet, end, holds, refusal, with_keys};

const CONFIG: &str = "[default]\nregion = us-east-2\n[profile other]\nregion = us-west-1\n";
const BOTO: &str = "[Boto]\nelb_region_name = sa-east-1\n";

/// A roster's request with these files and variables; everything but the region is there.
fn ask(fleet: &Fleet, imds: &FakeImds, arguments: &[&str]) -> Run {
    let arguments = [&["roster", "elb:web", "--node", "i-1"], arguments].concat();
    with_keys(fleet.bare(&arguments))
        .env("AWS_ENDPOINT_URL", fleet.aws.url())
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url())
}

fn fleet() -> (Fleet, FakeImds) {
    (
        Fleet::with(|world| world.set_load_balancer("web", &[("i-1", "InService")])),
        FakeImds::builder().region("ap-south-1").start(),
    )
}

fn asked(fleet: &Fleet) -> String {
    let scope = fleet.scopes().pop().unwrap();
    assert_eq!(scope.service, "elasticloadbalancing");
    scope.region
}

#[test]
fn the_flag_wins_over_the_environment_the_profile_the_boto_file_and_the_instance_in_this_order() {
    let (fleet, imds) = fleet();
    end(ask(&fleet, &imds, &[]), 0);
    assert_eq!(asked(&fleet), "ap-south-1");
    fleet.sandbox.write("home/.boto", BOTO);
    end(ask(&fleet, &imds, &[]), 0);
    assert_eq!(asked(&fleet), "sa-east-1");
    fleet.sandbox.write("home/.aws/config", CONFIG);
    end(ask(&fleet, &imds, &[]), 0);
    assert_eq!(asked(&fleet), "us-east-2");
    end(ask(&fleet, &imds, &[]).env("AWS_DEFAULT_REGION", "eu-north-1"), 0);
    assert_eq!(asked(&fleet), "eu-north-1");
    end(ask(&fleet, &imds, &[]).env("AWS_DEFAULT_REGION", "eu-north-1").env("AWS_REGION", "eu-south-1"), 0);
    assert_eq!(asked(&fleet), "eu-south-1");
    end(ask(&fleet, &imds, &["--region", "ca-west-1"]).env("AWS_REGION", "eu-south-1"), 0);
    assert_eq!(asked(&fleet), "ca-west-1");
    let before = imds.requests().len();
    end(ask(&fleet, &imds, &[]), 0);
    assert_eq!(imds.requests().len(), before, "an instance is only asked for a region that is not configured");
}

#[test]
fn the_configuration_stands_between_the_environment_and_the_flag() {
    let (fleet, imds) = fleet();
    fleet.sandbox.write("home/.config/bellwether.toml", "[aws]\nregion = 'eu-west-2'\n");
    end(ask(&fleet, &imds, &[]).env("AWS_REGION", "eu-south-1"), 0);
    assert_eq!(asked(&fleet), "eu-west-2");
    end(ask(&fleet, &imds, &[]).env("BELLWETHER_AWS_REGION", "eu-west-3"), 0);
    assert_eq!(asked(&fleet), "eu-west-3");
    end(ask(&fleet, &imds, &["--region", "ca-west-1"]).env("BELLWETHER_AWS_REGION", "eu-west-3"), 0);
    assert_eq!(asked(&fleet), "ca-west-1");
}

#[test]
fn the_profile_that_is_chosen_gives_its_region() {
    let (fleet, imds) = fleet();
    fleet.sandbox.write("home/.aws/config", CONFIG);
    for run in [
        ask(&fleet, &imds, &["--profile", "other"]),
        ask(&fleet, &imds, &[]).env("AWS_PROFILE", "other"),
        ask(&fleet, &imds, &["--profile", "other"]).env("AWS_PROFILE", "default"),
        ask(&fleet, &imds, &[]).env("BELLWETHER_AWS_PROFILE", "other").env("AWS_PROFILE", "default"),
    ] {
        end(run, 0);
        assert_eq!(asked(&fleet), "us-west-1");
    }
}

#[test]
fn boto_files_are_read_the_later_over_the_earlier() {
    let (fleet, imds) = fleet();
    fleet.sandbox.write("home/.boto", BOTO);
    let file = fleet.sandbox.write("boto", "[Boto]\nelb_region_name = eu-central-2\n");
    end(ask(&fleet, &imds, &[]).env("BOTO_CONFIG", &file), 0);
    assert_eq!(asked(&fleet), "eu-central-2");
}

#[test]
fn what_is_no_region_is_never_part_of_a_host_name() {
    let (fleet, imds) = fleet();
    for region in ["evil.example.com/", "EU", "eu west 1"] {
        let (error, hint) = refusal(ask(&fleet, &imds, &["--region", region]), 69);
        holds(&error, &[region, "is not a region"]);
        holds(&hint, &["eu-west-1"]);
    }
    assert!(fleet.aws.log().is_empty());
}

#[test]
fn without_a_region_the_ways_to_give_one_are_told() {
    let (fleet, imds) = fleet();
    let (error, hint) = refusal(ask(&fleet, &imds, &[]).env("AWS_EC2_METADATA_DISABLED", "true"), 69);
    holds(&error, &["no AWS region found"]);
    holds(&hint, &["AWS_REGION", "~/.aws/config"]);
    assert!(fleet.aws.log().is_empty());
}
