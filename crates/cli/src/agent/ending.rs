//! The end: no more commands are taken, those that run may end by themselves for a while, and their callers are told.

use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::time::Mono;
use bellwether_host::clock;
use bellwether_host::signals::{Signal, Signals};

use super::daemon::{Daemon, Happened};

/// From TERM to KILL, for commands whose grace is over.
const KILL_AFTER: Duration = Duration::from_secs(5);
/// How long results may take to arrive when their commands have ended; what does not is told after the next start.
const LAST_WORDS: Duration = Duration::from_secs(5);

impl Daemon {
    pub(super) async fn end(mut self, signals: &mut Signals) {
        self.is_ending = true;
        self.manager.stopping();
        self.station.gauges.is_ending();
        let over_at = clock::mono() + self.limits.grace;
        self.say_how_long();
        let mut last = None;
        while !self.jobs.is_empty() && last.is_none_or(|last| clock::mono() < last) {
            let now = clock::mono();
            if now >= over_at && self.stop.borrow().is_none() {
                self.kill(now);
            }
            if self.station.running() == 0 && last.is_none() {
                last = Some(now + LAST_WORDS);
            }
            let wake = last.unwrap_or(over_at + KILL_AFTER).min(if now < over_at { over_at } else { now + LAST_WORDS });
            tokio::select! {
                happened = self.next(signals) => match happened {
                    Happened::Told(Signal::SIGTERM | Signal::SIGINT | Signal::SIGQUIT) => self.kill(clock::mono()),
                    happened => self.attend(happened),
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
                let grace = duration::display(self.limits.grace);
                self.station.log.info(&format!("stopping; {running} commands that run have {grace} to end"));
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
        station.transport.close().await;
    }
}
