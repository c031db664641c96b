//! CloneSquad's states, tags and the firewall that follows from them.

use bellwether_aws::{CloneSquad, CloneSquadStatus};
use bellwether_core::notice::clonesquad::{Closed, Firewall, Metadata, Tags, firewall};
use bellwether_core::notice::{Ledger, NodeState, NoticeSource};
use bellwether_testkit::clonesquad::{API, FakeCloneSquad, GROUP, INSTANCE, Step};
use bellwether_testkit::notice::moment;
use serde_json::json;

use super::clonesquad;

async fn managed(source: &CloneSquad, second: u32) -> (Metadata, Tags) {
    match source.poll(moment(second)).await.unwrap() {
        CloneSquadStatus::Managed { metadata, tags } => (metadata, tags),
        CloneSquadStatus::NotManaged => panic!("the instance is managed"),
    }
}

async fn decision(source: &CloneSquad, second: u32) -> Firewall {
    let (metadata, tags) = managed(source, second).await;
    firewall(&metadata, &tags, false, None)
}

#[tokio::test]
async fn the_api_is_found_and_asked_with_signed_requests() {
    let fake = FakeCloneSquad::start();
    let (metadata, tags) = managed(&clonesquad(&fake), 0).await;
    assert_eq!((metadata.state.as_str(), metadata.instance_id.as_deref()), ("running", Some(INSTANCE)));
    assert_eq!(tags.group.as_deref(), Some(GROUP));
    assert_eq!(fake.refused(), Vec::<String>::new());
    let requests = fake.requests();
    assert_eq!((requests[1].method.as_str(), requests[1].path.as_str()), ("GET", "/v1/metadata"));
    assert_eq!(requests[1].header("x-apigw-api-id"), Some(API));
}

#[tokio::test]
async fn the_states_of_a_drain_are_notices_and_each_is_acted_on_once() {
    let fake = FakeCloneSquad::start();
    let source = clonesquad(&fake);
    let mut ledger = Ledger::default();
    let mut acted = Vec::new();
    let states = ["running", "running", "draining", "draining", "stopping", "running", "draining"];
    for (second, state) in (0..).zip(states) {
        fake.set_state(state);
        let notices = source.observe(moment(second)).await.unwrap();
        assert_eq!(notices[0].said.as_str(), state);
        ledger.observe(source.name(), notices);
        let now = moment(second).wall;
        for notice in ledger.pending(now, jiff::SignedDuration::ZERO) {
            let before = ledger.previous(source.name()).map(ToString::to_string).unwrap_or_default();
            acted.push(format!("{before} -> {}", notice.said));
            ledger.acted_on(&notice.key);
        }
    }
    let expected = ["running -> draining", "draining -> stopping", "stopping -> running", "running -> draining"];
    assert_eq!(acted, expected);
    let counts = (fake.calls(Step::Discovery), fake.calls(Step::Metadata), fake.aws().calls("DescribeInstances"));
    assert_eq!(counts, (1, states.len(), 1), "the API is found once");
}

#[tokio::test]
async fn states_and_tags_decide_about_the_firewall() {
    let fake = FakeCloneSquad::start();
    let source = clonesquad(&fake);
    assert_eq!(decision(&source, 0).await, Firewall::Open);
    fake.set_state("draining");
    assert_eq!(decision(&source, 1).await, Firewall::Closed(Closed::State));
    fake.set_state("running");
    fake.change_metadata(|metadata| metadata["Excluded"] = json!("True"));
    assert_eq!(decision(&source, 2).await, Firewall::Closed(Closed::Excluded));
    fake.change_metadata(|metadata| metadata["TargetGroups"] = json!({"NbOfTargetGroups": 2, "Arns": []}));
    assert_eq!(decision(&source, 3).await, Firewall::LeftToTargetGroups);
    fake.change_metadata(|metadata| metadata["SubfleetName"] = json!("batch"));
    assert_eq!(decision(&source, 4).await, Firewall::Closed(Closed::Excluded));
}

#[tokio::test]
async fn tags_are_looked_up_again_when_they_are_old() {
    let fake = FakeCloneSquad::start();
    let source = clonesquad(&fake);
    let group = ("clonesquad:group-name", GROUP);
    assert_eq!(decision(&source, 0).await, Firewall::Open);
    fake.set_tags(&[group, ("clonesquad:excluded", "true")]);
    assert_eq!(decision(&source, 299).await, Firewall::Open, "not old yet");
    assert_eq!(decision(&source, 300).await, Firewall::Closed(Closed::Excluded));
    let lifted = ("clonesquad:force-excluded-instance-in-targetgroups", "True");
    fake.set_tags(&[group, ("clonesquad:excluded", "true"), lifted]);
    assert_eq!(decision(&source, 600).await, Firewall::Open);
    assert_eq!(fake.calls(Step::Discovery), 3);
}

#[tokio::test]
async fn an_instance_without_the_tag_is_not_managed_until_it_has_it() {
    let fake = FakeCloneSquad::start();
    fake.set_tags(&[("Name", "web")]);
    let source = clonesquad(&fake);
    for second in [0, 10, 299] {
        assert_eq!(source.poll(moment(second)).await.unwrap(), CloneSquadStatus::NotManaged);
    }
    assert_eq!(source.observe(moment(299)).await.unwrap(), [], "no notice, and no error");
    assert_eq!((fake.aws().calls("DescribeInstances"), fake.aws().calls("GetCallerIdentity")), (1, 0));
    fake.set_tags(&[("clonesquad:group-name", GROUP)]);
    assert_eq!(managed(&source, 300).await.0.node_state(), NodeState::Running);
}

#[tokio::test]
async fn the_vpc_endpoint_comes_before_the_public_url() {
    let fake = FakeCloneSquad::start();
    let endpoint = fake.vpc_endpoint();
    fake.change_discovery(|discovery| {
        discovery["InteractAPIGWUrl"] = json!("http://127.0.0.1:9/v1");
        discovery["ApiGwVpcEndpointDNSEntry"] = json!(endpoint);
    });
    assert_eq!(managed(&clonesquad(&fake), 0).await.0.state.as_str(), "running");
    let url = format!("{}/v1", fake.url());
    fake.change_discovery(|discovery| {
        discovery["InteractAPIGWUrl"] = json!(url);
        discovery["ApiGwVpcEndpointDNSEntry"] = json!("");
    });
    assert_eq!(managed(&clonesquad(&fake), 0).await.0.state.as_str(), "running", "an empty entry is none");
}
