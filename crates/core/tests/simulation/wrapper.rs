//! One wrapper and its command, on a node with clocks of its own.

use std::time::Duration;

use bellwether_core::claim::{Exit, Run};
use bellwether_core::time::{Mono, Now};

use crate::dice::Dice;
use crate::plan::{Ms, Plan};
use crate::store::calendar;
use crate::weather::OfNode;

/// The clocks of a node: none agrees with another's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clocks {
    /// What the boot clock showed at virtual 0, in nanoseconds.
    boot: u64,
    /// Nanoseconds of the boot clock in a true millisecond.
    pace: u64,
    /// How far the calendar clock is ahead.
    pub(crate) ahead: i64,
}

impl Clocks {
    pub(crate) fn draw(plan: &Plan, dice: &mut Dice) -> Self {
        let pace = (1_000_000 + dice.around_zero(plan.drift)) as u64;
        Self { boot: dice.below(1 << 50), pace, ahead: dice.around_zero(plan.clock_offset) }
    }

    pub(crate) fn now(&self, at: Ms) -> Now {
        let mono = Mono::since_boot(Duration::from_nanos(self.boot + at * self.pace));
        Now { mono, wall: calendar((at as i64 + self.ahead) as Ms) }
    }

    /// The first virtual instant at which the boot clock has come to `mono`: nobody is woken too early.
    pub(crate) fn instant(&self, mono: Mono) -> Ms {
        (mono.elapsed_since_boot().as_nanos() as u64).saturating_sub(self.boot).div_ceil(self.pace)
    }
}

/// A command that was started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Command {
    pub(crate) ends: Ms,
    pub(crate) exit: Exit,
}

/// A wrapper at work.
pub(crate) struct Wrapper {
    pub(crate) run: Run,
    pub(crate) node: usize,
    pub(crate) clocks: Clocks,
    pub(crate) begun: Ms,
    /// When it is killed, or its node crashes; its command dies with it.
    pub(crate) dies: Option<Ms>,
    /// While it is stopped and its guard is not.
    pub(crate) stopped: Option<(Ms, Ms)>,
    /// When it is told to end.
    pub(crate) interrupted: Option<Ms>,
    pub(crate) command: Option<Command>,
    /// When the guard kills the command.
    pub(crate) guard: Option<Ms>,
}

impl Wrapper {
    /// When it can go on, if it cannot act now.
    pub(crate) fn resumes(&self, node: &OfNode, now: Ms) -> Option<Ms> {
        let alone = self.stopped.filter(|(from, to)| (*from..*to).contains(&now)).map(|(_, to)| to);
        alone.or(node.suspended.at(now).map(|spell| spell.to))
    }

    /// Whether it has been killed, stopped or told to end.
    pub(crate) fn is_disturbed(&self, node: &OfNode, now: Ms) -> bool {
        let come = |at: Option<Ms>| at.is_some_and(|at| at <= now);
        come(self.dies)
            || come(self.stopped.map(|(from, _)| from))
            || come(self.interrupted)
            || node.suspended.touch(self.begun, now)
    }

    /// When its command ends, by itself or by force.
    pub(crate) fn command_end(&self) -> Option<Ms> {
        let forced = self.guard.unwrap_or(Ms::MAX).min(self.dies.unwrap_or(Ms::MAX));
        self.command.map(|command| command.ends.min(forced))
    }

    /// Whether its command runs. With a suspended node it does not, and when that resumes too late its guard is there.
    pub(crate) fn is_command_alive(&self, node: &OfNode, now: Ms) -> bool {
        self.command_end().is_some_and(|end| now < end) && node.suspended.at(now).is_none()
    }

    /// A command that its guard has killed stays dead, whatever deadline is set after.
    pub(crate) fn bury_command(&mut self, now: Ms, retryable: bool) {
        let Some(guard) = self.guard.filter(|guard| *guard <= now) else { return };
        if let Some(command) = self.command.as_mut().filter(|command| guard < command.ends) {
            *command = Command { ends: guard, exit: Exit { status: 137, retryable } };
        }
    }
}

/// When a command that starts now and needs so long has run, if it sleeps whenever its node does.
pub(crate) fn natural_end(node: &OfNode, now: Ms, needs: Ms) -> Ms {
    let (mut seen, mut ends) = (now, now + needs);
    while let Some(spell) = node.suspended.next_after(seen).filter(|spell| spell.from < ends) {
        (seen, ends) = (spell.from, ends + (spell.to - spell.from));
    }
    ends
}
