//! A fake of the AWS services that tell who is in a group: classic ELB, ELBv2, Auto Scaling, EC2 and STS.
//!
//! One server for all, as with `AWS_ENDPOINT_URL`; the `Version` of a request tells the service and `Action` the
//! operation. It shows what moto cannot: any health state, pages, throttling, denials, silence. A request must be
//! signed for the right service, though the signature itself is not checked.
//!
//! Registering and deregistering take the time that the settings of the load balancers say, by a clock that a test
//! can speed up, stop and move: a deregistered target is draining and then gone, a registered one is `initial` and
//! then `healthy`, and registering while draining does nothing where a group is told so.

mod autoscaling;
mod call;
mod check;
mod classic;
mod clock;
mod ec2;
mod elb;
mod elb_describe;
mod elbv2;
mod elbv2_register;
mod faults;
mod group;
mod paging;
mod refusal;
mod sts;
mod world;
mod xml;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

use crate::http::{Exchange, Reply, Request, Server};
use call::{Call, Service};
pub use check::Check;
pub use classic::{Classic, InstanceHealth};
use clock::Clock;
pub use faults::{Fault, Faults};
pub use group::{Target, TargetGroup};
use refusal::Refusal;
pub use world::{GroupInstance, Instance, World};

/// A running fake; it ends when dropped.
#[derive(Debug)]
pub struct FakeAws {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    world: World,
    faults: Faults,
    calls: BTreeMap<String, usize>,
    clock_ahead: SignedDuration,
    clock: Clock,
}

impl FakeAws {
    /// Starts an empty one on a free port of 127.0.0.1.
    pub fn start() -> Self {
        Self::start_at("127.0.0.1:0")
    }

    /// Starts an empty one at this address.
    pub fn start_at(bind: &str) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        Self { server: Server::start(bind, move |request| answer(request, &shared)), state }
    }

    /// Its URL, for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Changes what there is.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        self.look(change);
    }

    /// Looks at what there is now.
    pub fn look<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let mut state = self.locked();
        let now = state.clock.now();
        state.world.pass_to(now);
        look(&mut state.world)
    }

    /// Sets what goes wrong from now on.
    pub fn misbehave(&self, faults: Faults) {
        self.locked().faults = faults;
    }

    /// Puts the clock that its answers show this far ahead of the right time, or behind it.
    pub fn set_clock_ahead(&self, by: SignedDuration) {
        self.locked().clock_ahead = by;
    }

    /// Lets the account's time pass so many times as fast as the real one; 0 stops it.
    pub fn set_speed(&self, speed: f64) {
        self.locked().clock.set_speed(speed);
    }

    /// Moves the account's time on.
    pub fn advance(&self, by: Duration) {
        self.locked().clock.advance(by);
    }

    /// How often an action was asked for, refused calls included.
    pub fn calls(&self, action: &str) -> usize {
        self.locked().calls.get(action).copied().unwrap_or_default()
    }

    /// The requests so far and how each ended.
    pub fn log(&self) -> Vec<Exchange> {
        self.server.log()
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn answer(request: &Request, state: &Mutex<State>) -> Reply {
    let call = Call::of(request);
    let mut state = state.lock().unwrap();
    *state.calls.entry(call.action().to_owned()).or_default() += 1;
    let delay = state.faults.delay;
    let now = state.clock.now();
    state.world.pass_to(now);
    let reply = match state.faults.next_for(call.action()) {
        Some(Fault::Hang) => Reply::Hang,
        Some(Fault::Drop) => Reply::Drop,
        Some(Fault::Garbage) => Reply::answer(200, "text/xml", "<DescribeInstan"),
        Some(Fault::Throttled) => Refusal::throttled(call.service()).reply(call.service()),
        Some(Fault::Denied) => Refusal::denied(call.service(), call.action()).reply(call.service()),
        Some(Fault::InternalFailure) => Refusal::internal(call.service()).reply(call.service()),
        None => match call.check_signature().and_then(|()| dispatch(&call, &mut state.world)) {
            Ok(body) => Reply::answer(200, "text/xml", body),
            Err(refusal) => refusal.reply(call.service()),
        },
    };
    reply.delayed(delay).with_header("date", &date(state.clock_ahead))
}

/// The `Date` of an answer, which every answer of AWS has.
fn date(ahead: SignedDuration) -> String {
    let shown = Timestamp::now() + ahead;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&shown).expect("a date of our days")
}

fn dispatch(call: &Call, world: &mut World) -> Result<String, Refusal> {
    match (call.service(), call.action()) {
        (Service::Elb, "DescribeInstanceHealth") => elb::describe_instance_health(call, world),
        (Service::Elb, "DescribeLoadBalancers") => elb_describe::describe_load_balancers(call, world),
        (Service::Elb, "DescribeLoadBalancerAttributes") => elb_describe::describe_attributes(call, world),
        (Service::Elb, "DescribeTags") => elb_describe::describe_tags(call, world),
        (Service::Elb, "RegisterInstancesWithLoadBalancer") => elb::register_instances(call, world),
        (Service::Elb, "DeregisterInstancesFromLoadBalancer") => elb::deregister_instances(call, world),
        (Service::ElbV2, "DescribeTargetGroupAttributes") => elbv2::describe_target_group_attributes(call, world),
        (Service::ElbV2, "RegisterTargets") => elbv2_register::register_targets(call, world),
        (Service::ElbV2, "DeregisterTargets") => elbv2_register::deregister_targets(call, world),
        (Service::ElbV2, "DescribeTargetGroups") => elbv2::describe_target_groups(call, world),
        (Service::ElbV2, "DescribeTargetHealth") => elbv2::describe_target_health(call, world),
        (Service::AutoScaling, "DescribeAutoScalingGroups") => autoscaling::describe_auto_scaling_groups(call, world),
        (Service::Ec2, "DescribeInstances") => ec2::describe_instances(call, world),
        (Service::Sts, "GetCallerIdentity") => Ok(sts::get_caller_identity(world)),
        (_, action) => {
            Err(Refusal::new(400, "InvalidAction", format!("The fake does not know the action '{action}'.")))
        }
    }
}

#[cfg(test)]
mod tests;
