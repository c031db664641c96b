//! The fleet, as a caller and an agent of this machine see it.
//!
//! - [`key_file`]: the secret key of a caller or an agent. [`known_nodes`]: the agents' keys a caller remembers.
//! - [`calls`]: the calls whose results are kept. `private_file`: how all these files are read and replaced.
//! - [`lines`]: output in lines.
//! - [`audience`]: whom a call is for.
//! - [`caller`]: a caller's calls, from the first request to the last reply.

pub(crate) mod audience;
pub(crate) mod caller;
pub(crate) mod calls;
pub(crate) mod key_file;
pub(crate) mod known_nodes;
pub(crate) mod lines;
mod private_file;
