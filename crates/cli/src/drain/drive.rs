//! The loop that carries out what a run of [`bellwether_core::drain`] says, and nothing else.

use std::pin::pin;

use bellwether_aws::Drains;
use bellwether_core::drain::{Action, Event, Journal, Report, Run};
use bellwether_host::clock;

/// How a run ended, and what has ended it before its time, if anything has.
pub(crate) struct Driven<S> {
    pub(crate) report: Report,
    pub(crate) stopped: Option<S>,
}

/// Carries a run out to its end. `keep` keeps the journal, durably, or says why not; `tell` sees the run after every
/// step, and what is done next; when `stop` is ready the run gives up, and still ends by itself.
pub(crate) async fn drive<S>(
    mut run: Run,
    drains: &Drains,
    mut keep: impl FnMut(&Journal) -> Result<(), String>,
    mut tell: impl FnMut(&Run, &Action),
    stop: impl Future<Output = S>,
) -> Driven<S> {
    let mut stop = pin!(stop);
    let (mut stopped, mut event) = (None, Event::Begin);
    loop {
        let action = run.step(event, clock::now());
        tell(&run, &action);
        event = match action {
            Action::Done(report) => return Driven { report, stopped },
            Action::Save(journal) => keep(&journal).map_or_else(Event::SaveFailed, |()| Event::Saved),
            action if stopped.is_some() => carry_out(drains, &action).await,
            action => tokio::select! {
                biased;
                why = &mut stop => {
                    stopped = Some(why);
                    Event::Interrupted
                }
                event = carry_out(drains, &action) => event,
            },
        };
    }
}

async fn carry_out(drains: &Drains, action: &Action) -> Event {
    if let Action::Wait { until } = action {
        clock::sleep_until(*until).await;
    }
    // What is not AWS's to do is a wait here.
    drains.carry_out(action).await.unwrap_or(Event::Woke)
}
