//! Pings of starts and ends: in their order, for a start that arrived after its end would look like a run that never
//! ended.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::environment::Environment;
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::report::Report;
use bellwether_core::report::ping::{PingUrl, end_body, start_body};
use bellwether_core::time::Tick;
use bellwether_engines::courier::{Courier, Message, Patience};
use bellwether_host::clock;
use tokio::sync::OnceCell;

use super::queue::Queue;
use crate::render::console::Console;
use crate::wiring::context::Context;

/// How long the wrapper stays for its pings once the run is over and recorded.
const STAY: Duration = Duration::from_secs(10);
/// How much of that the pings before the last one may take.
const STAY_FOR_EARLIER: Duration = Duration::from_secs(3);

/// For pings that are sent beside the command.
const BESIDE: Patience = Patience {
    attempt: Duration::from_secs(10),
    pauses: &[Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)],
    total: Duration::from_secs(60),
};
/// For the ping of the end, which the wrapper waits for.
const AT_THE_END: Patience = Patience {
    attempt: Duration::from_secs(4),
    pauses: &[Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)],
    total: STAY,
};

/// The pings of one wrapper.
pub(super) struct Pings {
    url: PingUrl,
    sender: Arc<Sender>,
    queue: Queue,
    last: Option<Message>,
}

impl Pings {
    pub(super) fn new(url: &PingUrl, context: &Context) -> Self {
        let sender =
            Sender { environment: context.environment.clone(), courier: OnceCell::new(), console: context.console };
        Self { url: url.clone(), sender: Arc::new(sender), queue: Queue::new(), last: None }
    }

    pub(super) fn started(&self, job: &JobName, tick: Tick, run_id: &RunId, node: &NodeId) {
        self.push("start", message(self.url.for_start(run_id), start_body(job, tick, node)));
    }

    pub(super) fn found_lost(&self, report: &Report) {
        self.push("loss", message(self.url.for_end(report), end_body(report)));
    }

    pub(super) fn ended(&mut self, report: &Report) {
        self.last = Some(message(self.url.for_end(report), end_body(report)));
    }

    fn push(&self, of_what: &'static str, message: Message) {
        let sender = Arc::clone(&self.sender);
        self.queue.push(async move { sender.send(of_what, &message, BESIDE).await });
    }

    /// Sends the last ping when the earlier ones have arrived or had their time.
    pub(super) async fn delivered(self) {
        let until = clock::mono() + STAY;
        let limit = if self.last.is_some() { STAY_FOR_EARLIER } else { STAY };
        if !self.queue.finish(limit).await {
            self.sender.warn("an earlier ping was given up: it was not delivered in time");
        }
        if let Some(message) = self.last {
            let total = until.since(clock::mono());
            self.sender.send("end", &message, Patience { total, ..AT_THE_END }).await;
        }
    }
}

fn message(url: String, body: String) -> Message {
    let media_type = ("content-type".to_owned(), "text/plain; charset=utf-8".to_owned());
    Message { url, headers: vec![media_type], body: body.into_bytes() }
}

/// Who carries the pings. The courier comes with the first of them: reading certificates takes its time, which most
/// wrappers of a fleet, having nothing to tell, need not spend.
struct Sender {
    environment: Environment,
    courier: OnceCell<Option<Courier>>,
    console: Console,
}

impl Sender {
    async fn send(&self, of_what: &str, message: &Message, patience: Patience) {
        let Some(courier) = self.courier.get_or_init(|| self.courier()).await else { return };
        if let Err(error) = courier.post(message, patience).await {
            self.warn(&format!("the ping of the {of_what} was not delivered: {error}"));
        }
    }

    /// None when there cannot be one; that has been said then.
    async fn courier(&self) -> Option<Courier> {
        let environment = self.environment.clone();
        let made = tokio::task::spawn_blocking(move || Courier::new(&environment)).await;
        let problem = match made {
            Ok(Ok(courier)) => return Some(courier),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        self.warn(&format!("no ping can be sent: {problem}"));
        None
    }

    fn warn(&self, text: &str) {
        self.console.warning(text);
    }
}
