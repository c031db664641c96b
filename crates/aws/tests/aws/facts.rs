//! Facts of an instance: from the metadata service, and its tags from there or from EC2.

use bellwether_aws::{Aws, AwsSettings, InstanceFacts, instance_facts};
use bellwether_testkit::imds::{Builder, FakeImds, Fault};
use bellwether_testkit::moto::Moto;

use crate::support::{TIMEOUT, settings};

const TAGS: &str = "/latest/meta-data/tags/instance";
const OF_IDENTITY: [&str; 6] = [
    "account=123456789012",
    "ami=ami-0123456789abcdef0",
    "availability_zone=eu-west-1a",
    "instance_id=i-0123456789abcdef0",
    "instance_type=t3.micro",
    "region=eu-west-1",
];

/// On this instance, with EC2 at a URL when there are credentials for it.
async fn facts(imds: &FakeImds, ec2: Option<&str>) -> InstanceFacts {
    let url = imds.url();
    let mut variables = vec![("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str())];
    if let Some(ec2) = ec2 {
        variables.extend([
            ("AWS_ENDPOINT_URL", ec2),
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ]);
    }
    instance_facts(&Aws::new(AwsSettings { timeout: Some(TIMEOUT * 10), ..settings(&variables) })).await
}

fn shown(found: &InstanceFacts) -> Vec<String> {
    found.facts.iter().map(|(name, fact)| format!("{name}={}", fact.text())).collect()
}

/// What is told of an instance with these tags.
fn with_tags(tags: &[&str]) -> Vec<String> {
    OF_IDENTITY.iter().chain(tags).map(|fact| (*fact).to_owned()).collect()
}

fn problem(found: &InstanceFacts) -> &str {
    assert_eq!(found.problems.len(), 1, "{:?}", found.problems);
    &found.problems[0]
}

#[tokio::test]
async fn identity_and_tags_come_from_the_metadata_service_where_it_has_both() {
    let imds = Builder::default().v2_required().start();
    imds.set_page(TAGS, 200, "Name\nrole:tier\nempty");
    imds.set_page(&format!("{TAGS}/Name"), 200, "web 1");
    imds.set_page(&format!("{TAGS}/role:tier"), 200, "front");
    imds.set_page(&format!("{TAGS}/empty"), 200, "");
    let found = facts(&imds, None).await;
    assert_eq!(shown(&found), with_tags(&["tag.Name=web 1", "tag.empty=", "tag.role:tier=front"]));
    assert_eq!(found.problems, [""; 0]);
}

#[tokio::test]
async fn a_tag_that_is_taken_away_meanwhile_is_left_out() {
    let imds = Builder::default().start();
    imds.set_page(TAGS, 200, "Name\ngone");
    imds.set_page(&format!("{TAGS}/Name"), 200, "web");
    assert_eq!(shown(&facts(&imds, None).await), with_tags(&["tag.Name=web"]));
}

#[tokio::test]
async fn ec2_tells_the_tags_where_the_metadata_service_does_not() {
    let moto = Moto::shared();
    let tags = [("Name", "web"), ("Cost Center", "A/7"), ("role", "front")];
    let id = moto.run_instances("eu-west-1", 2, &tags).remove(0);
    let imds = Builder::default().instance_id(&id).start();
    let found = facts(&imds, Some(moto.endpoint())).await;
    let told: Vec<_> = shown(&found).into_iter().filter(|fact| fact.starts_with("tag.")).collect();
    assert_eq!(told, ["tag.Cost Center=A/7", "tag.Name=web", "tag.role=front"]);
    assert_eq!(found.problems, [""; 0]);
}

#[tokio::test]
async fn tags_that_cannot_be_had_are_told_with_the_remedy_and_the_rest_counts() {
    let imds = Builder::default().start();
    let unknown = facts(&imds, Some(Moto::shared().endpoint())).await;
    assert!(problem(&unknown).contains("EC2 in eu-west-1 does not know i-0123456789abcdef0"), "{:?}", unknown.problems);
    let denied = facts(&imds, None).await;
    for found in [unknown, denied] {
        assert_eq!(shown(&found), with_tags(&[]));
        let told = problem(&found);
        assert!(told.starts_with("the tags of this instance are not known: "), "{told}");
        assert!(told.contains("--instance-metadata-tags enabled") && told.contains("ec2:DescribeInstances"), "{told}");
    }
}

#[tokio::test]
async fn a_list_of_tags_that_is_none_is_not_followed() {
    for list in ["../../../latest/api/token", "<html>", "..", "a b", &"x\n".repeat(65)] {
        let imds = Builder::default().start();
        imds.set_page(TAGS, 200, list);
        let found = facts(&imds, None).await;
        assert_eq!(shown(&found), with_tags(&[]), "{list}");
        assert!(problem(&found).contains("no list of the names of tags"), "{:?}", found.problems);
        assert!(imds.requests().iter().all(|request| !request.path.starts_with(&format!("{TAGS}/"))));
    }
}

#[tokio::test]
async fn a_tag_that_is_too_long_is_left_out_and_told() {
    let imds = Builder::default().start();
    imds.set_page(TAGS, 200, "long\nshort");
    imds.set_page(&format!("{TAGS}/long"), 200, &"x".repeat(5_000));
    imds.set_page(&format!("{TAGS}/short"), 200, "x");
    let found = facts(&imds, None).await;
    assert_eq!(shown(&found), with_tags(&["tag.short=x"]));
    assert!(problem(&found).contains("too long"), "{:?}", found.problems);
}

#[tokio::test]
async fn off_ec2_there_are_no_facts_and_the_reason_is_told() {
    let found = instance_facts(&Aws::new(settings(&[("AWS_EC2_METADATA_DISABLED", "true")]))).await;
    assert!(found.facts.is_empty());
    assert!(problem(&found).contains("this host has no EC2 instance metadata service"), "{:?}", found.problems);
    let ill = facts(&Builder::default().fault(Fault::Always(503)).start(), None).await;
    assert!(ill.facts.is_empty() && problem(&ill).contains("503"), "{:?}", ill.problems);
}
