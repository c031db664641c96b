//! Load balancers of both kinds in virtual time, with a disk that outlives the program.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::drain::{
    Action, Event, Goal, Journal, Observation, Options, Place, Report, Run, Standing, Timing, Trouble, TroubleKind,
};
use crate::names::NodeId;
use crate::time::{Mono, Now};

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// How a node stands in one place of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    In,
    Starting { until: Duration },
    Draining { until: Duration },
    Out,
    Gone,
}

/// A load balancer or group with the node in it.
#[derive(Debug, Clone)]
pub(super) struct Balancer {
    pub(super) state: State,
    pub(super) drains_for: Duration,
    pub(super) starts_for: Duration,
    /// Whether a registration does nothing while the node drains.
    pub(super) deaf_while_draining: bool,
}

/// What goes wrong with the next requests, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// Not carried out.
    Throttled,
    /// Carried out, and the answer lost.
    Lost,
}

/// Where the program is killed: before or after so many actions were carried out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crash {
    pub(super) step: usize,
    pub(super) before: bool,
}

pub(super) struct World {
    pub(super) now: Duration,
    pub(super) balancers: BTreeMap<Place, Balancer>,
    pub(super) faults: Vec<Fault>,
    pub(super) disk: Option<String>,
    pub(super) disk_full: bool,
    pub(super) denied: Option<&'static str>,
    /// The actions handed out, in short.
    pub(super) log: Vec<String>,
}

pub(super) fn node() -> NodeId {
    NodeId::new("i-1").unwrap()
}

pub(super) fn classic(name: &str) -> Place {
    Place::Classic { balancer: name.to_owned(), instance: node() }
}

pub(super) fn group(name: &str, port: u16) -> Place {
    Place::TargetGroup {
        group: format!("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/{name}/1").parse().unwrap(),
        target: format!("i-1:{port}").parse().unwrap(),
    }
}

impl World {
    pub(super) fn new(places: &[Place]) -> Self {
        let balancer = |place: &Place| {
            let balancer = Balancer {
                state: State::In,
                drains_for: SECOND * 30,
                starts_for: SECOND * 20,
                deaf_while_draining: true,
            };
            (place.clone(), balancer)
        };
        Self {
            now: SECOND * 1_000,
            balancers: places.iter().map(balancer).collect(),
            faults: Vec::new(),
            disk: None,
            disk_full: false,
            denied: None,
            log: Vec::new(),
        }
    }

    pub(super) fn at(&self) -> Now {
        let wall = Timestamp::from_second(1_800_000_000 + self.now.as_secs() as i64).unwrap();
        Now { mono: Mono::since_boot(self.now), wall }
    }

    pub(super) fn timings(&self) -> Vec<(Place, Timing)> {
        let timing = |balancer: &Balancer| Timing {
            drains_within: balancer.drains_for,
            in_service_within: balancer.starts_for + SECOND * 60,
        };
        self.balancers.iter().map(|(place, balancer)| (place.clone(), timing(balancer))).collect()
    }

    pub(super) fn plan(&mut self) -> Journal {
        self.pass_to(self.now);
        let standing = |place: &Place| match self.balancers[place].state {
            State::Draining { .. } => Standing::Draining,
            _ => Standing::InService,
        };
        let registered = |place: &Place| !matches!(self.balancers[place].state, State::Out | State::Gone);
        let places = self.timings().into_iter().filter(|(place, _)| registered(place));
        let places = places.map(|(place, timing)| (place.clone(), standing(&place), timing)).collect();
        Journal::plan(node(), "eu-west-1", places, self.at().wall)
    }

    pub(super) fn kept(&self) -> Journal {
        Journal::decode(self.disk.as_ref().expect("a journal")).unwrap()
    }

    /// Lets time pass in the world.
    fn pass_to(&mut self, now: Duration) {
        self.now = now;
        for balancer in self.balancers.values_mut() {
            balancer.state = match balancer.state {
                State::Starting { until } if now >= until => State::In,
                State::Draining { until } if now >= until => State::Out,
                state => state,
            };
        }
    }

    /// Carries a run out to its end, or to the crash; what happens between steps is up to `meanwhile`.
    pub(super) fn drive(
        &mut self,
        mut run: Run,
        crash: Option<Crash>,
        mut meanwhile: impl FnMut(&mut Self, usize),
    ) -> Option<Report> {
        let mut event = Event::Begin;
        for step in 0..3_000 {
            meanwhile(self, step);
            let action = run.step(event, self.at());
            if let Action::Done(report) = action {
                self.log.push("done".to_owned());
                return Some(report);
            }
            let crashes = crash.filter(|crash| crash.step == step);
            if crashes.is_some_and(|crash| crash.before) {
                return None;
            }
            event = self.carry_out(action);
            if crashes.is_some() {
                return None;
            }
        }
        panic!("it does not end: {:?}", &self.log[self.log.len() - 20..]);
    }

    pub(super) fn run(&mut self, run: Run) -> Report {
        self.drive(run, None, |_, _| {}).expect("no crash")
    }

    pub(super) fn drain(&mut self) -> Report {
        let plan = self.plan();
        let run = Run::drain(plan, Options::default(), self.at());
        self.run(run)
    }

    pub(super) fn undrain(&mut self) -> Report {
        let run = Run::undrain(self.kept(), Options::default(), self.at());
        self.run(run)
    }

    fn carry_out(&mut self, action: Action) -> Event {
        let count = |places: &[Place]| places.len();
        match action {
            Action::Save(journal) => {
                self.log.push(format!("save {:?}", journal.phase));
                if self.disk_full {
                    return Event::SaveFailed("no space left".to_owned());
                }
                self.disk = Some(journal.encode().unwrap());
                Event::Saved
            }
            Action::Deregister(places) => {
                self.log.push(format!("deregister {}", count(&places)));
                self.announced(&places);
                Event::Asked(self.each(places, "deregister", Self::deregister))
            }
            Action::Register(places) => {
                self.log.push(format!("register {}", count(&places)));
                Event::Asked(self.each(places, "register", Self::register))
            }
            Action::Observe(places) => {
                self.log.push(format!("observe {}", count(&places)));
                Event::Observed(self.each(places, "observe", |world, place| Ok(world.observe(place))))
            }
            Action::Wait { until } => {
                let until = until.elapsed_since_boot();
                assert!(until > self.now, "waiting for what has passed: {:?}", self.log.last());
                self.pass_to(until);
                Event::Woke
            }
            Action::Done(_) => unreachable!("handled by the loop"),
        }
    }

    /// What is kept must name every place before the node is taken out of it. A run without a journal has none.
    fn announced(&self, places: &[Place]) {
        if let Some(text) = &self.disk {
            let journal = Journal::decode(text).unwrap();
            for place in places {
                assert!(journal.to_return().any(|entry| entry.place == *place), "{place} is not announced");
            }
        }
    }

    fn each<T>(
        &mut self,
        places: Vec<Place>,
        what: &'static str,
        mut one: impl FnMut(&mut Self, &Place) -> Result<T, Trouble>,
    ) -> Vec<(Place, Result<T, Trouble>)> {
        let mut answer = |place: &Place| {
            if self.denied == Some(what) {
                return Err(trouble(TroubleKind::Final));
            }
            match self.faults.pop().unwrap_or(Fault::None) {
                Fault::None => one(self, place),
                Fault::Throttled => Err(trouble(TroubleKind::Throttled)),
                Fault::Lost => {
                    let _ = one(self, place);
                    Err(trouble(TroubleKind::Passing))
                }
            }
        };
        places.into_iter().map(|place| (place.clone(), answer(&place))).collect()
    }

    fn deregister(&mut self, place: &Place) -> Result<(), Trouble> {
        let now = self.now;
        let balancer = self.balancers.get_mut(place).unwrap();
        match balancer.state {
            State::In | State::Starting { .. } => {
                let draining = State::Draining { until: now + balancer.drains_for };
                balancer.state = if balancer.drains_for.is_zero() { State::Out } else { draining };
            }
            State::Draining { .. } => {}
            State::Out if place.is_classic() => return Err(trouble(TroubleKind::NotThere)),
            State::Out => {}
            State::Gone => return Err(trouble(TroubleKind::NotThere)),
        }
        Ok(())
    }

    fn register(&mut self, place: &Place) -> Result<(), Trouble> {
        let now = self.now;
        let balancer = self.balancers.get_mut(place).unwrap();
        match balancer.state {
            State::Gone => return Err(trouble(TroubleKind::NotThere)),
            State::Out => balancer.state = State::Starting { until: now + balancer.starts_for },
            State::Draining { .. } if !balancer.deaf_while_draining => balancer.state = State::In,
            State::Draining { .. } | State::In | State::Starting { .. } => {}
        }
        Ok(())
    }

    fn observe(&self, place: &Place) -> Observation {
        let classic = place.is_classic();
        match self.balancers[place].state {
            State::Gone => Observation::gone(),
            State::Out => Observation::absent(),
            State::In if classic => Observation::classic("InService", "N/A", "N/A"),
            State::In => Observation::target("healthy", "", ""),
            State::Starting { .. } if classic => {
                Observation::classic("OutOfService", "ELB", "Instance registration is still in progress.")
            }
            State::Starting { .. } => Observation::target("initial", "Elb.RegistrationInProgress", ""),
            State::Draining { .. } if classic => {
                Observation::classic("InService", "N/A", "Instance deregistration currently in progress.")
            }
            State::Draining { .. } => Observation::target("draining", "Target.DeregistrationInProgress", ""),
        }
    }

    pub(super) fn all(&self, goal: Goal) -> bool {
        let reached = |state| match goal {
            Goal::Out => matches!(state, State::Out | State::Gone),
            Goal::In => matches!(state, State::In | State::Gone),
        };
        self.balancers.values().all(|balancer| reached(balancer.state))
    }

    pub(super) fn change(&mut self, place: &Place, change: impl FnOnce(&mut Balancer)) {
        change(self.balancers.get_mut(place).unwrap());
    }
}

fn trouble(kind: TroubleKind) -> Trouble {
    Trouble { kind, message: format!("{kind:?}"), remedy: "none".to_owned() }
}
