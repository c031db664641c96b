//! The connection to the servers: a request is either answered within its limit, or given up for good.
//!
//! The client library keeps what is to be sent while it is disconnected, and sends it when it has reconnected: a swap
//! could be made long after its caller was told that it had failed. Three limits are set against that:
//!
//! - Nothing is given to a client that is known to have lost its connection: a loss ends its use, and the next call
//!   connects anew.
//! - A client that loses its connection tries each server once more and then ends, with all that it still holds.
//! - A client that did not answer in time is left behind too. That also finds the other servers when one vanishes
//!   without closing its connections.
//!
//! What remains: the connection breaks, or the kernel holds the bytes back, just as a swap is handed over, and it
//! arrives late. It then is what every late message on a network is: it names the revision it expects, so it changes
//! nothing once anybody else has changed the record; and if nobody has, it is found by its run and beat.

use std::path::PathBuf;
use std::sync::{Arc, Mutex as PlainMutex, PoisonError};
use std::time::Duration;

use async_nats::client::{RequestError, RequestErrorKind};
use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event, HeaderMap, Message, Request, ServerAddr};
use bellwether_core::text::shown;
use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};

use super::NatsOptions;
use super::failure::Failure;
use super::obstacle::Obstacle;
use super::servers::{Identity, Servers};

/// How soon a silent connection is asked whether it still lives.
const PING: Duration = Duration::from_secs(10);
/// How long to wait before servers that could not be reached are tried again, within the same limit.
const PAUSE: Duration = Duration::from_millis(100);
/// Which part of the limit a question is first waited for.
const HASTE: u32 = 4;
/// Messages that wait in the process at most: to be sent, and to be read of what one batch brings.
const MOST_COMMANDS: usize = 128;
pub(super) const MOST_UNREAD: usize = 512;

/// Whether a request may be sent again when its connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It only asks.
    Question,
    /// It changes something.
    Order,
}

/// What is sent.
struct Letter {
    kind: Kind,
    subject: String,
    headers: HeaderMap,
    payload: Vec<u8>,
}

/// How far a request has come, for the time when there is no more time.
#[derive(Default)]
struct Progress {
    /// The connection that it was last given to.
    connection: Option<Arc<Connection>>,
    /// Why there is none at this moment.
    obstacle: Option<Obstacle>,
}

impl Progress {
    /// Whether it is held by no server: an order was not sent, a question has no one to answer it.
    fn is_unconnected(&self) -> bool {
        self.connection.is_none() || self.obstacle.is_some()
    }
}

/// A client, used until its first connection ends.
pub(super) struct Connection {
    pub(super) client: Client,
    lost: watch::Receiver<bool>,
    /// Whether it was given up, for it does not answer.
    left: watch::Sender<bool>,
    troubles: watch::Receiver<Troubles>,
}

/// What a connection was told outside any answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Troubles {
    /// What the server last complained of.
    pub(super) complaint: Option<String>,
    /// How many messages were dropped, for nobody had read those before them.
    pub(super) dropped: u64,
}

/// The connection ended before the answer came.
pub(super) struct Lost;

impl Connection {
    fn is_usable(&self) -> bool {
        self.client.connection_state() == State::Connected && !*self.lost.borrow()
    }

    /// Waits for something that cannot come any more when the connection is lost.
    pub(super) async fn unless_lost<T>(&self, answer: impl Future<Output = T>) -> Result<T, Lost> {
        let mut lost = self.lost.clone();
        tokio::select! {
            biased;
            answer = answer => Ok(answer),
            _ = lost.wait_for(|lost| *lost) => Err(Lost),
        }
    }

    /// Waits until it is lost or given up.
    pub(super) async fn ended(&self) {
        let (mut lost, mut left) = (self.lost.clone(), self.left.subscribe());
        tokio::select! {
            _ = lost.wait_for(|lost| *lost) => (),
            _ = left.wait_for(|left| *left) => (),
        }
    }

    /// What it is told from now on.
    pub(super) fn troubles(&self) -> watch::Receiver<Troubles> {
        let mut troubles = self.troubles.clone();
        troubles.mark_unchanged();
        troubles
    }

    async fn ask(&self, letter: &Letter) -> Result<Result<Message, Failure>, Lost> {
        let request = Request::new().headers(letter.headers.clone()).payload(letter.payload.clone().into());
        let answer = self.client.send_request(letter.subject.clone(), request.timeout(None));
        let answer = self.unless_lost(answer).await?;
        answer.map_or_else(|error| request_failure(&error).map(Err), |message| Ok(Ok(message)))
    }
}

/// The servers of a place, and the connection to one of them.
pub(super) struct Link {
    servers: Vec<ServerAddr>,
    identity: Identity,
    ca_file: Option<PathBuf>,
    /// How the subjects begin at which answers are awaited; none: as the library has it.
    inbox: Option<String>,
    most_unread: usize,
    limit: Duration,
    current: Mutex<Option<Arc<Connection>>>,
    /// What a server last complained of, outside any answer: a missing permission is told only so.
    complaint: Arc<PlainMutex<Option<String>>>,
}

impl Link {
    /// A link that connects when it is first used. At most so many messages wait to be read of each subscription.
    pub(super) fn new(servers: &Servers, options: NatsOptions, most_unread: usize) -> Result<Self, std::io::Error> {
        Ok(Self {
            servers: servers.addresses()?,
            identity: servers.identity.clone(),
            ca_file: options.ca_file,
            inbox: None,
            most_unread,
            limit: options.timeout.clamp(Duration::from_millis(10), Duration::from_secs(3_600)),
            current: Mutex::new(None),
            complaint: Arc::default(),
        })
    }

    /// Awaits answers at subjects that begin so, and which permissions can thus tell from those of others.
    pub(super) fn with_inbox(self, prefix: Option<String>) -> Self {
        Self { inbox: prefix, ..self }
    }

    /// How many messages wait to be read of each subscription at most.
    pub(super) fn most_unread(&self) -> usize {
        self.most_unread
    }

    /// How long a call may take.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// Sends a request and waits for its answer, within a limit.
    pub(super) async fn request(
        &self,
        kind: Kind,
        limit: Duration,
        subject: String,
        headers: HeaderMap,
        payload: Vec<u8>,
    ) -> Result<Message, Failure> {
        let letter = Letter { kind, subject, headers, payload };
        let mut progress = Progress::default();
        // On the heap: what connecting takes would stand several times on the stack of whoever waits for two requests.
        let exchange = Box::pin(self.exchange(&letter, limit / HASTE, &mut progress));
        let answer = match timeout(limit, exchange).await {
            Ok(answer) => answer,
            Err(_) if progress.is_unconnected() => Err(not_reached(limit, progress.obstacle.take())),
            Err(_) => Err(Failure::NoAnswer(format!("no answer within {} ms", limit.as_millis()))),
        };
        match (answer, progress.connection) {
            (Err(Failure::NoAnswer(why)), Some(connection)) => {
                self.leave(&connection);
                Err(Failure::NoAnswer(self.with_complaint(why)))
            }
            (answer, _) => answer,
        }
    }

    /// Sends a request until it is answered; one that changes something, once.
    ///
    /// While leaders change, servers drop requests without a word. So a question is soon asked once more, of another
    /// server perhaps, and then waited for as long as there is time.
    async fn exchange(&self, letter: &Letter, haste: Duration, progress: &mut Progress) -> Result<Message, Failure> {
        let mut hasty = letter.kind == Kind::Question;
        loop {
            let connection = self.usable(&mut progress.obstacle).await?;
            let connection = progress.connection.insert(connection);
            let asking = connection.ask(letter);
            let asked = if hasty { timeout(haste, asking).await.unwrap_or(Err(Lost)) } else { asking.await };
            hasty = false;
            match (asked, letter.kind) {
                (Ok(answer), _) => return answer,
                (Err(Lost), Kind::Question) => self.leave(connection),
                (Err(Lost), Kind::Order) => return Err(Failure::NoAnswer("the connection was lost".to_owned())),
            }
        }
    }

    /// A connection that is usable at this moment, within the limit.
    pub(super) async fn connected(&self) -> Result<Arc<Connection>, Failure> {
        let mut obstacle = None;
        match timeout(self.limit, self.usable(&mut obstacle)).await {
            Ok(connection) => connection,
            Err(_) => Err(not_reached(self.limit, obstacle)),
        }
    }

    /// Forgets a connection that does not answer. Who holds the lock meanwhile is replacing it already.
    pub(super) fn leave(&self, connection: &Arc<Connection>) {
        if let Ok(mut current) = self.current.try_lock()
            && current.as_ref().is_some_and(|current| Arc::ptr_eq(current, connection))
        {
            connection.left.send_replace(true);
            *current = None;
        }
    }

    /// A connection that is usable at this moment. Until there is one, `obstacle` tells why, for the caller that ends
    /// the waiting.
    async fn usable(&self, obstacle: &mut Option<Obstacle>) -> Result<Arc<Connection>, Failure> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref().filter(|connection| connection.is_usable()) {
            return Ok(Arc::clone(connection));
        }
        *current = None;
        loop {
            let (tell_lost, lost) = watch::channel(false);
            let (tell_troubles, troubles) = watch::channel(Troubles::default());
            match self.options(tell_lost, tell_troubles).connect(&self.servers[..]).await {
                Ok(client) => {
                    *obstacle = None;
                    let connection = Connection { client, lost, left: watch::Sender::new(false), troubles };
                    return Ok(Arc::clone(current.insert(Arc::new(connection))));
                }
                Err(error) => *obstacle = Some(Obstacle::of(&error)?),
            }
            sleep(PAUSE).await;
        }
    }

    fn options(&self, tell_lost: watch::Sender<bool>, tell_troubles: watch::Sender<Troubles>) -> ConnectOptions {
        let servers = self.servers.len();
        // Every server gets its share of the limit, so that one that swallows packets does not eat it all.
        let share = self.limit / u32::try_from(servers).unwrap_or(u32::MAX);
        let complaint = Arc::clone(&self.complaint);
        let options = ConnectOptions::new()
            .name("bellwether")
            .connection_timeout(share)
            .max_reconnects(servers)
            // The servers of the URL are those that its certificates are for, and that this node may reach.
            .ignore_discovered_servers()
            .request_timeout(None)
            .ping_interval(PING)
            .client_capacity(MOST_COMMANDS)
            .subscription_capacity(self.most_unread)
            .event_callback(move |event| {
                match event {
                    Event::Disconnected | Event::Closed => {
                        tell_lost.send_replace(true);
                    }
                    Event::ServerError(error) => {
                        let said = shown(&error.to_string());
                        tell_troubles.send_modify(|troubles| troubles.complaint = Some(said.clone()));
                        *complaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
                    }
                    Event::SlowConsumer(_) => tell_troubles.send_modify(|troubles| troubles.dropped += 1),
                    _ => {}
                }
                std::future::ready(())
            });
        let options = match &self.ca_file {
            Some(file) => options.add_root_certificates(file.clone()),
            None => options,
        };
        let options = match &self.inbox {
            Some(prefix) => options.custom_inbox_prefix(prefix),
            None => options,
        };
        match self.identity.clone() {
            Identity::Anonymous => options,
            Identity::Token(token) => options.token(token),
            Identity::User { name, password } => options.user_and_password(name, password),
        }
    }

    fn with_complaint(&self, why: String) -> String {
        match self.complaint.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(complaint) => format!("{why}; the server said: {complaint}"),
            None => why,
        }
    }
}

fn not_reached(limit: Duration, obstacle: Option<Obstacle>) -> Failure {
    let (obstacle, remedy) = Obstacle::in_words(obstacle);
    Failure::NotSent { why: format!("no connection within {} ms{obstacle}", limit.as_millis()), remedy }
}

/// What went wrong, unless it is the connection.
fn request_failure(error: &RequestError) -> Result<Failure, Lost> {
    match error.kind() {
        RequestErrorKind::NoResponders => Ok(Failure::NobodyThere),
        RequestErrorKind::InvalidSubject => {
            Ok(Failure::NotSent { why: error.to_string(), remedy: "name another bucket in the URL of the store" })
        }
        RequestErrorKind::MaxPayloadExceeded => {
            Ok(Failure::NotSent { why: error.to_string(), remedy: "raise max_payload in the server's configuration" })
        }
        // The library's 'other' is a client that ended before the answer came, and perhaps after the sending.
        RequestErrorKind::TimedOut | RequestErrorKind::Other => Err(Lost),
    }
}
