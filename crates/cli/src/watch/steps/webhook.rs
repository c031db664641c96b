//! Telling a web server.

use std::time::Duration;

use bellwether_core::watch::Occasion;
use bellwether_engines::courier::{Courier, Message, Patience};

use super::super::work::{GiveUp, Tools};

/// How long and how often it is tried. The node may have two minutes left.
const PATIENCE: Patience = Patience {
    attempt: Duration::from_secs(10),
    pauses: &[Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)],
    total: Duration::from_secs(45),
};

pub(in super::super) async fn tell(tools: &Tools, occasion: &Occasion, mut give_up: GiveUp) -> Result<(), String> {
    let Some((url, template)) = &tools.webhook else { return Err("no webhook is configured".to_owned()) };
    let node = tools.identity().await?.id;
    let environment = tools.environment.clone();
    // Reading the certificates blocks, and is not worth the memory of a daemon that may never need them.
    let courier = tokio::task::spawn_blocking(move || Courier::new(&environment)).await;
    let courier = courier.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    let media_type = ("content-type".to_owned(), "application/json".to_owned());
    let body = template.fill(&node, occasion).into_bytes();
    let message = Message { url: url.reveal().to_owned(), headers: vec![media_type], body };
    tokio::select! {
        sent = courier.post(&message, PATIENCE) => sent.map_err(|error| error.to_string()),
        () = give_up.told() => Err("given up".to_owned()),
    }
}
