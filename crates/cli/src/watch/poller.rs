//! Asks every source again and again, each at its own pace.

use std::time::Duration;

use bellwether_core::notice::{NoticeError, Pace, Word};
use bellwether_core::time::Mono;
use bellwether_host::{clock, random};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::sources::{Heard, Source};

/// The longest pause while a source fails.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A source ends by itself, within seconds; one that does not is given up.
const LONGEST_QUESTION: Duration = Duration::from_secs(90);
/// Answers that wait to be heard.
const WAITING: usize = 64;

/// What came of a question.
pub(super) struct Polled {
    pub(super) source: Word,
    pub(super) result: Result<Heard, Failed>,
    pub(super) ended: Mono,
}

/// A question without an answer.
pub(super) enum Failed {
    Error(NoticeError),
    Silent,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error(error) => write!(f, "{}; {}", error.message, error.remedy),
            Self::Silent => f.write_str("it gave no answer; it is asked again"),
        }
    }
}

/// The questions; they end when it is dropped.
pub(super) struct Poller {
    names: Vec<Word>,
    answers: mpsc::Receiver<Polled>,
    _tasks: JoinSet<()>,
}

/// The longest time between two ends of questions to the same source.
pub(super) fn longest_round() -> Duration {
    LONGEST_PAUSE + LONGEST_QUESTION
}

impl Poller {
    /// Begins to ask all of them, once or for ever. Must be called within a runtime.
    pub(super) fn start(sources: Vec<Source>, period: Duration, once: bool) -> Self {
        let (sender, answers) = mpsc::channel(WAITING);
        let names = sources.iter().map(|source| source.name().clone()).collect();
        let mut tasks = JoinSet::new();
        for source in sources {
            tasks.spawn(ask_again_and_again(source, Pace { period, longest: LONGEST_PAUSE }, sender.clone(), once));
        }
        Self { names, answers, _tasks: tasks }
    }

    /// What the sources are called.
    pub(super) fn names(&self) -> &[Word] {
        &self.names
    }

    /// The next answer or failure; none when all were asked once and that was all. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Polled> {
        self.answers.recv().await
    }
}

async fn ask_again_and_again(source: Source, pace: Pace, sender: mpsc::Sender<Polled>, once: bool) {
    let mut failures = 0_u32;
    loop {
        let began = clock::now();
        let result = match tokio::time::timeout(LONGEST_QUESTION, source.ask(began)).await {
            Ok(answer) => answer.map_err(Failed::Error),
            Err(_) => Err(Failed::Silent),
        };
        failures = if result.is_ok() { 0 } else { failures.saturating_add(1) };
        let ended = clock::mono();
        let polled = Polled { source: source.name().clone(), result, ended };
        if sender.send(polled).await.is_err() || once {
            return;
        }
        let pause = pace.pause(ended.since(began.mono), failures, random::fraction());
        clock::sleep_until(ended + pause).await;
    }
}
