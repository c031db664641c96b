//! What others do to the load balancers while a node is drained.

use bellwether_core::drain::{Ending, Options, Phase, Run};
use bellwether_testkit::fake_elb::FakeAws;

use super::account::Account;

async fn drain_while(account: &mut Account, change: impl Fn(&FakeAws), at: usize) {
    let run = Run::drain(account.plan().await, Options::default(), account.now());
    let drains = account.drains();
    let meanwhile = |fake: &FakeAws, step: usize, _: &_| {
        if step == at {
            change(fake);
        }
        true
    };
    let report = account.drive(&drains, run, meanwhile).await.unwrap();
    assert!(report.is_complete(), "{at}: {report:?}");
    assert!(account.ours().is_empty(), "{at}: {:?}", account.ours());
    assert_eq!(account.kept().phase, Phase::Drained);
}

#[tokio::test]
async fn a_load_balancer_and_a_group_that_are_deleted_meanwhile_hold_up_nothing() {
    for at in 0..7 {
        let mut account = Account::new();
        let delete = |fake: &FakeAws| {
            fake.change(|world| {
                world.load_balancers.remove("classic-a");
                world.target_groups.remove("group-a");
            });
        };
        drain_while(&mut account, delete, at).await;
        let report = account.undrain().await;
        assert!(report.is_complete(), "{report:?}");
        let gone = report.endings.iter().filter(|(_, ending)| *ending == Ending::Gone).count();
        assert_eq!((gone, account.ours().len()), (3, 6), "{at}: {report:?}");
    }
}

#[tokio::test]
async fn a_node_that_somebody_else_deregisters_meanwhile_is_drained_and_comes_back() {
    for at in 0..7 {
        let mut account = Account::new();
        let before = account.all();
        let deregister = |fake: &FakeAws| {
            fake.change(|world| {
                let classic = world.load_balancers.get_mut("classic-a").unwrap();
                classic.retain(|instance| instance.instance != "i-1");
                world.target_group("group-a").targets.retain(|target| target.id != "i-1");
            });
        };
        drain_while(&mut account, deregister, at).await;
        let report = account.undrain().await;
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(account.all(), before);
    }
}

#[tokio::test]
async fn a_node_that_somebody_else_puts_back_meanwhile_is_taken_out_again() {
    let mut account = Account::new();
    let put_back = |fake: &FakeAws| {
        fake.change(|world| {
            let group = world.target_group("group-c");
            group.targets.retain(|target| target.id != "i-1");
            group.targets.push(bellwether_testkit::fake_elb::Target::new("i-1", 9000, "healthy"));
        });
    };
    drain_while(&mut account, put_back, 4).await;
    assert_eq!(account.fake.calls("DeregisterTargets"), 6);
}
