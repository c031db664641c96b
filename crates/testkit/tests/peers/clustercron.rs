//! clustercron 1.0.1 as it was released, against the fakes: what our drop-in is compared with runs here as a user
//! would run it.

use bellwether_testkit::fake_elb::FakeAws;
use bellwether_testkit::imds::{FakeImds, REAL_ADDRESS};
use bellwether_testkit::moto::aws_environment;
use bellwether_testkit::netns::private_network_with;
use bellwether_testkit::process::{Finished, Sandbox};
use bellwether_testkit::python::venv;

/// Runs 1.0.1 on an instance called `me`, with what `prepare` puts into the account. boto 2 finds the metadata
/// service by its real address alone; boto3 finds the rest by `AWS_ENDPOINT_URL`.
fn clustercron(me: &str, aws: impl FnOnce(&FakeAws) + Send, arguments: &[&str]) -> Finished {
    private_network_with(&["169.254.169.254/32"], || {
        let _imds = FakeImds::builder().instance_id(me).start_at(REAL_ADDRESS);
        let fake = FakeAws::start();
        aws(&fake);
        let sandbox = Sandbox::new();
        let mut run = sandbox.run(venv().program("clustercron")).args(arguments);
        // Without a region, so that it is taken from the instance identity document.
        for (name, value) in aws_environment(&fake.url(), "").into_iter().filter(|(_, value)| !value.is_empty()) {
            run = run.env(name, value);
        }
        run.finish()
    })
}

fn two_of_three(aws: &FakeAws) {
    aws.change(|world| {
        world.set_load_balancer("web", &[("i-3", "InService"), ("i-1", "OutOfService"), ("i-2", "InService")]);
        world.set_target_group("web", &[("i-3", 80, "healthy"), ("i-1", 80, "unhealthy"), ("i-2", 80, "healthy")]);
    });
}

#[test]
fn the_first_healthy_instance_is_chosen() {
    for kind in ["elb", "alb"] {
        let done = clustercron("i-2", two_of_three, &["-v", kind, "web"]).expect_code(0);
        assert!(done.stderr_text().contains("Healty instances: i-2, i-3"), "{}", done.stderr_text());
        clustercron("i-1", two_of_three, &[kind, "web"]).expect_code(1);
        clustercron("i-3", two_of_three, &[kind, "web"]).expect_code(1);
    }
}

#[test]
fn the_chosen_runs_the_command() {
    let done = clustercron("i-2", two_of_three, &["-o", "elb", "web", "sh", "-c", "echo ran; exit 7"]);
    assert_eq!(done.expect_code(7).stdout_text(), "b'ran'\n");
    let done = clustercron("i-3", two_of_three, &["-o", "elb", "web", "sh", "-c", "echo ran; exit 7"]);
    assert_eq!(done.expect_code(1).stdout_text(), "");
}

#[test]
fn a_wrong_name_looks_like_not_chosen() {
    let done = clustercron("i-2", two_of_three, &["elb", "none"]).expect_code(1);
    assert!(done.stderr_text().contains("LoadBalancerNotFound"), "{}", done.stderr_text());
}
