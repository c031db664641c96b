//! A wire between a store and its server that counts round trips and breaks when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the wire does with what the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Passes it on.
    Whole,
    /// Keeps it back, and holds the line.
    Silent,
    /// Breaks the line as soon as the server has answered.
    CutAtAnswer,
}

/// A wire to a port of this host.
pub(crate) struct Wire {
    port: u16,
    mode: watch::Sender<Mode>,
    round_trips: Arc<AtomicUsize>,
}

impl Wire {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mode, watched) = watch::channel(Mode::Whole);
        let wire = Self { port: listener.local_addr().unwrap().port(), mode, round_trips: Arc::default() };
        let counter = Arc::clone(&wire.round_trips);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                tokio::spawn(carry(client, server, watched.clone(), Arc::clone(&counter)));
            }
        });
        wire
    }

    /// A URL that leads through the wire.
    pub(crate) fn instead_of(&self, port: u16, url: &str) -> String {
        url.replace(&format!(":{port}/"), &format!(":{}/", self.port))
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// How many round trips there were since this was last asked.
    pub(crate) fn round_trips(&self) -> usize {
        self.round_trips.swap(0, Ordering::SeqCst)
    }
}

async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    mode: watch::Receiver<Mode>,
    round_trips: Arc<AtomicUsize>,
) {
    let (mut from_client, mut from_server) = ([0; 65_536], [0; 65_536]);
    let mut is_asking = false;
    loop {
        tokio::select! {
            read = client.read(&mut from_client) => {
                let Some(length) = read.ok().filter(|length| *length > 0) else { return };
                is_asking = true;
                if server.write_all(&from_client[..length]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut from_server) => {
                let Some(length) = read.ok().filter(|length| *length > 0) else { return };
                if std::mem::take(&mut is_asking) {
                    round_trips.fetch_add(1, Ordering::SeqCst);
                }
                let now = *mode.borrow();
                match now {
                    Mode::Whole => if client.write_all(&from_server[..length]).await.is_err() { return },
                    Mode::Silent => tokio::time::sleep(Duration::from_secs(60)).await,
                    Mode::CutAtAnswer => return,
                }
            }
        }
    }
}
