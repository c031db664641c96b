//! The transport of commands on NATS servers.
//!
//! - `subjects`: what everything is called.
//! - `connection`, `barrier`: sending, and knowing that the server has taken it.
//! - `listener`, `inbox`: receiving, whatever becomes of the connection, within bounds.
//! - `agent`, `caller`: the two sides.
//! - `inventory`: what is known of the nodes. `durable`: what is kept for nodes and callers that are away.
//! - `failure`: errors in words.
//!
//! Everything but the inventory and durable calls needs no JetStream. Permissions can be given by subject:
//!
//! | who | publishes | subscribes |
//! |---|---|---|
//! | agent | `bw.ENV.reply.*`, `$KV.bw_ENV_nodes.node.ID`, `$JS.API.STREAM.INFO.KV_bw_ENV_nodes`, `_INBOX.bw.ENV.agent.ID.>` | `bw.ENV.all`, `bw.ENV.node.ID`, `bw.ENV.deliver.ID`, `_INBOX.bw.ENV.agent.ID.>` |
//! | agent, to make the inventory | `$JS.API.STREAM.CREATE.KV_bw_ENV_nodes` | |
//! | agent, durable | `bw.ENV.durable.reply.*`, `$JS.ACK.bw_ENV_requests.n-ID.>` | |
//! | caller | `bw.ENV.all`, `bw.ENV.node.*`, `$JS.API.>` for the inventory, `_INBOX.bw.ENV.caller.>` | `bw.ENV.reply.*`, `_INBOX.bw.ENV.caller.>` |
//! | caller, durable | `bw.ENV.durable.node.*`, `$JS.API.>` | `bw.ENV.durable.reply.*` |
//! | caller who cleans | `$KV.bw_ENV_nodes.node.*` | |
//!
//! In a cluster, a server learns a moment later what agents of the other servers have subscribed to: a request that is
//! sent in the very moment in which an agent starts may miss it. Replies never miss their caller: its subscription
//! travels ahead of its request.

mod agent;
mod barrier;
mod caller;
mod connection;
mod durable;
mod failure;
mod inbox;
mod inventory;
mod listener;
mod subjects;

pub use agent::AgentLink;
pub use caller::CallerLink;
pub use connection::Connection;
pub use inventory::Announcement;
