//! Where AWS is asked.

use bellwether_testkit::fake_elb::{FakeAws, Instance};
use bellwether_testkit::process::Run;

use super::support::{Fleet, end, holds, refusal, with_keys};

/// The account is in `fleet.aws`; nobody is at the other places.
fn fleet() -> Fleet {
    Fleet::with(|world| {
        world.set_load_balancer("web", &[("i-1", "InService")]);
        world.set_target_group("web", &[("i-1", 80, "healthy")]);
        world.instances = vec![Instance::new("i-1", "running", &[("Role", "web")])];
    })
}

fn run(fleet: &Fleet, arguments: &[&str]) -> Run {
    with_keys(fleet.bare(arguments)).env("AWS_REGION", "eu-west-1").env("AWS_EC2_METADATA_DISABLED", "true")
}

fn closed() -> String {
    FakeAws::start().url()
}

#[test]
fn the_flag_wins_over_the_variables_and_the_variables_over_the_profile() {
    let (fleet, closed) = (fleet(), closed());
    let url = fleet.aws.url();
    end(run(&fleet, &["roster", "elb:web", "--endpoint-url", &url]).env("AWS_ENDPOINT_URL", &closed), 0);
    end(run(&fleet, &["roster", "elb:web"]).env("AWS_ENDPOINT_URL", &url), 0);
    end(
        run(&fleet, &["roster", "elb:web"]).env("BELLWETHER_AWS_ENDPOINT_URL", &url).env("AWS_ENDPOINT_URL", &closed),
        0,
    );
    fleet.sandbox.write(
        "home/.aws/config",
        format!("[default]\nendpoint_url = {closed}\n[profile fake]\nendpoint_url = {url}\n"),
    );
    end(run(&fleet, &["roster", "elb:web"]).env("AWS_ENDPOINT_URL", &url), 0);
    end(run(&fleet, &["roster", "elb:web", "--profile", "fake"]), 0);
    end(run(&fleet, &["roster", "elb:web"]).env("AWS_PROFILE", "fake"), 0);
    end(run(&fleet, &["roster", "elb:web"]), 69);
    assert_eq!(fleet.aws.log().len(), 6);
}

#[test]
fn each_service_has_a_variable_of_its_own() {
    let (fleet, closed) = (fleet(), closed());
    for (variable, group) in [
        ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING", "elb:web"),
        ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "alb:web"),
        ("AWS_ENDPOINT_URL_EC2", "tag:Role=web"),
    ] {
        let asking =
            |own: &str, all: &str| run(&fleet, &["roster", group]).env(variable, own).env("AWS_ENDPOINT_URL", all);
        end(asking(&fleet.aws.url(), &closed), 0);
        end(asking(&closed, &fleet.aws.url()), 69);
    }
}

#[test]
fn the_services_section_of_the_profile_counts() {
    let (fleet, closed) = (fleet(), closed());
    let services = format!("[services local]\nelastic_load_balancing =\n  endpoint_url = {}\n", fleet.aws.url());
    let config = format!("[default]\nservices = local\nendpoint_url = {closed}\n{services}");
    fleet.sandbox.write("home/.aws/config", config);
    end(run(&fleet, &["roster", "elb:web"]), 0);
    end(run(&fleet, &["roster", "alb:web"]), 69);
}

#[test]
fn the_boto_files_place_is_for_classic_load_balancers_alone_and_the_last() {
    let (fleet, closed) = (fleet(), closed());
    let host = fleet.aws.url().trim_start_matches("http://").to_owned();
    let place = format!("[Boto]\nis_secure = False\nelb_region_name = eu-west-1\nelb_region_endpoint = {host}\n");
    fleet.sandbox.write("home/.boto", place);
    end(run(&fleet, &["roster", "elb:web"]), 0);
    end(run(&fleet, &["roster", "elb:web"]).env("AWS_ENDPOINT_URL", &closed), 69);
}

#[test]
fn the_boto_files_place_is_not_asked_for_another_region_than_theirs() {
    let fleet = fleet();
    let host = fleet.aws.url().trim_start_matches("http://").to_owned();
    for name in ["elb_region_name = eu-west-1\n", ""] {
        fleet.sandbox.write("home/.boto", format!("[Boto]\nis_secure = False\n{name}elb_region_endpoint = {host}\n"));
        let other = run(&fleet, &["roster", "elb:web", "--region", "xx-nowhere-1"]);
        let (error, _) = refusal(other.env("BELLWETHER_AWS_TIMEOUT", "2s"), 69);
        holds(&error, &["elasticloadbalancing.xx-nowhere-1.amazonaws.com"]);
        assert!(fleet.aws.log().is_empty());
    }
}

#[test]
fn configured_endpoints_can_be_ignored() {
    let fleet = fleet();
    let asking =
        run(&fleet, &["roster", "elb:web", "--region", "xx-nowhere-1"]).env("AWS_ENDPOINT_URL", fleet.aws.url());
    let ignored = asking.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true").env("BELLWETHER_AWS_TIMEOUT", "2s");
    let (error, _) = refusal(ignored, 69);
    holds(&error, &["elasticloadbalancing.xx-nowhere-1.amazonaws.com"]);
    assert!(fleet.aws.log().is_empty());
}

#[test]
fn what_is_no_url_is_told() {
    let fleet = fleet();
    for url in ["localhost:4566", "ftp://localhost", "nonsense"] {
        let (error, hint) = refusal(run(&fleet, &["roster", "elb:web", "--endpoint-url", url]), 69);
        holds(&error, &["endpoint is not a URL"]);
        holds(&hint, &["http://host:port"]);
    }
}
