//! The program on moto and on the fake.

use bellwether_testkit::moto::{Moto, run_boto};
use bellwether_testkit::process::{Run, Sandbox};
use serde_json::Value;

pub(super) use crate::fleet::support::{Fleet, bare, end, holds, json, refusal};

/// `bellwether tg` on moto, in a region. Every test has a region of its own.
pub(super) fn tg(region: &str, arguments: &[&str]) -> Run {
    let mut run = bare(&Sandbox::new(), &[&["tg"], arguments].concat()).directory("/");
    for (name, value) in Moto::shared().environment(region) {
        run = run.env(name, value);
    }
    run
}

/// What boto3 prints when it is asked this of a client of ELBv2 called `elb`, as JSON.
pub(super) fn boto(region: &str, expression: &str) -> Value {
    let script = format!(
        "import boto3, json\nelb = boto3.client('elbv2', region_name='{region}')\n\
         print(json.dumps({expression}, default=str))\n"
    );
    let printed = run_boto(Moto::shared().endpoint(), &script, &[]);
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("'{printed}': {error}"))
}

/// A fake with a group in which every state occurs.
pub(super) fn fleet() -> Fleet {
    Fleet::with(|world| {
        world.set_target_group(
            "web",
            &[
                ("i-1", 80, "healthy"),
                ("i-1", 81, "unhealthy"),
                ("i-2", 80, "draining"),
                ("i-3", 80, "initial"),
                ("i-4", 80, "unused"),
            ],
        );
        world.set_target_group("web-2", &[("10.0.0.1", 80, "healthy")]);
        world.set_target_group("api", &[]);
        world.target_group("web").load_balancers = vec![
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/50dc6c495c0c9188".to_owned(),
        ];
    })
}
