//! A caller's calls.
//!
//! - [`open`]: the key, the transport and what is remembered. `memory`: whom a caller believes, and what it learns of nodes.
//!   [`inventory`]: the nodes there are.
//! - `results`: what is kept of an earlier call.
//! - `opener`: checks the signatures of what comes in, on all cores.
//! - [`drive`]: carries out what the call's state machine says. [`show`]: who is told what happens; [`warnings`]: what is
//!   not believed; `unheard`: what to look for when nobody answers. [`interrupt`]: Ctrl-C, TERM and HUP.

pub(crate) mod drive;
pub(crate) mod interrupt;
pub(crate) mod inventory;
mod memory;
pub(crate) mod open;
mod opener;
mod results;
pub(crate) mod show;
mod unheard;
pub(crate) mod warnings;

use std::sync::Arc;

use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::CallerTransport;

use self::memory::Memory;
use crate::render::console::Console;

/// What every call needs.
pub(crate) struct Caller {
    pub(crate) environment: EnvironmentName,
    pub(crate) transport: Arc<dyn CallerTransport>,
    pub(crate) key: SigningKey,
    /// What the caller calls itself.
    pub(crate) name: String,
    memory: Memory,
    console: Console,
}
