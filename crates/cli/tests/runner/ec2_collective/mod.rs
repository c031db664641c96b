//! The legacy protocol of EC2 Collective: `ec2-cmaster` and `ec2-cagent`, beside programs that play those of 2014.
//!
//! - `agent`: our agent, with a master that the tests play on the wire.
//! - `master`: our master. `interop`: every kind of master with every kind of agent, and several of each at once.
//! - `old_agent.py`, `old_master.py`: the programs of old. `queues.py`: raw access to the queues.

mod agent;
mod interop;
mod master;
mod support;
