//! One decision on an instance of a classic load balancer, and the command `true`: our drop-in beside clustercron
//! 1.0.1, against the same metadata service and the same moto, in a network of their own.

use bellwether_testkit::imds::{FakeImds, REAL_ADDRESS};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::netns::private_network_with;
use bellwether_testkit::process::{Finished, Sandbox};
use bellwether_testkit::python::venv;

use crate::measure::{Program, Series, cpu, in_turns, memory, wall};
use crate::report::{Requirements, heading, medians, table, times};

const REGION: &str = "eu-west-1";
const BALANCER: &str = "web";
const WARM_UP: usize = 2;
const PAIRS: usize = 25;

pub(crate) fn run(requirements: &mut Requirements) {
    heading(&format!(
        "clustercron elb {BALANCER} true: {PAIRS} pairs in turns, against one metadata service and one moto"
    ));
    let series = private_network_with(&["169.254.169.254/32"], measure);
    let [ours, theirs] = series.as_slice() else { panic!("two programs were measured") };
    let mut rows = vec![medians(ours), medians(theirs)];
    rows[0].extend(vec![String::new(); 3]);
    rows[1].extend([wall, cpu, memory].map(|quantity| times(ours.ratio(theirs, quantity))));
    table(&["program", "runs", "wall", "CPU", "max RSS", "wall/ours", "CPU/ours", "RSS/ours"], &rows);
    requirements.at_least("wall time of 1.0.1 over ours", ours.ratio(theirs, wall), 20.0);
    requirements.at_least("CPU time of 1.0.1 over ours", ours.ratio(theirs, cpu), 30.0);
    requirements.at_least("memory of 1.0.1 over ours", ours.ratio(theirs, memory), 2.0);
}

fn measure() -> Vec<Series> {
    let moto = Moto::start();
    let instances = moto.run_instances(REGION, 3, &[]);
    let names: Vec<&str> = instances.iter().map(String::as_str).collect();
    moto.create_load_balancer(REGION, BALANCER, &names);
    // The chosen one is the first by name, so that both programs go all the way to the command.
    let me = names.iter().min().expect("three instances");
    let _imds = FakeImds::builder().instance_id(me).region(REGION).start_at(REAL_ADDRESS);
    let sandbox = Sandbox::new();
    let ours = sandbox.called("clustercron", crate::bellwether());
    let theirs = venv().program("clustercron");
    in_turns(
        WARM_UP,
        PAIRS,
        [
            Program::new("bellwether", |_| decide(&sandbox, &moto, &ours)),
            Program::new("clustercron 1.0.1", |_| decide(&sandbox, &moto, &theirs)),
        ],
    )
}

/// Static keys from the environment; the region is left to the instance identity document.
fn decide(sandbox: &Sandbox, moto: &Moto, program: &std::path::Path) -> Finished {
    let mut run = sandbox.run(program).args(["elb", BALANCER, "true"]);
    let wanted = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    for (name, value) in moto.environment(REGION).into_iter().filter(|(name, _)| wanted.contains(&name.as_str())) {
        run = run.env(name, value);
    }
    run.finish().expect_code(0)
}
