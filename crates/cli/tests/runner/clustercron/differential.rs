//! The same health, both programs: the same decision and the same exit status.

use bellwether_testkit::imds::FakeImds;
use bellwether_testkit::process::{Run, Sandbox};

use super::old::{Both, Network, in_network};

/// How many health sets there are of each kind.
const SETS: u64 = 40;
/// How many networks, and so interpreters, there are at the same time.
const LANES: u64 = 2;

/// `SplitMix64`: a small generator that gives the same numbers everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let place = usize::try_from(self.below(from.len() as u64)).unwrap();
        from[place]
    }

    /// An instance id of the old short form or of the new long one, that begins with this digit.
    fn id(&mut self, first: char) -> String {
        let digits = format!("{:016x}", self.next());
        if self.below(2) == 0 { format!("i-{first}{}", &digits[..7]) } else { format!("i-{first}{digits}") }
    }
}

/// Who is in the group, who we are, and what we ask for.
#[derive(Debug)]
struct Set {
    kind: &'static str,
    me: String,
    name: &'static str,
    members: Vec<(String, u16, &'static str)>,
}

fn healthy(kind: &str) -> &'static str {
    if kind == "elb" { "InService" } else { "healthy" }
}

fn sick(kind: &str, random: &mut Random) -> &'static str {
    match kind {
        "elb" => random.pick(&["OutOfService", "Unknown"]),
        _ => random.pick(&["unhealthy", "initial", "draining", "unused", "unavailable"]),
    }
}

/// Ten shapes in turn, each filled in by chance. Our own id begins with a digit in the middle.
fn set(kind: &'static str, number: u64) -> Set {
    let mut random = Random(number * 2 + u64::from(kind == "elb"));
    let me = random.id('7');
    let mut members = Vec::new();
    let mut add = |id: &str, state: &'static str| members.push((id.to_owned(), 80, state));
    let well = healthy(kind);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for _ in 0..=random.below(3) {
        before.push(random.id('3'));
        after.push(random.id('b'));
    }
    let mut name = "web";
    match number % 10 {
        0 => {}
        1 => add(&me, if random.below(3) > 0 { well } else { sick(kind, &mut random) }),
        2 => {
            add(&me, sick(kind, &mut random));
            after.iter().for_each(|id| add(id, well));
        }
        3 => {
            add(&me, well);
            before.iter().for_each(|id| add(id, well));
        }
        4 => {
            after.iter().for_each(|id| add(id, well));
            add(&me, well);
        }
        5 => {
            add(&me, well);
            before.iter().for_each(|id| add(id, sick(kind, &mut random)));
            after.iter().for_each(|id| add(id, sick(kind, &mut random)));
        }
        6 => before.iter().chain(&after).for_each(|id| add(id, well)),
        7 => {
            name = "unknown";
            add(&me, well);
        }
        8 => {
            for _ in 0..40 {
                let digit = random.pick(&["7", "8", "c"]).chars().next().unwrap();
                let id = random.id(digit);
                add(&id, if random.below(2) == 0 { well } else { sick(kind, &mut random) });
            }
            add(&me, well);
        }
        _ => {
            before.iter().for_each(|id| add(id, sick(kind, &mut random)));
            add(&me, sick(kind, &mut random));
        }
    }
    if kind == "alb" && random.below(2) == 0 {
        let again: Vec<_> = members.iter().map(|(id, _, _)| (id.clone(), 81, sick(kind, &mut random))).collect();
        members.extend(again);
    }
    Set { kind, me, name, members }
}

fn play(network: &Network, set: &Set) {
    network.aws.change(|world| {
        let instances: Vec<_> = set.members.iter().map(|(id, _, state)| (id.as_str(), *state)).collect();
        let targets: Vec<_> = set.members.iter().map(|(id, port, state)| (id.as_str(), *port, *state)).collect();
        match set.kind {
            "elb" => world.set_load_balancer("web", &instances),
            _ => drop(world.set_target_group("web", &targets)),
        }
    });
}

/// The exit status, and whether the command ran.
fn outcome(run: Run, home: &Sandbox) -> (Option<i32>, bool) {
    let code = run.finish().code;
    (code, std::fs::remove_file(home.home().join("ran")).is_ok())
}

/// Runs both programs with these arguments; they must agree. The answer is the exit status.
fn agree(both: &Both<'_>, set: &Set, command: &[&str]) -> Option<i32> {
    let arguments = [&[set.kind, set.name][..], command].concat();
    let old = outcome(both.old(&arguments), &both.old_home);
    let ours = outcome(both.ours(&arguments), &both.our_home);
    assert_eq!(ours, old, "ours is on the left: {arguments:?} of {set:?}");
    ours.0
}

const COMMANDS: [&[&str]; 3] =
    [&["sh", "-c", "touch ran"], &["sh", "-c", "touch ran; exit 7"], &["no-such-program", "-x"]];
/// What they end with where they are due.
const STATUSES: [i32; 3] = [0, 7, 2];

/// Plays a lane's share of the sets; how often we were chosen.
fn lane(kind: &'static str, lane: u64) -> u64 {
    in_network(|network| {
        let mut chosen = 0;
        for number in (0..SETS).filter(|number| number % LANES == lane) {
            let set = set(kind, number);
            play(network, &set);
            let both = network.instance(FakeImds::builder().instance_id(&set.me));
            let alone = agree(&both, &set, &[]);
            let which = usize::try_from(number / LANES).unwrap() % COMMANDS.len();
            let with = agree(&both, &set, COMMANDS[which]);
            match alone {
                Some(0) => {
                    chosen += 1;
                    assert_eq!(with, Some(STATUSES[which]), "{set:?}");
                }
                other => assert_eq!((other, with), (Some(1), Some(1)), "{set:?}"),
            }
        }
        chosen
    })
}

/// The lanes run side by side, the kinds one after the other.
fn compare(kind: &'static str) {
    let chosen: u64 = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|number| scope.spawn(move || lane(kind, number))).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).sum()
    });
    assert!((8..=SETS - 8).contains(&chosen), "the sets are one-sided: chosen in {chosen} of {SETS}");
}

#[test]
fn on_generated_health_both_decide_alike() {
    compare("elb");
    compare("alb");
}
