//! What watching a node that may leave takes, and what it is good for; beside CloneSquad's own cs-instance-watcher where
//! `BELLWETHER_OLD_WATCHER` has the words that start it, such as `python3 /usr/local/sbin/cs-instance-watcher`.
//!
//! - `visitors`: a web site whose server leaves, with and without. `refusal`: how soon a new connection is refused.
//! - `block`: from the change of the state to the block in force. `rest`: memory and processor time meanwhile.
//! - `watchers`: the programs, each on an instance in a network of its own.

mod block;
mod refusal;
mod rest;
mod visitors;
mod watchers;

use crate::report::Requirements;

pub(crate) fn run(requirements: &mut Requirements) {
    visitors::run(requirements);
    refusal::run(requirements);
    block::run(requirements);
    rest::run(requirements);
}
