//! The fleet that the documentation's examples run in.

use std::cell::OnceCell;

use bellwether_testkit::fake_elb::{FakeAws, GroupInstance, Instance};
use bellwether_testkit::imds::FakeImds;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::{Proxy, answered_by};

/// The node the examples run on.
const ME: &str = "i-0a1b2c3d4e5f60001";

/// Three instances behind a load balancer, a target group, an Auto Scaling group and a tag.
pub(super) struct Fleet {
    imds: FakeImds,
    aws: FakeAws,
    moto: OnceCell<(Moto, Proxy)>,
}

/// The pages on which load balancers or queues are made and changed, which moto can play and the fake cannot.
const CHANGING: [&str; 3] = ["lb.md", "env.md", "ec2-cmaster.md"];

impl Fleet {
    pub(super) fn start() -> Self {
        let others = ["i-0a1b2c3d4e5f60002", "i-0a1b2c3d4e5f60003"];
        let aws = FakeAws::start();
        // Draining takes minutes, which no example must.
        aws.set_speed(1_000.0);
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
        Self { imds, aws, moto: OnceCell::new() }
    }

    /// The environment of the examples of a page.
    pub(super) fn environment(&self, page: &str) -> Vec<(&'static str, String)> {
        let endpoint = if CHANGING.contains(&page) { self.balancers() } else { self.aws.url() };
        vec![
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.imds.url()),
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "example".to_owned()),
        ]
    }

    /// moto, with the health that instances have in the fake: moto has no reasons.
    fn balancers(&self) -> String {
        let (_, proxy) = self.moto.get_or_init(|| {
            let (moto, health) = (Moto::start(), self.aws.url());
            let proxy = Proxy::altering(moto.endpoint(), move |request, pass_on| {
                match request.text().contains("Action=DescribeInstanceHealth") {
                    true => answered_by(&health, request),
                    false => pass_on(),
                }
            });
            (moto, proxy)
        });
        proxy.url()
    }
}
