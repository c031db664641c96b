//! How a node stands in its load balancers.

use bellwether_aws::HealthNotices;
use bellwether_core::names::NodeId;
use bellwether_core::notice::{NodeState, Notice, NoticeError, NoticeErrorKind, NoticeSource};
use bellwether_core::roster::Identity;
use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults, InstanceHealth};
use bellwether_testkit::notice::moment;

use crate::support::aws_at;

fn me() -> Identity {
    let mut me = Identity::named(NodeId::new("i-1").unwrap());
    me.names.insert("10.0.0.1".to_owned());
    me
}

async fn observe(fake: &FakeAws, group: &str) -> Result<Notice, NoticeError> {
    let source = HealthNotices::new(&aws_at(&fake.url()), &group.parse().unwrap(), me()).unwrap();
    Ok(source.observe(moment(0)).await?.remove(0))
}

async fn state(fake: &FakeAws, group: &str) -> (NodeState, String) {
    let notice = observe(fake, group).await.unwrap();
    (notice.state, notice.said.to_string())
}

#[tokio::test]
async fn a_target_group_tells_that_a_node_leaves() {
    let fake = FakeAws::start();
    for (targets, expected) in [
        (&[("i-1", 80, "healthy"), ("i-2", 80, "draining")][..], (NodeState::Running, "registered")),
        (&[("i-1", 80, "unhealthy")], (NodeState::Running, "registered")),
        (&[("i-1", 80, "initial")], (NodeState::Running, "registered")),
        (&[("i-1", 80, "draining"), ("i-2", 80, "healthy")], (NodeState::Draining, "draining")),
        (&[("i-1", 80, "draining"), ("i-1", 81, "healthy")], (NodeState::Running, "registered")),
        (&[("i-1", 80, "unused")], (NodeState::OutOfService, "unused")),
        (&[("i-2", 80, "healthy")], (NodeState::OutOfService, "not-registered")),
        (&[("10.0.0.1", 80, "draining")], (NodeState::Draining, "draining")),
    ] {
        fake.change(|world| {
            world.set_target_group("web", targets);
        });
        assert_eq!(state(&fake, "alb:web").await, (expected.0, expected.1.to_owned()), "{targets:?}");
    }
}

#[tokio::test]
async fn a_classic_load_balancer_tells_that_a_node_leaves() {
    let fake = FakeAws::start();
    let mut leaving = InstanceHealth::new("i-1", "InService");
    leaving.description = "Instance deregistration currently in progress.".to_owned();
    for (instance, expected) in [
        (InstanceHealth::new("i-1", "InService"), (NodeState::Running, "registered")),
        (InstanceHealth::new("i-1", "OutOfService"), (NodeState::Running, "registered")),
        (leaving, (NodeState::Draining, "draining")),
        (InstanceHealth::new("i-2", "InService"), (NodeState::OutOfService, "not-registered")),
    ] {
        fake.change(|world| {
            world.load_balancers.insert("web".to_owned(), vec![instance.clone()]);
        });
        assert_eq!(state(&fake, "elb:web").await, (expected.0, expected.1.to_owned()), "{instance:?}");
    }
}

#[tokio::test]
async fn a_group_that_cannot_be_asked_is_an_error() {
    let fake = FakeAws::start();
    for group in ["elb:web", "alb:web"] {
        assert_eq!(observe(&fake, group).await.unwrap_err().kind, NoticeErrorKind::NotFound, "{group}");
        for (fault, kind) in [
            (Fault::Denied, NoticeErrorKind::Denied),
            (Fault::Throttled, NoticeErrorKind::Throttled),
            (Fault::Drop, NoticeErrorKind::Unavailable),
        ] {
            fake.misbehave(Faults::always(fault));
            assert_eq!(observe(&fake, group).await.unwrap_err().kind, kind, "{group}");
        }
        fake.misbehave(Faults::default());
    }
}
