//! `once` with groups of other hosts: by health alone.

use std::path::PathBuf;

use bellwether_testkit::fake_elb::{Fault, Faults, GroupInstance, Instance};
use bellwether_testkit::imds::{FakeImds, Fault as ImdsFault};
use bellwether_testkit::process::Run;

use super::support::{Fleet, end, holds, refusal};

const NODES: [&str; 3] = ["i-1", "i-2", "i-3"];

/// The second is the first healthy one.
fn fleet() -> Fleet {
    Fleet::with(|world| {
        world.set_load_balancer("web", &[("i-1", "OutOfService"), ("i-2", "InService"), ("i-3", "InService")]);
        world.set_target_group("web", &[("i-1", 80, "draining"), ("i-2", 80, "healthy"), ("i-3", 80, "healthy")]);
        let members = [("i-1", "Standby"), ("i-2", "InService"), ("i-3", "InService")];
        let members = members.map(|(id, life)| GroupInstance::new(id, life, "Healthy")).to_vec();
        world.auto_scaling_groups.insert("web".to_owned(), members);
        let instances = [("i-1", "stopped"), ("i-2", "running"), ("i-3", "running")];
        world.instances = instances.map(|(id, state)| Instance::new(id, state, &[("Role", "web")])).to_vec();
    })
}

const GROUPS: [&str; 4] = ["elb:web", "alb:web", "asg:web", "tag:Role=web"];

/// A job that leaves a mark in the sandbox.
fn job(fleet: &Fleet, node: &str, flags: &[&str]) -> Run {
    let mark = format!("echo \"$BELLWETHER_NODE $BELLWETHER_JOB $BELLWETHER_FENCE\" >> '{}'", mark(fleet).display());
    fleet.run_as(node, &[&["once", "mail"], flags, &["--", "sh", "-c", &mark]].concat())
}

fn mark(fleet: &Fleet) -> PathBuf {
    fleet.sandbox.path().join("mark")
}

fn marks(fleet: &Fleet) -> String {
    std::fs::read_to_string(mark(fleet)).unwrap_or_default()
}

#[test]
fn the_first_healthy_node_runs_the_command_and_the_others_say_who_does() {
    for group in GROUPS {
        let fleet = fleet();
        let done = NODES.map(|node| end(job(&fleet, node, &["--group", group, "--store", "none"]), 0));
        assert_eq!(marks(&fleet), "i-2 mail 0\n", "{group}");
        assert_eq!(done[1].stderr_text(), "");
        for other in [0, 2] {
            let said = done[other].stderr_text();
            holds(&said, &["bellwether: mail: tick ", &format!("is for i-2, the first healthy node of {group}")]);
        }
    }
}

#[test]
fn the_others_are_silent_when_asked_and_may_have_another_status() {
    let fleet = fleet();
    let flags = ["--group", "elb:web", "--store", "none", "--skip-status", "75"];
    let run = job(&fleet, "i-3", &[&flags as &[&str], &["--quiet"]].concat());
    let done = end(run, 75);
    assert_eq!(done.stderr_text(), "");
    assert_eq!(marks(&fleet), "");
}

#[test]
fn the_status_of_the_command_is_the_status() {
    let fleet = fleet();
    let arguments =
        ["once", "mail", "--group", "elb:web", "--store", "none", "--", "sh", "-c", "echo out; echo err >&2; exit 7"];
    let done = end(fleet.run_as("i-2", &arguments), 7);
    assert_eq!((done.stdout_text().as_str(), done.stderr_text().as_str()), ("out\n", "err\n"));
}

#[test]
fn with_nobody_healthy_nothing_runs() {
    let fleet = Fleet::with(|world| world.set_load_balancer("web", &[("i-1", "OutOfService")]));
    let done = end(job(&fleet, "i-1", &["--group", "elb:web", "--store", "none"]), 0);
    holds(&done.stderr_text(), &["is not run: no member of elb:web is healthy"]);
    assert_eq!(marks(&fleet), "");
}

#[test]
fn without_a_roster_nothing_runs() {
    for fault in [Fault::Denied, Fault::Throttled, Fault::InternalFailure, Fault::Drop, Fault::Garbage] {
        let fleet = fleet();
        fleet.aws.misbehave(Faults::always(fault));
        for group in GROUPS {
            let (error, _) = refusal(job(&fleet, "i-2", &["--group", group, "--store", "none"]), 69);
            holds(&error, &[group]);
        }
        assert_eq!(marks(&fleet), "");
    }
}

#[test]
fn without_an_identity_nothing_runs() {
    let fleet = fleet();
    let imds = FakeImds::builder().fault(ImdsFault::Always(503)).start();
    for group in GROUPS {
        let run = job(&fleet, "", &["--group", group, "--store", "none"]).env("AWS_EC2_METADATA_DISABLED", "");
        let (error, _) = refusal(run.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url()), 69);
        holds(&error, &["this node's instance id cannot be had"]);
    }
    assert_eq!(marks(&fleet), "");
}

#[test]
fn a_group_that_does_not_exist_runs_nothing() {
    let fleet = fleet();
    for group in ["elb:typo", "alb:typo", "asg:typo"] {
        let (error, _) = refusal(job(&fleet, "i-2", &["--group", group, "--store", "none"]), 69);
        holds(&error, &["typo"]);
    }
    assert_eq!(marks(&fleet), "");
}

#[test]
fn a_store_of_this_host_alone_is_refused_for_a_group_of_others() {
    let fleet = fleet();
    let store = format!("sqlite:{}", fleet.sandbox.path().join("claims.db").display());
    for group in ["elb:web", "alb:web", "asg:web", "tag:Role=web", "nodes:i-1,i-2", "file:/etc/hostname"] {
        for flags in [&["--group", group] as &[&str], &["--group", group, "--store", &store]] {
            let (error, hint) = refusal(job(&fleet, "i-2", flags), 64);
            holds(&error, &["sqlite:", "this host alone", group]);
            holds(&hint, &["--store none", "--group local"]);
        }
    }
    assert_eq!(marks(&fleet), "");
    assert!(fleet.aws.log().is_empty(), "it is told before anybody is asked");
    assert!(!fleet.sandbox.path().join("claims.db").exists());
}

#[test]
fn lists_of_nodes_work_by_order_alone() {
    let fleet = fleet();
    let file = fleet.sandbox.write("nodes", "i-3 # the last\ni-2\n");
    for group in ["nodes:i-3,i-2".to_owned(), format!("file:{}", file.display())] {
        let _ = std::fs::remove_file(mark(&fleet));
        for node in NODES {
            end(job(&fleet, node, &["--group", &group, "--store", "none"]), 0);
        }
        assert_eq!(marks(&fleet), "i-2 mail 0\n");
    }
    assert!(fleet.aws.log().is_empty());
}

#[test]
fn a_dry_run_tells_what_would_be_done_and_does_nothing() {
    let fleet = fleet();
    for (node, standing) in
        [("i-1", "OutOfService"), ("i-2", "healthy, rank 0"), ("i-3", "healthy, rank 1"), ("i-9", "not a member")]
    {
        let plan = end(job(&fleet, node, &["--group", "elb:web", "--store", "none", "--dry-run"]), 0).stdout_text();
        holds(
            &plan,
            &[
                "job      mail\n",
                "tick     20",
                &format!("node     {node}\n"),
                &format!("group    elb:web: {standing}"),
                "no store",
                "command  sh -c ",
            ],
        );
        assert_eq!(plan.lines().count(), 6, "{plan}");
    }
    assert_eq!(marks(&fleet), "");
    fleet.aws.misbehave(Faults::always(Fault::Denied));
    refusal(job(&fleet, "i-2", &["--group", "elb:web", "--store", "none", "--dry-run"]), 69);
}

#[test]
fn group_and_store_may_stand_in_the_configuration() {
    let fleet = fleet();
    fleet.sandbox.write("home/.config/bellwether.toml", "group = 'elb:web'\nstore = 'none'\n[once]\nskip_status = 9\n");
    end(job(&fleet, "i-2", &[]), 0);
    end(job(&fleet, "i-3", &[]), 9);
    assert_eq!(marks(&fleet), "i-2 mail 0\n");
    end(job(&fleet, "i-3", &["--group", "nodes:i-3", "--skip-status", "8"]), 0);
    assert_eq!(marks(&fleet), "i-2 mail 0\ni-3 mail 0\n");
}
