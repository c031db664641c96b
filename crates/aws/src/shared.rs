//! One fetch for all who want the same thing at the same time.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

type Cell<T, E> = Arc<OnceCell<Result<T, E>>>;

/// A value that is fetched once and kept. Users that come while a fetch is under way wait for its result, failures
/// included; a failure is not kept for those who come later.
#[derive(Debug)]
pub(crate) struct Shared<T, E> {
    current: Mutex<Cell<T, E>>,
}

impl<T, E> Default for Shared<T, E> {
    fn default() -> Self {
        Self { current: Mutex::default() }
    }
}

impl<T: Clone, E: Clone> Shared<T, E> {
    /// The kept value when it is `usable`, else a newly fetched one.
    pub(crate) async fn get<F, Fetch>(&self, usable: impl Fn(&T) -> bool, fetch: F) -> Result<T, E>
    where
        F: FnOnce() -> Fetch,
        Fetch: Future<Output = Result<T, E>>,
    {
        let cell = self.cell(usable);
        cell.get_or_init(fetch).await.clone()
    }

    /// The kept value, whatever it is worth.
    pub(crate) fn kept(&self) -> Option<T> {
        self.lock().get().and_then(|result| result.as_ref().ok().cloned())
    }

    /// Keeps a value that came in another way.
    pub(crate) fn keep(&self, value: T) {
        *self.lock() = Arc::new(OnceCell::new_with(Some(Ok(value))));
    }

    fn cell(&self, usable: impl Fn(&T) -> bool) -> Cell<T, E> {
        let mut current = self.lock();
        let worn_out = match current.get() {
            Some(Ok(value)) => !usable(value),
            Some(Err(_)) => true,
            None => false,
        };
        if worn_out {
            *current = Cell::default();
        }
        current.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Cell<T, E>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn users_at_the_same_time_share_one_fetch_and_its_failure() {
        let shared = Shared::<u32, u32>::default();
        let fetches = AtomicU32::new(0);
        let get = || {
            shared.get(
                |_| true,
                || async {
                    tokio::task::yield_now().await;
                    Err(fetches.fetch_add(1, Ordering::SeqCst))
                },
            )
        };
        assert_eq!(tokio::join!(get(), get(), get()), (Err(0), Err(0), Err(0)));
        assert_eq!(get().await, Err(1), "a failure is not kept");
    }

    #[tokio::test]
    async fn a_value_is_kept_until_it_is_worn_out() {
        let shared = Shared::<u32, u32>::default();
        assert_eq!(shared.get(|_| true, || async { Ok(1) }).await, Ok(1));
        assert_eq!(shared.get(|_| true, || async { Ok(2) }).await, Ok(1));
        assert_eq!(shared.get(|value| *value != 1, || async { Ok(3) }).await, Ok(3));
        shared.keep(4);
        assert_eq!(shared.kept(), Some(4));
    }
}
