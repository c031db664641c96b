//! Work that is done piece by piece beside the run, in its order.

use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How many pieces may wait: a wrapper has a start, an end, and rarely a lost run to tell of.
const CAPACITY: usize = 16;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A queue and its worker, which ends with it.
pub(super) struct Queue {
    sender: mpsc::Sender<Work>,
    worker: JoinSet<()>,
}

impl Queue {
    /// An empty one. Must be called within a runtime.
    pub(super) fn new() -> Self {
        let (sender, mut receiver) = mpsc::channel::<Work>(CAPACITY);
        let mut worker = JoinSet::new();
        worker.spawn(async move {
            while let Some(work) = receiver.recv().await {
                work.await;
            }
        });
        Self { sender, worker }
    }

    /// Puts work behind all that waits.
    pub(super) fn push(&self, work: impl Future<Output = ()> + Send + 'static) {
        if self.sender.try_send(Box::pin(work)).is_err() {
            tracing::warn!("a notice was left out: too many are waiting");
        }
    }

    /// Waits until all is done, but no longer than `limit`; what is not done then is given up. Whether all was done.
    pub(super) async fn finish(self, limit: Duration) -> bool {
        let Self { sender, mut worker } = self;
        drop(sender);
        timeout(limit, worker.join_next()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn work_is_done_in_its_order_even_when_the_first_takes_longest() {
        let done = Arc::new(Mutex::new(Vec::new()));
        let queue = Queue::new();
        for (number, pause) in [(1, 50), (2, 10), (3, 0)] {
            let done = Arc::clone(&done);
            queue.push(async move {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                done.lock().unwrap().push(number);
            });
        }
        assert!(queue.finish(Duration::from_secs(60)).await);
        assert_eq!(*done.lock().unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up() {
        let kept = Arc::new(());
        let held = Arc::clone(&kept);
        let queue = Queue::new();
        queue.push(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        assert!(!queue.finish(Duration::from_millis(20)).await);
        while Arc::strong_count(&kept) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
