//! The way of nftables.
//!
//! - `ruleset`: the table as text. `listing`: the table as `nft` lists it, read back.

mod listing;
pub(super) mod ruleset;

use serde_json::Value;

use super::error::FirewallError;
use super::found::Found;
use super::ports::Ports;
use super::tool::Tool;
use ruleset::{FAMILY, TABLE};

/// Lists what there is, which a table of a name cannot be told apart from without: its absence is only a message.
const LIST_TABLES: [&str; 4] = ["-j", "list", "tables", FAMILY];
const LIST_OURS: [&str; 5] = ["-j", "list", "table", FAMILY, TABLE];
/// Loads all of its standard input, or nothing.
const LOAD: [&str; 2] = ["-f", "-"];

/// Uses `nft`.
#[derive(Debug)]
pub(super) struct Nft {
    tool: Tool,
}

impl Nft {
    pub(super) fn with(tool: Tool) -> Self {
        Self { tool }
    }

    /// What is there of our table.
    pub(super) async fn found(&self) -> Result<Found, FirewallError> {
        if !listing::has_our_table(&self.list(&LIST_TABLES).await?) {
            return Ok(Found::Absent);
        }
        // A table that cannot be listed, because another version of `nft` made it or it went this moment, is replaced
        // or removed without a look; if that fails too, it says why.
        let ports = self.list(&LIST_OURS).await.ok().as_ref().and_then(listing::blocked);
        Ok(ports.map_or(Found::Altered, Found::Blocks))
    }

    /// Replaces our table, or removes it.
    pub(super) async fn load(&self, wanted: Option<&Ports>) -> Result<(), FirewallError> {
        self.tool.run(&LOAD, &ruleset::ruleset(wanted)).await.map(drop)
    }

    async fn list(&self, arguments: &[&str]) -> Result<Value, FirewallError> {
        let printed = self.tool.run(arguments, "").await?;
        serde_json::from_str(&printed).map_err(|error| FirewallError::Unreadable {
            command: self.tool.command(arguments),
            reason: error.to_string(),
        })
    }
}
