//! Each difference that `docs/clustercron.md` lists, shown on both programs: the page and the programs cannot drift
//! apart.

use std::fs;
use std::time::Duration;

use bellwether_testkit::fake_elb::{Fault, Faults};
use bellwether_testkit::imds::{Builder, FakeImds};
use bellwether_testkit::process::{Finished, Run, Running};

use super::documentation::{Row, differences};
use super::old::{Both, Network, in_network};
use super::support::{region_of, signal, wait_until};
use crate::dev_log::behind_dev;

type Check = fn(&Network, &Row);

/// What is shown, by the first cell of its row.
const SHOWN: &[(&str, Check)] = &[
    ("command killed by signal N", |net, row| {
        statuses(row, run(net, &["elb", "web", "sh", "-c", "kill -KILL $$"]));
    }),
    ("wrong command line", |net, row| {
        let (old, ours) = statuses(row, run(net, &[]));
        assert!(old.stdout_text().contains("Usage:") && old.stderr.is_empty());
        assert!(ours.stderr_text().contains("Usage:") && ours.stdout.is_empty());
    }),
    ("`--help`", |net, row| drop(statuses(row, run(net, &["--help"])))),
    ("`--version`", |net, row| drop(statuses(row, run(net, &["--version"])))),
    ("unknown option", |net, row| drop(statuses(row, run(net, &["--unknown", "elb", "web"])))),
    ("options written together (`-vo`)", |net, _| {
        let (old, ours) = run(net, &["-vo", "elb", "web", "echo", "test"]);
        assert_eq!((old.stdout_text(), old.stderr_text()), (String::new(), String::new()));
        assert_eq!(ours.stdout_text(), "test\n");
        assert!(ours.stderr_text().contains("run command"));
    }),
    ("command that begins with `-`", |net, row| {
        let (old, _) = statuses(row, run(net, &["-v", "elb", "web", "-x"]));
        assert!(!old.stderr_text().contains("run command"));
    }),
    ("output with `-o`", |net, row| {
        let (old, ours) = run(net, &["-o", "elb", "web", "echo", " test "]);
        assert_eq!((old.stdout_text().as_str(), ours.stdout_text().as_str()), ("b'test'\n", " test \n"));
        assert!(row.old.contains("`b'...'`"));
    }),
    ("output in the log", |net, row| both_log(net, row, "")),
    ("identity in the log", |net, row| both_log(net, row, "i-...")),
    ("libraries in the log", |net, _| {
        let (old, ours) = run(net, &["-v", "elb", "web"]);
        let foreign = |done: &Finished| done.stderr_text().lines().any(|line| !line.contains(" clustercron."));
        assert_eq!((foreign(&old), foreign(&ours)), (true, false));
    }),
    ("`-s`", syslog),
    ("errors", |net, _| {
        net.aws.misbehave(Faults::always(Fault::Denied));
        let (old, ours) = run(net, &["elb", "web"]);
        let remedy = "allow elasticloadbalancing:DescribeInstanceHealth";
        assert!(old.stderr_text().contains("AccessDenied") && !old.stderr_text().contains(remedy));
        assert!(ours.stderr_text().contains("AccessDenied") && ours.stderr_text().contains(remedy));
    }),
    ("time and attempts at AWS", |net, row| {
        net.aws.misbehave(Faults::always(Fault::Throttled));
        let both = instance(net);
        both.ours(&["elb", "web"]).finish().expect_code(1);
        assert_eq!(net.aws.calls("DescribeInstanceHealth"), 2);
        both.old(&["elb", "web"]).finish().expect_code(1);
        assert!(net.aws.calls("DescribeInstanceHealth") > 4);
        assert!(row.here.contains("two attempts"));
    }),
    ("target group by ARN", |net, row| {
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";
        statuses(row, run(net, &["alb", arn]));
    }),
    ("address targets", |net, row| {
        net.aws.change(|world| drop(world.set_target_group("web", &[("198.51.100.7", 80, "healthy")])));
        statuses(row, run(net, &["alb", "web"]));
    }),
    ("`AWS_REGION`", |net, _| regions(&instance(net), |run| run.env("AWS_REGION", "us-west-2"), "us-west-2")),
    ("`elb_region_name` and other `[Boto]` options", |net, _| {
        let both = instance(net);
        for home in [&both.old_home, &both.our_home] {
            home.write("home/.boto", "[Boto]\nelb_region_name = eu-north-1\n");
        }
        regions(&both, |run| run, "eu-north-1");
    }),
    ("cache: files", |net, _| {
        net.aws.change(|world| world.set_load_balancer("other", &[("i-0", "InService"), (ME, "InService")]));
        let both = cached(net);
        both.old(&["-c", "elb", "web"]).finish().expect_code(0);
        both.old(&["-c", "elb", "other"]).finish().expect_code(0);
        both.ours(&["-c", "elb", "web"]).finish().expect_code(0);
        both.ours(&["-c", "elb", "other"]).finish().expect_code(1);
    }),
    ("cache: failed lookup", |net, _| {
        let both = cached(net);
        net.aws.misbehave(Faults::always(Fault::Denied));
        both.old(&["-c", "elb", "web"]).finish().expect_code(1);
        both.ours(&["-c", "elb", "web"]).finish().expect_code(1);
        net.aws.misbehave(Faults::default());
        both.old(&["-c", "elb", "web"]).finish().expect_code(1);
        both.ours(&["-c", "elb", "web"]).finish().expect_code(0);
    }),
    ("cache: damaged file", |net, row| drop(statuses(row, with_cache(net, "{")))),
    ("cache: date in the future", |net, _| {
        let (old, ours) = with_cache(net, r#"{"master": false, "isodate": "2999-01-02T03:04:05.678901"}"#);
        assert_eq!((old.code, ours.code), (Some(1), Some(0)));
    }),
    ("cache: link, or file of another user", |net, row| {
        let both = cached(net);
        for (home, name) in [(&both.old_home, OLD_CACHE), (&both.our_home, OUR_CACHE)] {
            let now = jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S.%6f");
            let real = home.write("home/real.json", format!(r#"{{"master": true, "isodate": "{now}"}}"#));
            std::os::unix::fs::symlink(real, home.home().join(name)).unwrap();
        }
        statuses(row, (both.old(&["-c", "elb", "web"]).finish(), both.ours(&["-c", "elb", "web"]).finish()));
    }),
    ("TERM, INT and the like", |net, _| {
        let both = instance(net);
        let script = "trap 'exit 42' TERM; touch ready; until [ -e go ]; do sleep 0.05; done; touch done";
        let arguments = ["elb", "web", "sh", "-c", script];
        let told = |running: Running, home: &std::path::Path| {
            wait_until("the command runs", || home.join("ready").exists());
            signal(running.pid(), "TERM");
            running.finish()
        };
        let old = told(both.old(&arguments).start(), &both.old_home.home());
        assert_eq!(old.signal, Some(15));
        fs::write(both.old_home.home().join("go"), "").unwrap();
        wait_until("the command has gone on", || both.old_home.home().join("done").exists());
        let ours = told(both.ours(&arguments).start(), &both.our_home.home());
        assert_eq!(ours.code, Some(42));
    }),
    ("process left in the background", |net, _| {
        let both = instance(net);
        let old = both.old(&["elb", "web", "sh", "-c", "sleep 2 & exit 0"]).finish().expect_code(0);
        assert!(old.wall >= Duration::from_secs(2), "{:?}", old.wall);
        let script = "(until [ -e go ]; do sleep 0.05; done; touch done) & exit 0";
        both.ours(&["elb", "web", "sh", "-c", script]).finish().expect_code(0);
        let home = both.our_home.home();
        fs::write(home.join("go"), "").unwrap();
        wait_until("the background process has gone on", || home.join("done").exists());
    }),
];

/// What is told and not shown: it takes a terminal, half a minute, or files outside of a test's own; or it is shown
/// for ours elsewhere.
const TOLD: &[&str] = &[
    "metadata service",
    "a node without metadata service",
    "cache: default place",
    "cache: pause",
    "terminal as standard input",
];

const ME: &str = "i-05cc16d1d054104f2";
const OLD_CACHE: &str = "old.json";
const OUR_CACHE: &str = "ours.json.elb.web.eu-west-1.i-05cc16d1d054104f2";

fn imds() -> Builder {
    FakeImds::builder().instance_id(ME).private_ip("198.51.100.7")
}

/// A healthy instance, the first of `web`.
fn instance(network: &Network) -> Both<'_> {
    network.instance(imds())
}

/// What both programs do with these arguments.
fn run(network: &Network, arguments: &[&str]) -> (Finished, Finished) {
    let both = instance(network);
    (both.old(arguments).finish(), both.ours(arguments).finish())
}

/// Checks that the row tells the exit status of both, as `exit N`.
fn statuses(row: &Row, (old, ours): (Finished, Finished)) -> (Finished, Finished) {
    for (cell, done) in [(&row.old, &old), (&row.here, &ours)] {
        let told = format!("exit {}", done.code.expect("an exit status"));
        assert!(cell.contains(&told), "{row:?}: {told}\n{}", done.stderr_text());
    }
    (old, ours)
}

/// Checks that the texts that the row quotes are in the log of the one and not in that of the other.
fn both_log(network: &Network, row: &Row, ellipsis: &str) {
    let (old, ours) = run(network, &["-v", "elb", "web", "echo", "test"]);
    let quoted = |cell: &str| match ellipsis {
        "" => cell.trim_matches('`').to_owned(),
        ellipsis => cell.trim_matches('`').replace(ellipsis, ME),
    };
    let (old, ours) = (old.stderr_text(), ours.stderr_text());
    for (quote, has, has_not) in [(quoted(&row.old), &old, &ours), (quoted(&row.here), &ours, &old)] {
        assert!(has.contains(&quote) && !has_not.contains(&format!(" : {quote}")), "{quote}: {has}");
    }
}

/// Checks that a setting of the region is ignored by 1.0.1 and used by ours.
fn regions(both: &Both<'_>, set: impl Fn(Run) -> Run, region: &str) {
    set(both.old(&["elb", "web"])).finish().expect_code(0);
    assert_eq!(region_of(both.aws()), "eu-west-1");
    set(both.ours(&["elb", "web"])).finish().expect_code(0);
    assert_eq!(region_of(both.aws()), region);
}

/// An instance where each program has a cache file of its own.
fn cached(network: &Network) -> Both<'_> {
    let both = instance(network);
    for (home, file) in [(&both.old_home, OLD_CACHE), (&both.our_home, "ours.json")] {
        let path = home.home().join(file);
        home.write("home/.clustercron.ini", format!("[cache]\nfilename = {}\n", path.display()));
    }
    both
}

/// What both programs do when their cache holds this.
fn with_cache(network: &Network, content: &str) -> (Finished, Finished) {
    let both = cached(network);
    both.old_home.write(&format!("home/{OLD_CACHE}"), content);
    both.our_home.write(&format!("home/{OUR_CACHE}"), content);
    (both.old(&["-c", "elb", "web"]).finish(), both.ours(&["-c", "elb", "web"]).finish())
}

fn syslog(network: &Network, _: &Row) {
    let both = instance(network);
    let programs = [
        (&both.old_home, bellwether_testkit::python::venv().program("clustercron").canonicalize().unwrap()),
        (&both.our_home, both.our_home.called("clustercron", crate::support::bellwether())),
    ];
    let logged = programs.map(|(home, program)| {
        let dev = home.path().join("dev");
        fs::create_dir(&dev).unwrap();
        let daemon = std::os::unix::net::UnixDatagram::bind(dev.join("log")).unwrap();
        daemon.set_nonblocking(true).unwrap();
        let run = both.env(behind_dev(home, &dev).arg(program)).args(["-v", "-s", "elb", "web"]);
        let done = run.finish().expect_code(0);
        (done.stderr.is_empty(), daemon.recv(&mut [0; 4096]).is_ok())
    });
    assert_eq!(logged, [(false, false), (true, true)], "(nothing on the console, something in syslog)");
}

/// Puts the account in order and shows a row.
fn show(network: &Network, row: &Row, check: Check) {
    println!("{row:?}");
    network.aws.misbehave(Faults::default());
    network.aws.change(|world| {
        world.set_load_balancer("web", &[(ME, "InService"), ("i-0f13be692f5f35b5e", "InService")]);
        world.set_target_group("web", &[(ME, 80, "healthy"), ("i-0f13be692f5f35b5e", 80, "healthy")]);
    });
    check(network, row);
}

#[test]
fn every_difference_of_the_page_is_real() {
    let rows = differences();
    let shown = |row: &Row| SHOWN.iter().find(|(what, _)| *what == row.what).map(|(_, check)| *check);
    let lane = |number: usize| {
        for (row, check) in rows.iter().filter_map(|row| Some((row, shown(row)?))).skip(number).step_by(2) {
            in_network(|network| show(network, row, check));
        }
    };
    std::thread::scope(|scope| {
        let lanes = [0, 1].map(|number| scope.spawn(move || lane(number)));
        for lane in lanes {
            lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
}

#[test]
fn every_difference_is_on_the_page() {
    let mut listed: Vec<_> = differences().into_iter().map(|row| row.what).collect();
    let mut known: Vec<_> = SHOWN.iter().map(|(what, _)| *what).chain(TOLD.iter().copied()).collect();
    listed.sort();
    known.sort_unstable();
    assert_eq!(listed, known);
}
