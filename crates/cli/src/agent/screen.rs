//! What a command has to tell its caller, while the caller is being told: never more than its bounds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bellwether_core::fleet::bytes::Bytes;
use bellwether_core::fleet::output::Bounded;
use bellwether_core::fleet::reply::{Done, Event, Output, Stream};
use bellwether_core::time::Mono;
use bellwether_host::child::{self, Observer};
use tokio::sync::Notify;

/// Shared between the command and the telling. Clones are the same one.
#[derive(Clone)]
pub(super) struct Screen(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    news: Notify,
}

struct State {
    started: Told,
    out: Bounded,
    err: Bounded,
    done: Option<Done>,
    ended_at: Option<Mono>,
}

/// Something that is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    NotYet,
    ToBe,
    Already,
}

impl Screen {
    /// Keeps so many bytes of each end of each stream.
    pub(super) fn new(limit: usize) -> Self {
        let state = State {
            started: Told::NotYet,
            out: Bounded::new(limit),
            err: Bounded::new(limit),
            done: None,
            ended_at: None,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), news: Notify::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The command runs.
    pub(super) fn started(&self) {
        self.state().started = Told::ToBe;
        self.0.news.notify_one();
    }

    /// The command has ended. What was dropped of its output is added.
    pub(super) fn ended(&self, done: Done, now: Mono) -> Done {
        let mut state = self.state();
        state.out.finish();
        state.err.finish();
        let done = Done { dropped_out: state.out.dropped(), dropped_err: state.err.dropped(), ..done };
        state.done = Some(done.clone());
        state.ended_at = Some(now);
        drop(state);
        self.0.news.notify_one();
        done
    }

    /// What is to be told next, each once; the end comes last.
    pub(super) fn next(&self) -> Option<Event> {
        let mut state = self.state();
        if state.started == Told::ToBe {
            state.started = Told::Already;
            return Some(Event::Started);
        }
        for stream in [Stream::Out, Stream::Err] {
            let bounded = if stream == Stream::Out { &mut state.out } else { &mut state.err };
            if let Some(part) = bounded.next_part() {
                return Some(Event::Output(Output { stream, offset: part.offset, bytes: Bytes(part.bytes) }));
            }
        }
        state.done.take().map(Event::Done)
    }

    /// Waits for something to tell. Cancel-safe.
    pub(super) async fn news(&self) {
        self.0.news.notified().await;
    }

    /// When the command has ended; none while it runs.
    pub(super) fn ended_at(&self) -> Option<Mono> {
        self.state().ended_at
    }
}

impl Observer for Screen {
    fn observe(&mut self, stream: child::Stream, bytes: &[u8]) {
        let mut state = self.state();
        let bounded = if stream == child::Stream::Out { &mut state.out } else { &mut state.err };
        bounded.push(bytes);
        let is_news = bounded.has_part();
        drop(state);
        if is_news {
            self.0.news.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::fleet::reply::Outcome;

    use super::*;

    #[test]
    fn the_start_comes_first_and_the_end_last() {
        let mut screen = Screen::new(4);
        screen.observe(child::Stream::Err, b"err");
        screen.observe(child::Stream::Out, b"0123456789");
        screen.started();
        let done = Done { outcome: Outcome::Exited(0), duration_ms: 1, dropped_out: 0, dropped_err: 0 };
        let done = screen.ended(done, Mono::default());
        assert_eq!((done.dropped_out, done.dropped_err), (2, 0));
        let told: Vec<Event> = std::iter::from_fn(|| screen.next()).collect();
        let output = |stream, offset, text: &str| {
            Event::Output(Output { stream, offset, bytes: Bytes(text.as_bytes().to_vec()) })
        };
        let wanted = [
            Event::Started,
            output(Stream::Out, 0, "0123"),
            output(Stream::Out, 6, "6789"),
            output(Stream::Err, 0, "err"),
            Event::Done(done),
        ];
        assert_eq!(told, wanted);
    }
}
