//! The loop that carries out what the claim's state machine says: the only effects of a run.

use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;

use bellwether_core::claim::{Action, Contender, Entry, Event, Exit, Liveness, Outcome, Record, Run, State, Verdict};
use bellwether_core::report::Report;
use bellwether_core::store::{ClaimStore, StoreError, Swap, Version};
use bellwether_core::time::Mono;
use bellwether_host::child::Ended;
use bellwether_host::clock;
use bellwether_host::files::private_dir;
use bellwether_host::lock::{RunLock, probe};
use bellwether_host::signals::{Signal, Signals};

use super::account::{Account, OfRun};
use super::launch::{CommandEnd, JobChild, Launch, Output, RunVariables};
use super::losses::Losses;
use crate::exit_status;
use crate::failure::Failure;
use crate::notices::Notices;
use crate::wiring::store::OpenStore;

/// A wrapper at work on one tick.
pub(crate) struct Claimed<'a> {
    contender: Contender,
    run: Run,
    claims: Arc<dyn ClaimStore>,
    locks: Option<PathBuf>,
    store_name: String,
    launch: &'a Launch,
    signals: &'a mut Signals,
    notices: &'a mut Notices,
    lock: Option<RunLock>,
    output: Output,
    account: Account,
    losses: Losses,
    child: Option<JobChild>,
    /// How the command ended, while the machine has not been told.
    ended: Option<Exit>,
    /// The signal that told this wrapper to end.
    told_to_end: Option<Signal>,
    /// Whether the machine knows that; told again and again, it would never come to wait.
    interruption_told: bool,
    /// The store's last complaint, said once.
    complaint: Option<Failure>,
}

/// How the loop ended.
pub(crate) struct Finished {
    pub(crate) verdict: Verdict,
    pub(crate) told_to_end: Option<Signal>,
    /// What the store, or its locks, complained of last.
    pub(crate) complaint: Option<Failure>,
    /// The run, when a command was started or was to be.
    pub(crate) report: Option<Report>,
}

impl<'a> Claimed<'a> {
    pub(crate) fn new(
        contender: Contender,
        store: &OpenStore,
        launch: &'a Launch,
        signals: &'a mut Signals,
        notices: &'a mut Notices,
    ) -> Self {
        Self {
            run: Run::new(contender.clone()),
            contender,
            claims: store.claims.clone(),
            locks: store.locks.clone(),
            store_name: store.name.clone(),
            launch,
            signals,
            notices,
            lock: None,
            output: Output::new(),
            account: Account::default(),
            losses: Losses::default(),
            child: None,
            ended: None,
            told_to_end: None,
            interruption_told: false,
            complaint: None,
        }
    }

    /// Runs the tick, or finds out that it is not to be run here.
    pub(crate) async fn drive(mut self) -> Finished {
        let mut event = Event::Begin;
        loop {
            let action = self.run.step(event, clock::now());
            self.set_guard();
            event = match action {
                Action::Read { by } => self.read(by).await,
                Action::Swap { expected, record, entries, by } => self.swap(expected, *record, entries, by).await,
                Action::Append { entry, by } => self.append(*entry, by).await,
                Action::Wait { until } => self.wait(until).await,
                Action::Start(record) => self.start(&record),
                Action::Stop { kill_at } => self.stop(kill_at),
                Action::End(verdict) => return self.finish(verdict),
            };
        }
    }

    fn finish(mut self, verdict: Verdict) -> Finished {
        if let Some(lock) = self.lock.take()
            && let Err(error) = lock.release()
        {
            tracing::warn!("the run's lock file stays behind: {error}");
        }
        let report = self.report(&verdict);
        Finished { verdict, told_to_end: self.told_to_end, complaint: self.complaint, report }
    }

    fn report(&self, verdict: &Verdict) -> Option<Report> {
        let Verdict::Ran { end, .. } = verdict else { return None };
        let Contender { job, tick, run_id, node, .. } = &self.contender;
        self.account.report(OfRun { job, tick: *tick, run_id, node }, *end, &self.output)
    }

    /// Tells the guard until when the command may live without news from this process.
    fn set_guard(&mut self) {
        let Some(child) = &mut self.child else { return };
        let told = match self.run.deadline() {
            Some((term_at, kill_at)) => child.set_deadline(term_at, kill_at),
            None => child.clear_deadline(),
        };
        if let Err(error) = told {
            tracing::warn!("the command's guard cannot be told its deadline: {error}");
        }
    }

    async fn read(&mut self, by: Mono) -> Event {
        let (claims, job) = (self.claims.clone(), self.contender.job.clone());
        match self.beside_command(async move { claims.read(&job).await }, by).await {
            Some(Ok(snapshot)) => {
                let seen =
                    self.losses.seen(snapshot.current.as_ref().map(|(record, _)| record), &self.contender.run_id);
                self.tell_of_losses(seen);
                let liveness = snapshot.current.as_ref().map_or(Liveness::Unknown, |(record, _)| self.liveness(record));
                Event::Read { snapshot: Box::new(snapshot), liveness }
            }
            failed => {
                self.complain(failed.and_then(Result::err));
                Event::ReadFailed
            }
        }
    }

    /// What this host's locks tell of the run that is waited for: that of the record, or the one it has displaced.
    fn liveness(&self, record: &Record) -> Liveness {
        let awaited = match &record.displaced {
            _ if record.run_id != self.contender.run_id => record.is_live().then_some(&record.run_id),
            Some(displaced) if !displaced.stopped => Some(&displaced.run_id),
            _ => None,
        };
        match (&self.locks, awaited) {
            (Some(locks), Some(run_id)) => probe(locks, run_id),
            _ => Liveness::Unknown,
        }
    }

    async fn swap(&mut self, expected: Option<Version>, record: Record, mut entries: Vec<Entry>, by: Mono) -> Event {
        if record.state == State::Claimed && self.lock.is_none() && !self.take_lock() {
            return Event::SwapFailed;
        }
        entries.iter_mut().for_each(|entry| self.attach_output(entry));
        self.losses.sent(&entries, &self.contender.run_id);
        let (claims, job) = (self.claims.clone(), self.contender.job.clone());
        let swap = async move { claims.swap(&job, expected.as_ref(), &record, &entries).await };
        match self.beside_command(swap, by).await {
            Some(Ok(Swap::Swapped(version))) => {
                let lost = self.losses.confirmed();
                self.tell_of_losses(lost);
                Event::Swapped(version)
            }
            Some(Ok(Swap::Conflict)) => {
                self.losses.refused();
                Event::Conflict
            }
            Some(Err(error @ (StoreError::Unavailable { .. } | StoreError::Unreadable { .. }))) => {
                self.losses.refused();
                self.complain(Some(error));
                Event::SwapFailed
            }
            failed => {
                self.complain(failed.and_then(Result::err));
                Event::SwapUnknown
            }
        }
    }

    fn tell_of_losses(&mut self, lost: Vec<Entry>) {
        for entry in lost {
            self.notices.found_lost(&Report::of_lost(&entry));
        }
    }

    /// Before a claim is made its lock is held, so that nobody on this host can take the claim for dead.
    fn take_lock(&mut self) -> bool {
        let Some(locks) = &self.locks else { return true };
        let taken = private_dir(locks).map_err(Into::into).and_then(|()| RunLock::take(locks, &self.contender.run_id));
        match taken {
            Ok(lock) => {
                self.lock = Some(lock);
                true
            }
            Err(error) => {
                let message = format!("the run's lock in {} cannot be had: {error}", locks.display());
                self.complaint = Some(Failure::unavailable(message).remedy("check the directory and who owns it"));
                false
            }
        }
    }

    async fn append(&mut self, mut entry: Entry, by: Mono) -> Event {
        self.attach_output(&mut entry);
        let claims = self.claims.clone();
        match self.beside_command(async move { claims.append(&entry).await }, by).await {
            Some(Ok(())) => Event::Appended,
            failed => {
                self.complain(failed.and_then(Result::err));
                Event::AppendFailed
            }
        }
    }

    fn attach_output(&self, entry: &mut Entry) {
        if entry.run_id == self.contender.run_id && entry.outcome != Outcome::Skipped {
            entry.output = self.output.kept();
        }
    }

    fn complain(&mut self, error: Option<StoreError>) {
        let silent = || {
            Failure::unavailable(format!("the store {} did not answer in time", self.store_name))
                .remedy("check the store with: bellwether doctor")
        };
        self.complaint = Some(error.map_or_else(silent, Failure::from));
    }

    /// Waits for an answer while the command's output flows on and signals are passed to it.
    async fn beside_command<T>(&mut self, operation: impl Future<Output = T>, by: Mono) -> Option<T> {
        tokio::pin!(operation);
        loop {
            tokio::select! {
                biased;
                answer = &mut operation => return Some(answer),
                ended = ended(&mut self.child) => self.command_ended(ended),
                signal = self.signals.next() => self.pass_on(signal),
                () = clock::sleep_until(by) => return None,
            }
        }
    }

    async fn wait(&mut self, until: Mono) -> Event {
        loop {
            if let Some(exit) = self.ended.take() {
                return Event::CommandEnded(exit);
            }
            if self.told_to_end.is_some() && self.child.is_none() && !self.interruption_told {
                self.interruption_told = true;
                return Event::Interrupted;
            }
            tokio::select! {
                biased;
                ended = ended(&mut self.child) => self.command_ended(ended),
                signal = self.signals.next() => self.pass_on(signal),
                () = clock::sleep_until(until) => return Event::Woke,
            }
        }
    }

    fn command_ended(&mut self, ended: Ended) {
        self.child = None;
        let end = self.launch.end(ended, self.told_to_end.is_some());
        self.account.ended(end, clock::now());
        self.ended = Some(end.exit);
    }

    fn pass_on(&mut self, signal: Signal) {
        // USR1 and USR2 mean what the command takes them for; the others ask for the end.
        if !matches!(signal, Signal::SIGUSR1 | Signal::SIGUSR2) {
            self.told_to_end = Some(signal);
        }
        if let Some(child) = &self.child
            && let Err(error) = child.signal(signal)
        {
            tracing::warn!("{signal} cannot be passed on to the command: {error}");
        }
    }

    fn start(&mut self, record: &Record) -> Event {
        let now = clock::now();
        self.account.starting(record.attempt, record.fence, now);
        match self.try_start(record) {
            Ok(child) => {
                self.child = Some(child);
                if self.account.is_news() {
                    self.notices.started(record.tick, &record.run_id, &record.node, now.wall);
                }
                Event::Woke
            }
            Err(end) => {
                self.account.ended(end, clock::now());
                Event::CommandEnded(end.exit)
            }
        }
    }

    fn try_start(&self, record: &Record) -> Result<JobChild, CommandEnd> {
        if let Some(signal) = self.told_to_end {
            return Err(CommandEnd::interrupted(signal));
        }
        let lock = self.lock.as_ref().map(|lock| lock.as_fd().try_clone_to_owned()).transpose();
        let lock = lock.map_err(|error| {
            self.launch.console.error(&format!("the command was not started: no file can be opened: {error}"));
            CommandEnd::not_started(exit_status::CANNOT_EXECUTE, false)
        })?;
        self.launch.start(environment_of(&self.contender, record), lock, self.run.deadline(), &self.output)
    }

    fn stop(&mut self, kill_at: Mono) -> Event {
        if let Some(child) = &mut self.child {
            child.terminate(kill_at);
        }
        Event::Woke
    }
}

/// The end of the command; never, when none runs.
async fn ended(child: &mut Option<JobChild>) -> Ended {
    match child {
        Some(child) => child.ended().await,
        None => std::future::pending().await,
    }
}

/// What the command is told about its run.
fn environment_of(contender: &Contender, record: &Record) -> Vec<(String, String)> {
    RunVariables {
        job: &contender.job,
        tick: record.tick,
        run_id: &record.run_id,
        attempt: record.attempt,
        fence: record.fence,
        node: &record.node,
    }
    .list()
}
