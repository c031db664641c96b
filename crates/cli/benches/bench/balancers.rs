//! Classic load balancers listed and shown: `bellwether lb` and our drop-in elbadmin, beside a boto3 script, the `aws`
//! command line and elbadmin 0.2, in an account of 450 load balancers and 1,000 instances. The fake plays AWS for all
//! alike: moto takes longer to answer than any of them to ask.

use bellwether_testkit::fake_elb::{FakeAws, Instance, World};
use bellwether_testkit::moto::aws_environment;
use bellwether_testkit::process::{Run, Sandbox};
use bellwether_testkit::python::venv;

use crate::elbadmin;
use crate::measure::{Program, Series, cpu, in_turns, memory, wall};
use crate::report::{Requirements, heading, medians, remark, table, times};

const REGION: &str = "eu-west-1";
const BALANCERS: usize = 450;
const INSTANCES: usize = 1_000;
/// The page of AWS's own `DescribeLoadBalancers`.
const PAGE: usize = 400;
const WARM_UP: usize = 1;
const ROUNDS: usize = 15;

const LIST: &str = "\
import boto3
for page in boto3.client('elb').get_paginator('describe_load_balancers').paginate():
    for it in page['LoadBalancerDescriptions']:
        print(it['LoadBalancerName'], it['DNSName'])
";

const SHOW: &str = "\
import boto3
elb = boto3.client('elb')
print(elb.describe_load_balancers(LoadBalancerNames=['web-000'])['LoadBalancerDescriptions'][0]['DNSName'])
states = elb.describe_instance_health(LoadBalancerName='web-000')['InstanceStates']
names = {}
for page in boto3.client('ec2').get_paginator('describe_instances').paginate():
    for reservation in page['Reservations']:
        for it in reservation['Instances']:
            names[it['InstanceId']] = ''.join(tag['Value'] for tag in it['Tags'] if tag['Key'] == 'Name')
for it in states:
    print(it['InstanceId'], it['State'], names[it['InstanceId']], it['Description'])
";

const SHOW_BY_AWS: &str = "\
aws elb describe-load-balancers --load-balancer-names web-000 &&
aws elb describe-instance-health --load-balancer-name web-000 &&
aws ec2 describe-instances";

pub(crate) fn run(requirements: &mut Requirements) {
    let place = Place::start();
    heading(&format!("{BALANCERS} load balancers listed, {ROUNDS} rounds in turns"));
    remark(&format!("elbadmin 0.2 reads the first page alone: {PAGE} of them."));
    compare(&place, &place.listers(), requirements);
    heading(&format!("one load balancer with {INSTANCES} instances shown, {ROUNDS} rounds in turns"));
    remark("lb show tells attributes and tags, and no names; the others tell names, and neither of those.");
    remark(
        "The peers read all instances of the account for that, our elbadmin those of the load balancer, 200 at a time.",
    );
    compare(&place, &place.showers(), requirements);
}

/// A program to compare, and what it prints when it does what it should.
struct Peer {
    name: &'static str,
    run: Run,
    proof: String,
}

/// How many of the programs, which come first, are ours.
const OURS: usize = 2;

fn compare(place: &Place, peers: &[Peer], requirements: &mut Requirements) {
    let requests: Vec<usize> = peers.iter().map(|peer| place.requests(peer)).collect();
    let programs = peers.iter().map(|peer| Program::new(peer.name, |_| peer.run.clone().finish().expect_code(0)));
    let all = in_turns(WARM_UP, ROUNDS, programs);
    let rows = all.iter().zip(&requests).map(|(series, requests)| row(&all[0], series, *requests));
    table(
        &["program", "runs", "wall", "CPU", "max RSS", "requests", "wall/first", "CPU/first", "RSS/first"],
        &rows.collect::<Vec<_>>(),
    );
    for ours in &all[..OURS] {
        for theirs in &all[OURS..] {
            let what = |quantity: &str| format!("{quantity} of {} over {}", theirs.name, ours.name);
            requirements.at_least(&what("wall time"), ours.ratio(theirs, wall), 3.0);
            requirements.at_least(&what("CPU time"), ours.ratio(theirs, cpu), 3.0);
            requirements.at_least(&what("memory"), ours.ratio(theirs, memory), 1.0);
        }
    }
}

fn row(first: &Series, series: &Series, requests: usize) -> Vec<String> {
    let mut row = medians(series);
    row.push(requests.to_string());
    row.extend([wall, cpu, memory].map(|quantity| times(first.ratio(series, quantity))));
    row
}

/// The account, and a home for the programs.
struct Place {
    aws: FakeAws,
    sandbox: Sandbox,
}

impl Place {
    fn start() -> Self {
        let aws = FakeAws::start();
        aws.change(fill);
        let sandbox = Sandbox::new();
        sandbox.write("elbadmin", elbadmin::mended());
        sandbox.write("home/.boto", "[Boto]\nis_secure = False\n");
        Self { aws, sandbox }
    }

    fn listers(&self) -> Vec<Peer> {
        let ours = || self.env(self.sandbox.run(crate::bellwether()));
        let last = balancer(BALANCERS - 1);
        let of = |name, run| Peer { name, run, proof: last.clone() };
        vec![
            of("bellwether lb list", ours().args(["lb", "list"])),
            of("elbadmin list, ours", ours().args(["elbadmin", "list"])),
            of("boto3", self.python().args(["-c", LIST])),
            of("aws", self.shell("aws elb describe-load-balancers")),
            Peer { name: "elbadmin 0.2", run: self.old(&["list"]), proof: balancer(PAGE - 1) },
        ]
    }

    fn showers(&self) -> Vec<Peer> {
        let ours = || self.env(self.sandbox.run(crate::bellwether()));
        let of = |name, run| Peer { name, run, proof: instance_name(INSTANCES - 1) };
        vec![
            Peer { proof: instance(INSTANCES - 1), ..of("bellwether lb show", ours().args(["lb", "show", "web-000"])) },
            of("elbadmin get, ours", ours().args(["elbadmin", "get", "web-000"])),
            of("boto3", self.python().args(["-c", SHOW])),
            of("aws, three commands", self.shell(SHOW_BY_AWS)),
            of("elbadmin 0.2", self.old(&["get", "web-000"])),
        ]
    }

    /// How many requests a run takes.
    fn requests(&self, peer: &Peer) -> usize {
        let before = self.aws.log().len();
        let printed = peer.run.clone().finish().expect_code(0).stdout_text();
        assert!(printed.contains(&peer.proof), "{} did not print {}: {printed}", peer.name, peer.proof);
        self.aws.log().len() - before
    }

    fn env(&self, run: Run) -> Run {
        aws_environment(&self.aws.url(), REGION).into_iter().fold(run, |run, (name, value)| run.env(name, value))
    }

    fn python(&self) -> Run {
        self.env(self.sandbox.run(venv().python()))
    }

    fn shell(&self, script: &str) -> Run {
        let path = format!("{}:{}", venv().program("").display(), std::env::var("PATH").expect("a PATH"));
        self.env(self.sandbox.run("/bin/sh")).env("PATH", path).args(["-c", script])
    }

    /// boto finds AWS by its real names alone: the fake is its proxy.
    fn old(&self, arguments: &[&str]) -> Run {
        let run = self.python().env("http_proxy", self.aws.url()).args(["-W", "ignore"]);
        run.arg(self.sandbox.path().join("elbadmin")).args(["-r", REGION]).args(arguments)
    }
}

/// The first load balancer has all instances, the others two each.
fn fill(world: &mut World) {
    world.page_size = PAGE;
    let named = |number| Instance::new(&instance(number), "running", &[("Name", &instance_name(number))]);
    world.instances = (0..INSTANCES).map(named).collect();
    for number in 0..BALANCERS {
        let behind: Vec<String> = match number {
            0 => (0..INSTANCES).map(instance).collect(),
            _ => [2 * number, 2 * number + 1].map(instance).to_vec(),
        };
        let behind: Vec<(&str, &str)> = behind.iter().map(|id| (id.as_str(), "InService")).collect();
        world.set_load_balancer(&balancer(number), &behind);
    }
}

fn balancer(number: usize) -> String {
    format!("web-{number:03}")
}

fn instance(number: usize) -> String {
    format!("i-{number:017x}")
}

fn instance_name(number: usize) -> String {
    format!("web server {number}")
}
