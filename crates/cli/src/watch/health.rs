//! Answers questions for health and metrics, by HTTP/1.1.

use std::net::SocketAddr;
use std::time::Duration;

use bellwether_core::time::Mono;
use bellwether_host::clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::failure::Failure;

/// The longest request that is read, in bytes.
const LONGEST_REQUEST: usize = 4 * 1024;
/// How long a question and its answer may take.
const LIMIT: Duration = Duration::from_secs(5);
/// How many may ask at the same time; others wait.
const AT_ONCE: usize = 8;
/// After an error of the listener, such as too many open files.
const PAUSE: Duration = Duration::from_secs(1);

/// What can be told of a program's health.
pub(crate) trait Vitals: Clone + Send + Sync + 'static {
    /// Whether all is well, and a line for each thing that matters.
    fn health(&self, now: Mono) -> (bool, String);

    /// The metrics (Prometheus, text-based exposition format 0.0.4).
    fn metrics(&self, now: Mono) -> String;
}

/// Listens until it is dropped.
pub(crate) struct Health {
    /// The address that was asked for; its port may be 0.
    pub(crate) wanted: SocketAddr,
    /// The address it listens at.
    pub(crate) address: SocketAddr,
    _task: JoinSet<()>,
}

impl Health {
    /// Listens at this address.
    ///
    /// # Errors
    /// When that cannot be done.
    pub(crate) async fn start(wanted: SocketAddr, vitals: &impl Vitals) -> Result<Self, Failure> {
        let failed = |error| {
            Failure::unavailable(format!("cannot listen at {wanted} for questions of health: {error}"))
                .remedy("give another address with --health-listen")
        };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let vitals = vitals.clone();
        let mut task = JoinSet::new();
        task.spawn(async move { serve(&listener, &vitals).await });
        Ok(Self { wanted, address, _task: task })
    }
}

async fn serve(listener: &TcpListener, vitals: &impl Vitals) {
    let mut open = JoinSet::new();
    loop {
        if open.len() >= AT_ONCE {
            open.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => {
                let vitals = vitals.clone();
                open.spawn(async move {
                    // Whoever is too slow or speaks something else gets no answer.
                    let _ = timeout(LIMIT, answer(stream, &vitals)).await;
                });
            }
            Err(_) => sleep(PAUSE).await,
        }
        while open.try_join_next().is_some() {}
    }
}

async fn answer(mut stream: TcpStream, vitals: &impl Vitals) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        if request.len() >= LONGEST_REQUEST || stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let (status, media_type, body) = reply(&String::from_utf8_lossy(&request), vitals);
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

fn reply(request: &str, vitals: &impl Vitals) -> (&'static str, &'static str, String) {
    const TEXT: &str = "text/plain; charset=utf-8";
    let mut words = request.lines().next().unwrap_or_default().split(' ');
    match (words.next(), words.next()) {
        (Some("GET"), Some("/" | "/health")) => {
            let (fresh, text) = vitals.health(clock::mono());
            (if fresh { "200 OK" } else { "503 Service Unavailable" }, TEXT, text)
        }
        (Some("GET"), Some("/metrics")) => {
            ("200 OK", "text/plain; version=0.0.4; charset=utf-8", vitals.metrics(clock::mono()))
        }
        (Some("GET"), _) => ("404 Not Found", TEXT, "ask for / or /metrics\n".to_owned()),
        _ => ("405 Method Not Allowed", TEXT, "only GET is answered\n".to_owned()),
    }
}
