//! The legacy protocol of EC2 Collective (`ec2-cmaster`, `ec2-cagent`), as its last release of 2014 speaks it over
//! three SQS queues. Nothing in it is signed: whoever may send to a queue is believed.
//!
//! - [`message`]: what travels. [`cap`]: how much of it. [`names`]: the names in it, checked at the door.
//! - [`filter`]: which agents a command is for. [`round`]: the run of a master. [`config`]: the old configuration files.

pub mod cap;
pub mod config;
pub mod filter;
pub mod message;
pub mod names;
pub mod round;
