//! A node is taken out of all its load balancers and put back.

mod account;
mod faults;
mod meanwhile;

use std::time::Duration;

use bellwether_aws::drain_permissions;
use bellwether_core::drain::{Action, Ending, Goal, Options, Phase, Place, Run, Standing};
use bellwether_testkit::fake_elb::Target;

use account::{Account, NODE};

#[tokio::test]
async fn every_place_of_a_node_is_found_with_its_port_and_its_time() {
    let account = Account::new();
    let plan = account.plan().await;
    let found: Vec<_> = plan.entries.iter().map(|entry| entry.place.to_string()).collect();
    assert_eq!(
        found,
        [
            "i-1 in elb:classic-a",
            "i-1 in elb:classic-b",
            "i-1 in elb:classic-c",
            "i-1:80 in alb:group-a",
            "i-1:81 in alb:group-a",
            "i-1:8080 in alb:group-b",
            "i-1:9000 in alb:group-c",
            "i-1:443 in alb:group-d",
            "10.0.0.10:8081 in alb:group-e",
        ]
    );
    let drains: Vec<_> = plan.entries.iter().map(|entry| entry.timing.drains_within.as_secs()).collect();
    assert_eq!(drains, [300, 20, 0, 300, 300, 0, 30, 300, 300]);
    assert!(plan.entries.iter().all(|entry| entry.before == Standing::InService));
    let network = &plan.entries[7].timing;
    assert!(network.in_service_within > plan.entries[6].timing.in_service_within);
    assert_eq!((plan.node.as_str(), plan.region.as_str()), (NODE, "eu-west-1"));
    // One list of each kind, and a question for each group; the settings of those alone the node is in.
    assert_eq!(account.fake.calls("DescribeTargetHealth"), 6);
    assert_eq!(account.fake.calls("DescribeTargetGroupAttributes"), 5);
    assert_eq!(account.fake.calls("DescribeLoadBalancerAttributes"), 3);
}

#[tokio::test]
async fn a_drained_node_returns_to_the_same_places_and_ports_and_nobody_else_is_touched() {
    let mut account = Account::new();
    let before = account.all();
    let started = account.now().mono;
    let report = account.drain().await;
    assert!(report.is_complete() && account.ours().is_empty(), "{report:?} {:?}", account.ours());
    assert_eq!(account.all().len(), before.len() - 9);
    let took = account.now().mono.since(started);
    assert!((300..330).contains(&took.as_secs()), "{took:?}");
    assert_eq!(account.kept().phase, Phase::Drained);
    assert_eq!(account.fake.calls("DeregisterTargets"), 5, "one for each group");
    assert_eq!(account.fake.calls("DeregisterInstancesFromLoadBalancer"), 3);
    let report = account.undrain().await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(account.all(), before);
    assert_eq!(account.kept().phase, Phase::Returned);
    assert_eq!(account.fake.calls("RegisterTargets"), 5);
}

#[tokio::test]
async fn a_drain_that_was_killed_is_resumed_or_undone_by_another_process() {
    for step in 0..12 {
        for goal in [Goal::Out, Goal::In] {
            let mut account = Account::new();
            let before = account.all();
            let run = Run::drain(account.plan().await, Options::default(), account.now());
            let drains = account.drains();
            let killed = account.drive(&drains, run, |_, at, _| at < step).await;
            assert!(killed.is_none());
            let Some(_) = account.kept else {
                assert_eq!(account.all(), before, "nothing is done before the journal is kept");
                continue;
            };
            if goal == Goal::Out {
                let run = Run::drain(account.kept(), Options::default(), account.now());
                let drains = account.drains();
                let report = account.drive(&drains, run, |_, _, _| true).await.unwrap();
                assert!(report.is_complete() && account.ours().is_empty(), "{step}: {report:?}");
            }
            let report = account.undrain().await;
            assert!(report.is_complete(), "{step}: {report:?}");
            assert_eq!(account.all(), before, "{step}");
        }
    }
}

#[tokio::test]
async fn a_node_is_put_back_while_it_is_still_draining() {
    let mut account = Account::new();
    let before = account.all();
    let run = Run::drain(account.plan().await, Options::default(), account.now());
    let drains = account.drains();
    account.drive(&drains, run, |_, step, _| step < 5).await;
    assert!(account.ours().iter().any(|line| line.contains("draining")), "{:?}", account.ours());
    let report = account.undrain().await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(account.all(), before);
}

#[tokio::test]
async fn a_registration_without_a_journal_is_waited_for_by_the_settings_of_the_group() {
    let mut account = Account::new();
    let group = account.fake.look(|world| world.target_group("group-f").arn.clone());
    // Its other port says nothing about this one.
    account.fake.change(|world| {
        let group = world.target_group("group-f");
        group.becomes = "unhealthy";
        group.targets.insert(0, Target::new(NODE, 80, "healthy"));
    });
    let target = Place::TargetGroup { group: group.parse().unwrap(), target: "i-1:8088".parse().unwrap() };
    let timings = account.drains().timings(&[target]).await.unwrap();
    // 5 checks of 30 s, 5 s for the last answer, and a minute for the registration.
    assert_eq!(timings[0].1.in_service_within, Duration::from_secs(215));
    let (drains, started) = (account.drains(), account.now().mono);
    let run = Run::without_journal(Goal::In, &timings, true, Options::default(), account.now());
    let report = account.drive(&drains, run, |_, _, _| true).await.unwrap();
    let (place, ending) = report.missing().next().expect("it is not in service");
    assert_eq!(place.to_string(), "i-1:8088 in alb:group-f");
    let account_of_it = "overdue; last seen unhealthy: Health checks failed (Target.FailedHealthChecks)";
    assert_eq!(ending.to_string(), account_of_it);
    assert!((215..230).contains(&account.now().mono.since(started).as_secs()));
}

#[tokio::test]
async fn a_target_without_a_port_is_the_one_at_the_port_of_its_group() {
    let mut account = Account::new();
    account.fake.change(|world| world.target_group("group-f").port = 8088);
    let group = account.fake.look(|world| world.target_group("group-f").arn.clone());
    let target = Place::TargetGroup { group: group.parse().unwrap(), target: NODE.parse().unwrap() };
    let drains = account.drains();
    let timings = drains.timings(&[target]).await.unwrap();
    let run = Run::without_journal(Goal::In, &timings, true, Options::default(), account.now());
    let report = account.drive(&drains, run, |_, _, _| true).await.unwrap();
    assert!(matches!(report.endings[0].1, Ending::InService(_)), "{report:?}");
    assert!(account.ours().contains("group-f/i-1:8088 healthy"));
}

#[tokio::test]
async fn actions_are_carried_out_on_a_task_of_their_own() {
    let account = Account::new();
    let (drains, plan) = (account.drains(), account.plan().await);
    let places = plan.entries.iter().map(|entry| entry.place.clone()).collect();
    let observed = tokio::spawn(async move { drains.carry_out(&Action::Observe(places)).await }).await.unwrap();
    assert!(observed.is_some());
    assert_eq!(account.fake.calls("DescribeTargetHealth"), 6 + 5, "one for each group");
}

#[tokio::test]
async fn a_drain_and_its_undoing_need_the_permissions_that_are_said_and_no_more() {
    let mut account = Account::new();
    account.drain().await;
    account.undrain().await;
    let called = |permission: &&str| account.fake.calls(permission.trim_start_matches("elasticloadbalancing:"));
    let calls: Vec<_> = drain_permissions().iter().map(called).collect();
    assert!(calls.iter().all(|count| *count > 0), "{calls:?}");
    assert_eq!(calls.iter().sum::<usize>(), account.fake.log().len());
}
