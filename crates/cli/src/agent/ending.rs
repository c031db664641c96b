//! The end: no more commands are taken, those that run may end by themselves for a while, and their callers are told.

use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::time::Mono;
use bellwether_host::clock;
use bellwether_host::signals::{Signal, Signals};

use super::daemon::{Daemon, Happened};
use super::plan::Grace;

/// From TERM to KILL, for commands whose grace is over.
const KILL_AFTER: Duration = Duration::from_secs(5);
/// How long results may take to arrive when their commands have ended; what does not is told after the next start.
const LAST_WORDS: Duration = Duration::from_secs(5);

impl Daemon {
    pub(super) async fn end(mut self, signals: &mut Signals) {
        self.is_ending = true;
        self.manager.stopping();
        self.station.gauges.is_ending();
        let over_at = match self.limits.grace {
            Grace::For(grace) => Some(clock::mono() + grace),
            Grace::Unlimited => None,
        };
        self.say_how_long();
        let mut last = None;
        while !self.jobs.is_empty() && last.is_none_or(|last| clock::mono() < last) {
            let now = clock::mono();
            if over_at.is_some_and(|over_at| now >= over_at) && self.stop.borrow().is_none() {
                self.kill(now);
            }
            if self.station.running() == 0 && last.is_none() {
                last = Some(now + LAST_WORDS);
            }
            // Nobody tells when a command has ended whose result is still on its way.
            let look_again = now + LAST_WORDS;
            let wake =
                [last, over_at.filter(|over_at| now < *over_at)].into_iter().flatten().fold(look_again, Mono::min);
            tokio::select! {
                happened = self.next(signals) => match happened {
                    Happened::Told(Signal::SIGTERM | Signal::SIGINT | Signal::SIGQUIT) => self.kill(clock::mono()),
                    happened => self.attend(happened).await,
                },
                () = clock::sleep_until(wake) => {}
            }
        }
        self.leave().await;
    }

    fn say_how_long(&self) {
        match self.station.running() {
            0 => self.station.log.info("stopping"),
            running => {
                let how_long = match self.limits.grace {
                    Grace::For(grace) => format!("have {} to end", duration::display(grace)),
                    Grace::Unlimited => "have all the time they take (agent.grace); a second TERM ends them".to_owned(),
                };
                self.station.log.info(&format!("stopping; {running} commands that run {how_long}"));
            }
        }
    }

    /// Ends all commands; a second order changes nothing.
    fn kill(&self, now: Mono) {
        if self.station.running() > 0 && self.stop.borrow().is_none() {
            self.station.log.warning("the commands that still run are ended");
        }
        self.stop.send_if_modified(|kill_at| {
            let is_new = kill_at.is_none();
            kill_at.get_or_insert(now + KILL_AFTER);
            is_new
        });
    }

    async fn leave(self) {
        let Self { station, presence, mut errands, .. } = self;
        presence.leave(&station).await;
        // Whoever cannot be reached is not waited for.
        let _ = tokio::time::timeout(LAST_WORDS, errands.all_done()).await;
        station.account.close();
        station.transport.close().await;
    }
}
