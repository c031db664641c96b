//! How many round trips it takes: nodes decide at the same moment only when they decide fast.

use std::time::Duration;

use bellwether_testkit::fake_elb::Faults;
use bellwether_testkit::http::sequential_rounds;
use bellwether_testkit::imds::Builder;
use bellwether_testkit::process::Run;
use bellwether_testkit::proxy::Proxy;

use super::support::{ME, Node, imds};

/// Long enough that what is asked side by side overlaps on a busy machine.
const DELAY: Duration = Duration::from_millis(400);

struct Slow {
    node: Node,
    metadata: Proxy,
}

impl Slow {
    /// A chosen node where every answer takes a while.
    fn new(builder: Builder) -> Self {
        let node = Node::new(builder.v2_required(), |world| {
            world.set_load_balancer("web", &[(ME, "InService")]);
            world.set_target_group("web", &[(ME, 80, "healthy")]);
        });
        node.aws.misbehave(Faults::slow(DELAY));
        let metadata = Proxy::start(&node.imds.url(), DELAY);
        Self { node, metadata }
    }

    /// The round trips of one run, of which only one may be for a token.
    fn rounds(&self, run: Run) -> usize {
        let run = run.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.metadata.url());
        run.finish().expect_code(0);
        let asked = self.metadata.log();
        let tokens = asked.iter().filter(|exchange| exchange.request.method == "PUT").count();
        assert_eq!(tokens, 1, "one token is enough");
        sequential_rounds(&[asked, self.node.aws.log()].concat())
    }
}

#[test]
fn with_the_instances_role_it_takes_four() {
    let slow = Slow::new(imds().role("web", "ASIAROLE", "role-secret", "role-token"));
    let run = slow.node.without_keys(&["elb", "web"]);
    assert_eq!(slow.rounds(run), 4, "token; document and role; the role's credentials; the load balancer");
}

#[test]
fn with_static_credentials_and_region_it_takes_two() {
    let slow = Slow::new(imds());
    let run = slow.node.clustercron(&["elb", "web"]).env("AWS_REGION", "eu-west-1");
    assert_eq!(slow.rounds(run), 2, "token and document, and the load balancer beside them");
}

#[test]
fn a_target_group_by_name_takes_two() {
    let slow = Slow::new(imds());
    let run = slow.node.clustercron(&["alb", "web"]).env("AWS_REGION", "eu-west-1");
    assert_eq!(slow.rounds(run), 2);
    assert_eq!(slow.node.aws.calls("DescribeTargetGroups"), 1);
    assert_eq!(slow.node.aws.calls("DescribeTargetHealth"), 1);
}

#[test]
fn a_target_group_by_arn_takes_one_question() {
    let slow = Slow::new(imds());
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";
    let run = slow.node.clustercron(&["alb", arn]);
    assert_eq!(slow.rounds(run), 2, "token and document, and the target group beside them");
    assert_eq!(slow.node.aws.log().len(), 1);
}

#[test]
fn a_fresh_cache_takes_the_identity_alone() {
    let slow = Slow::new(imds());
    slow.node.clustercron(&["-c", "elb", "web"]).finish().expect_code(0);
    let before = slow.node.aws.log().len();
    slow.rounds(slow.node.clustercron(&["-c", "elb", "web"]));
    assert_eq!(slow.node.aws.log().len(), before);
}
