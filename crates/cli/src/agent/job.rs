//! One command: journal, start, output, end. The caller is told beside it, as fast as the transport takes it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bellwether_core::fleet::admit::{Believed, Known};
use bellwether_core::fleet::audit::{EndedAs, Entry, Verdict};
use bellwether_core::fleet::journal::{Line, SEQ_AFTER_RESTART, Untold};
use bellwether_core::fleet::reply::{Done, Event, Outcome, Refusal, Why};
use bellwether_core::fleet::request::{Action, Run};
use bellwether_core::fleet::transport::Receipt;
use bellwether_core::time::Mono;
use bellwether_host::child::How;
use bellwether_host::users::RunAs;
use bellwether_host::{clock, run};
use tokio::sync::watch;

use super::letters::Letters;
use super::plan::Limits;
use super::screen::Screen;
use super::station::Station;

/// After so much silence the caller is told that the command still runs.
const ALIVE_EVERY: Duration = Duration::from_secs(5);
/// The pause after a piece of output, so that many short lines travel together.
const GATHER: Duration = Duration::from_millis(40);
/// How long a result is kept, after its command has ended, for a caller that cannot be reached.
const KEPT: Duration = Duration::from_secs(3_600);
/// How long a refusal is tried to be told.
const REFUSAL: Duration = Duration::from_secs(10);

/// When running commands are to be killed; none while they may run.
pub(super) type Stop = watch::Receiver<Option<Mono>>;

/// A command that was let in.
pub(super) struct Job {
    pub(super) station: Arc<Station>,
    pub(super) believed: Box<Believed>,
    /// What must be on the disk before it starts: in the journal, and in the account.
    pub(super) line: Line,
    pub(super) entry: Entry,
    pub(super) receipt: Receipt,
    pub(super) limits: Limits,
    pub(super) stop: Stop,
}

impl Job {
    /// Does all of it. The running command was counted already.
    pub(super) async fn carry_out(self) {
        let Action::Run(run) = &self.believed.request.action else { return self.station.one_ended() };
        let user = match self.prepare(run).await {
            Ok(user) => user,
            Err(refusal) => {
                self.station.one_ended();
                return self.refuse(refusal).await;
            }
        };
        self.station.gauges.let_in();
        self.station.settle(&self.receipt).await;
        let limit = run.output_limit.min(self.limits.output);
        let screen = Screen::new(usize::try_from(limit).unwrap_or(usize::MAX));
        let letters = Letters::to(&self.station, &self.believed.request);
        let (told, ()) = tokio::join!(tell(letters, &screen), self.execute(run, &user, &screen));
        self.station.after(self.believed.known(), told);
    }

    /// Finds the user, and puts what is told of the command on the disk: the journal's line, after which it counts as
    /// run, and then the account's, so that the account tells of none that was not.
    async fn prepare(&self, run: &Run) -> Result<RunAs, Refusal> {
        let impossible = |detail: String| Refusal { why: Why::Impossible, detail };
        let user = match run.user.clone() {
            None => RunAs::ourselves(),
            Some(name) => {
                let found = tokio::task::spawn_blocking(move || RunAs::named(&name).map_err(|error| error.to_string()));
                found.await.unwrap_or_else(|panic| Err(panic.to_string())).map_err(impossible)?
            }
        };
        let unwritten = |what: &'static str| {
            move |error| impossible(format!("the node cannot write its {what} ({error}); nothing was run"))
        };
        self.station.ledger.sync(self.line.clone()).await.map_err(unwritten("journal"))?;
        self.station.account.secure(self.entry.clone()).await.map_err(unwritten("account of commands"))?;
        Ok(user)
    }

    async fn refuse(&self, refusal: Refusal) {
        self.station.gauges.refused(refusal.why);
        self.station.ledger.refuse(&self.believed);
        self.station.ledger.secure(self.believed.known()).await;
        self.station.settle(&self.receipt).await;
        self.station.account.add(&Entry {
            time: clock::now().wall,
            decision: Verdict::Refuse,
            why: refusal.detail.clone(),
            ..self.entry.clone()
        });
        let mut letters = Letters::to(&self.station, &self.believed.request);
        if let Err(lost) = letters.send(Event::Refused(refusal), deadline(REFUSAL)).await {
            self.station.not_delivered(&lost);
        }
    }

    async fn execute(&self, run: &Run, user: &RunAs, screen: &Screen) {
        let known = self.believed.known();
        self.station.ledger.start(known);
        let began = clock::mono();
        let outcome = self.run_it(run, user, screen).await;
        let duration_ms = u64::try_from(clock::mono().since(began).as_millis()).unwrap_or(u64::MAX);
        let done = screen.ended(Done { outcome, duration_ms, dropped_out: 0, dropped_err: 0 }, clock::mono());
        self.station.ledger.end(known, &done);
        self.station.one_ended();
        self.station.account_end(&self.believed, &done);
    }

    async fn run_it(&self, run: &Run, user: &RunAs, screen: &Screen) -> Outcome {
        let timeout = Duration::from_millis(run.timeout_ms).min(self.limits.longest);
        let request = &self.believed.request;
        let given = [
            ("BELLWETHER_REQUEST".to_owned(), request.id.to_string()),
            ("BELLWETHER_CALLER".to_owned(), self.believed.caller.to_string()),
        ];
        let mut child = match run::start(run, user, &given, timeout, screen.clone()) {
            Ok(child) => child,
            Err(why) => return Outcome::NotStarted(why),
        };
        screen.started();
        let mut stop = self.stop.clone();
        let ended = loop {
            let kill_at = *stop.borrow_and_update();
            if let Some(kill_at) = kill_at {
                child.terminate(kill_at);
            }
            tokio::select! {
                ended = child.ended() => break ended,
                // A sender that is gone asks for nothing any more.
                Ok(()) = stop.changed() => {}
            }
        };
        match (ended.timed_out, ended.how) {
            (true, _) => Outcome::TimedOut,
            (false, How::Exited(status)) => Outcome::Exited(status),
            (false, How::Signaled(signal)) => Outcome::Signaled(signal),
        }
    }
}

/// Tells the caller everything, in its order. Whether it was all taken.
async fn tell(mut letters: Letters, screen: &Screen) -> Result<(), String> {
    let began = clock::mono();
    let lost = |undelivered: super::letters::Undelivered| undelivered.0;
    let until = || screen.ended_at().map(|ended| ended + KEPT);
    letters.send(Event::Accepted, until).await.map_err(lost)?;
    loop {
        let Some(event) = screen.next() else {
            if tokio::time::timeout(ALIVE_EVERY, screen.news()).await.is_err() && screen.ended_at().is_none() {
                let running_ms = u64::try_from(clock::mono().since(began).as_millis()).unwrap_or(u64::MAX);
                letters.send(Event::Alive { running_ms }, until).await.map_err(lost)?;
            }
            continue;
        };
        let (is_last, is_output) = (event.is_last(), matches!(event, Event::Output(_)));
        letters.send(event, until).await.map_err(lost)?;
        if is_last {
            return Ok(());
        }
        if is_output && screen.ended_at().is_none() {
            tokio::time::sleep(GATHER).await;
        }
    }
}

/// Tells a caller what its agent did not live to tell.
pub(super) async fn make_up(station: Arc<Station>, untold: Untold) {
    let Untold { known, call, reply, durable, done } = untold;
    station.log.warning(&format!("request {} was cut off by the last end of this agent; its caller is told", known.id));
    station.account.add(&Entry {
        time: clock::now().wall,
        decision: Verdict::Done,
        why: "told after a restart".to_owned(),
        caller: None,
        key: Some(known.key),
        asked: None,
        ended: Some(ended_as(known, &done)),
    });
    let mut letters = Letters::from_number(&station, known.id, call, reply, durable, SEQ_AFTER_RESTART);
    let told = letters.send(Event::Done(done), deadline(KEPT)).await;
    station.after(known, told.map_err(|undelivered| undelivered.0));
}

/// The instant so much later than now, whenever it is asked for.
pub(super) fn deadline(later: Duration) -> impl Fn() -> Option<Mono> {
    let at = clock::mono() + later;
    move || Some(at)
}

fn ended_as(known: Known, done: &Done) -> EndedAs {
    EndedAs { id: known.id, outcome: done.outcome.clone(), duration_ms: done.duration_ms }
}

impl Station {
    fn one_ended(&self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }

    /// The caller knows, or will never know: nothing is left to do.
    fn after(&self, known: Known, told: Result<(), String>) {
        if let Err(why) = told {
            self.gauges.result_lost();
            self.log.error(&format!("the result of request {} is given up: {why}", known.id));
        }
        self.ledger.told(known);
    }

    fn account_end(&self, believed: &Believed, done: &Done) {
        self.gauges.ended(&done.outcome);
        self.account.add(&Entry {
            time: clock::now().wall,
            decision: Verdict::Done,
            why: "its command ended".to_owned(),
            caller: Some(believed.caller.clone()),
            key: Some(believed.key),
            asked: None,
            ended: Some(ended_as(believed.known(), done)),
        });
    }
}
