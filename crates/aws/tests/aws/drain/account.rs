//! An account with an instance in many places, whose time stands still until a run waits.

use std::collections::BTreeSet;
use std::time::Duration;

use bellwether_aws::Drains;
use bellwether_core::drain::{Action, Event, Journal, Options, Report, Run};
use bellwether_core::names::NodeId;
use bellwether_core::time::{Mono, Now};
use bellwether_testkit::fake_elb::{FakeAws, Faults, World};
use jiff::Timestamp;

use crate::support::{TIMEOUT, aws_at, known, settings};

pub(crate) const NODE: &str = "i-1";
pub(crate) const ADDRESS: &str = "10.0.0.10";

/// The account, the time in it, and the journal that a program would keep.
pub(crate) struct Account {
    pub(crate) fake: FakeAws,
    now: Duration,
    pub(crate) kept: Option<String>,
}

fn now_at(elapsed: Duration) -> Now {
    let wall: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    Now { mono: Mono::since_boot(elapsed), wall: wall + elapsed }
}

impl Account {
    /// The instance is in three classic load balancers and, on different ports and by id or address, in five target
    /// groups; others are in most of them too.
    pub(crate) fn new() -> Self {
        let fake = FakeAws::start();
        fake.set_speed(0.0);
        fake.change(fill);
        Self { fake, now: Duration::from_secs(1_000), kept: None }
    }

    pub(crate) fn drains(&self) -> Drains {
        aws_at(&self.fake.url()).drains(None)
    }

    /// The same with so little patience for each request that silence is soon noticed.
    pub(crate) fn impatient(&self) -> Drains {
        let settings = bellwether_aws::AwsSettings {
            timeout: Some(TIMEOUT),
            attempts: Some(1),
            ..settings(&known(&self.fake.url()))
        };
        bellwether_aws::Aws::new(settings).drains(None)
    }

    pub(crate) fn now(&self) -> Now {
        now_at(self.now)
    }

    pub(crate) async fn plan(&self) -> Journal {
        let ids = [NODE.to_owned(), ADDRESS.to_owned()];
        self.drains().plan(&NodeId::new(NODE).unwrap(), &ids, self.now().wall).await.unwrap()
    }

    pub(crate) fn kept(&self) -> Journal {
        Journal::decode(self.kept.as_ref().expect("a journal")).unwrap()
    }

    /// Carries a run out to its end; `meanwhile` sees every action before it is carried out, and stops the program with
    /// `false`.
    pub(crate) async fn drive(
        &mut self,
        drains: &Drains,
        mut run: Run,
        mut meanwhile: impl FnMut(&FakeAws, usize, &Action) -> bool,
    ) -> Option<Report> {
        let mut event = Event::Begin;
        for step in 0..1_000 {
            let action = run.step(event, self.now());
            if !meanwhile(&self.fake, step, &action) {
                return None;
            }
            event = match (drains.carry_out(&action).await, action) {
                (Some(event), _) => event,
                (None, Action::Save(journal)) => {
                    self.kept = Some(journal.encode().unwrap());
                    Event::Saved
                }
                (None, Action::Wait { until }) => {
                    self.fake.advance(until.elapsed_since_boot() - self.now);
                    self.now = until.elapsed_since_boot();
                    Event::Woke
                }
                (None, Action::Done(report)) => return Some(report),
                (None, other) => panic!("nobody carries {other:?} out"),
            };
        }
        panic!("it does not end");
    }

    pub(crate) async fn drain(&mut self) -> Report {
        let run = Run::drain(self.plan().await, Options::default(), self.now());
        let drains = self.drains();
        self.drive(&drains, run, |_, _, _| true).await.unwrap()
    }

    pub(crate) async fn undrain(&mut self) -> Report {
        self.fake.misbehave(Faults::default());
        let run = Run::undrain(self.kept(), Options::default(), self.now());
        let drains = self.drains();
        self.drive(&drains, run, |_, _, _| true).await.unwrap()
    }

    /// Everybody that is registered, and how they are: `NAME/ID:PORT STATE`.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        self.fake.look(|world| {
            let classic = world.load_balancers.iter().flat_map(|(name, instances)| {
                instances.iter().map(move |i| format!("{name}/{} {} {}", i.instance, i.state, i.description))
            });
            let groups = world.target_groups.iter().flat_map(|(name, group)| {
                group.targets.iter().map(move |t| format!("{name}/{}:{} {}", t.id, t.port, t.state))
            });
            classic.chain(groups).collect()
        })
    }

    /// The places of the node among them.
    pub(crate) fn ours(&self) -> BTreeSet<String> {
        let ours = |line: &String| line.contains("/i-1 ") || line.contains("/i-1:") || line.contains(ADDRESS);
        self.all().into_iter().filter(ours).collect()
    }
}

fn fill(world: &mut World) {
    for name in ["classic-a", "classic-b", "classic-c", "other"] {
        let instances = [("i-1", "InService"), ("i-2", "InService")];
        world.set_load_balancer(name, if name == "other" { &instances[1..] } else { &instances });
    }
    world.classic("classic-b").draining = Some(20);
    world.classic("classic-c").draining = None;
    let healthy = "healthy";
    world.set_target_group("group-a", &[("i-1", 80, healthy), ("i-1", 81, healthy), ("i-2", 80, healthy)]);
    world.set_target_group("group-b", &[("i-1", 8080, healthy), ("i-2", 8080, healthy)]);
    world.set_target_group("group-c", &[("i-1", 9000, healthy)]);
    world.set_target_group("group-d", &[("i-1", 443, healthy), ("i-2", 443, healthy)]);
    world.set_target_group("group-e", &[(ADDRESS, 8081, healthy), ("10.0.0.11", 8081, healthy)]);
    world.set_target_group("group-f", &[("i-2", 80, healthy)]);
    world.target_group("group-b").set_delay(0);
    world.target_group("group-c").set_delay(30);
    world.target_group("group-d").protocol = "TCP".to_owned();
    world.target_group("group-d").deaf_while_draining = false;
    // Lists come in pages, some of them empty.
    (world.page_size, world.leading_empty_pages) = (2, 1);
}
