//! One queue: found by its name when it is first needed, and again when it is gone.

use std::cell::RefCell;
use std::time::Duration;

use bellwether_aws::{ApiError, ApiErrorKind, Aws, AwsSettings, Message, Queue, Queues, Receive};
use bellwether_core::environment::Environment;
use bellwether_host::{clock, random};

use super::log::Log;

/// How long one attempt at AWS may take where the boto files do not say.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The first pause after a failure; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// AWS's queues of the configured region.
pub(super) fn queues(region: Option<&str>, environment: &Environment) -> Queues {
    Queues::new(&Aws::new(AwsSettings {
        region: region.map(str::to_owned),
        default_timeout: Some(TIMEOUT),
        environment: environment.clone(),
        ..AwsSettings::default()
    }))
}

/// A queue.
pub(super) struct Mailbox {
    queues: Queues,
    name: String,
    found: RefCell<Option<Queue>>,
}

impl Mailbox {
    pub(super) fn new(queues: &Queues, name: &str) -> Self {
        Self { queues: queues.clone(), name: name.to_owned(), found: RefCell::new(None) }
    }

    /// Receives once. Cancel-safe: nothing is lost with messages that stay in the queue.
    ///
    /// # Errors
    /// When there is no such queue, or AWS refuses or does not answer.
    pub(super) async fn receive(&self, how: &Receive) -> Result<Vec<Message>, ApiError> {
        let queue = self.queue().await?;
        self.looked_at(self.queues.receive(&queue, how).await)
    }

    /// Sends, and tries again for as long as it is of use to anybody. Whether it was sent; if not, the log tells.
    pub(super) async fn send(&self, what: &str, body: &str, patience: Duration, log: &Log) -> bool {
        let until = clock::mono() + patience;
        let mut pauses = Pauses::default();
        loop {
            let error = match self.try_send(body).await {
                Ok(()) => return true,
                Err(error) => error,
            };
            let pause = pauses.next();
            if clock::mono() + pause > until || error.kind == ApiErrorKind::Invalid {
                log.error(&format!("{what} is not sent: {error}; {}", error.remedy));
                return false;
            }
            log.debug(&format!("{what} is not sent yet: {error}"));
            clock::sleep_until(clock::mono() + pause).await;
        }
    }

    async fn try_send(&self, body: &str) -> Result<(), ApiError> {
        let queue = self.queue().await?;
        self.looked_at(self.queues.send(&queue, body).await).map(drop)
    }

    async fn queue(&self) -> Result<Queue, ApiError> {
        if let Some(queue) = self.found.borrow().clone() {
            return Ok(queue);
        }
        let queue = self.queues.find(&self.name).await?.ok_or_else(|| ApiError {
            kind: ApiErrorKind::NotFound,
            message: format!("there is no queue {}", self.name),
            remedy: "check its name and region, or make it with 'bellwether env create'".to_owned(),
        })?;
        *self.found.borrow_mut() = Some(queue.clone());
        Ok(queue)
    }

    /// A queue that is gone may have been made again under another URL.
    fn looked_at<T>(&self, result: Result<T, ApiError>) -> Result<T, ApiError> {
        if result.as_ref().is_err_and(|error| error.kind == ApiErrorKind::NotFound) {
            *self.found.borrow_mut() = None;
        }
        result
    }
}

/// The pauses between attempts, not the same on all hosts. Never long: whoever mends the network waits for us.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    failed: u32,
}

impl Pauses {
    /// The next pause.
    pub(super) fn next(&mut self) -> Duration {
        let longest = FIRST_PAUSE.saturating_mul(1 << self.failed.min(10)).min(LONGEST_PAUSE);
        self.failed = self.failed.saturating_add(1);
        longest.mul_f64(0.5 + random::fraction() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_some_seconds_and_no_further() {
        let mut pauses = Pauses::default();
        let all: Vec<Duration> = (0..1_000).map(|_| pauses.next()).collect();
        assert!(all[0] <= FIRST_PAUSE && all[0] >= FIRST_PAUSE / 2, "{:?}", all[0]);
        assert!(all[10..].iter().all(|pause| (LONGEST_PAUSE / 2..=LONGEST_PAUSE).contains(pause)));
    }
}
