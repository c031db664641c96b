//! From a command's start to the result of one node, over queues: `bellwether exec` with its agent, and our
//! `ec2-cmaster` with our `ec2-cagent`. moto plays AWS for both.

use bellwether_testkit::moto::Moto;

use super::collective::{Collective, REGION};
use super::site::Site;
use crate::measure::{Program, Series, in_turns, wall};
use crate::report::{Requirements, heading, medians, milliseconds, remark, table};

const WARM_UP: usize = 1;
const ROUNDS: usize = 10;
/// The longest that `exec` may take, in seconds.
const EXEC: f64 = 0.5;
/// What `ec2-cmaster` and `ec2-cagent` of 2013 take, in seconds, as measured once: ours is to be no slower.
const OLD_PAIR: f64 = 5.0;

pub(crate) fn run(requirements: &mut Requirements) {
    heading(&format!("the command 'true' on one node, over the queues of moto, {ROUNDS} rounds in turns"));
    remark(
        "moto, agents and callers share the cores of this machine. The pair of old took 5.0 s when it was measured.",
    );
    let moto = Moto::start();
    let (site, collective) = (Site::new("sqs:", moto.environment(REGION)), Collective::new(&moto));
    let _agents = (site.agent("node1"), collective.agent());
    let exec = |_| site.run(&["exec", "--nodes", "node1", "--", "true"]).finish().expect_code(0);
    let master = |_| {
        let done = collective.command("true").finish().expect_code(0);
        assert!(Collective::is_complete(&done), "{}", done.stdout_text());
        done
    };
    let programs = [Program::new("bellwether exec", exec), Program::new("ec2-cmaster, ours", master)];
    let all = in_turns(WARM_UP, ROUNDS, programs);
    table(&["program", "runs", "wall", "CPU", "max RSS"], &all.iter().map(medians).collect::<Vec<_>>());
    for (series, most) in all.iter().zip([EXEC, OLD_PAIR]) {
        judge(series, most, requirements);
    }
}

fn judge(series: &Series, most: f64, requirements: &mut Requirements) {
    let median = series.median(wall);
    let measured = format!("{} (wanted: at most {most} s)", milliseconds(median));
    requirements.note(median <= most, &format!("round trip over SQS, {}", series.name), &measured);
}
