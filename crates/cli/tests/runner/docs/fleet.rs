//! The fleet that the documentation's examples run in.

use bellwether_testkit::fake_elb::{FakeAws, GroupInstance, Instance};
use bellwether_testkit::imds::FakeImds;

/// The node the examples run on.
const ME: &str = "i-0a1b2c3d4e5f60001";

/// Three instances behind a load balancer, a target group, an Auto Scaling group and a tag.
pub(super) struct Fleet {
    imds: FakeImds,
    aws: FakeAws,
}

impl Fleet {
    pub(super) fn start() -> Self {
        let others = ["i-0a1b2c3d4e5f60002", "i-0a1b2c3d4e5f60003"];
        let aws = FakeAws::start();
        aws.change(|world| {
            let balanced = [(ME, "InService"), (others[0], "InService"), (others[1], "OutOfService")];
            world.set_load_balancer("web", &balanced);
            world.set_target_group(
                "web",
                &[(ME, 80, "healthy"), (others[0], 80, "healthy"), (others[1], 80, "draining")],
            );
            let grouped = [ME, others[0]].map(|id| GroupInstance::new(id, "InService", "Healthy"));
            world.auto_scaling_groups.insert("web".to_owned(), grouped.to_vec());
            world.instances = vec![
                Instance::new(ME, "running", &[("Role", "worker")]),
                Instance::new(others[0], "stopped", &[("Role", "worker")]),
            ];
        });
        let imds = FakeImds::builder().instance_id(ME).region("eu-west-1").zone("eu-west-1a").v2_required().start();
        Self { imds, aws }
    }

    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.imds.url()),
            ("AWS_ENDPOINT_URL", self.aws.url()),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "example".to_owned()),
        ]
    }
}
