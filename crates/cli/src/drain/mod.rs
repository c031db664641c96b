//! Taking nodes out of their load balancers and putting them back: what carries out [`bellwether_core::drain::Run`].
//!
//! - `drive`: the loop, for every command that drains or waits.
//! - `journal`: where the journal of a node is kept, and the lock of the one that works on it.
//! - `wait`: `--wait` of the commands that register and deregister.
//! - `progress`: what is told meanwhile.
//! - `report`: what is told at the end, and the exit status; `missing`: why it is not reached in a place.

pub(crate) mod drive;
pub(crate) mod journal;
pub(crate) mod missing;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod wait;
