//! A line that says how far it is, on a terminal, where it takes long.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use super::console::Console;

/// How long nothing is said: most questions are answered by then.
const QUIET: Duration = Duration::from_secs(1);
/// How often the line is written again.
const PACE: Duration = Duration::from_millis(250);

/// Waits for a future. When it takes long, a line says how far it is, and goes away in the end.
pub(crate) async fn with_progress<T>(
    console: Console,
    text: impl Fn() -> String,
    future: impl Future<Output = T>,
) -> T {
    if !console.shows_progress() {
        return future.await;
    }
    let mut future = pin!(future);
    let mut pause = QUIET;
    loop {
        match tokio::time::timeout(pause, &mut future).await {
            Ok(done) => {
                if pause == PACE {
                    console.progress("");
                }
                return done;
            }
            Err(_) => console.progress(&text()),
        }
        pause = PACE;
    }
}
