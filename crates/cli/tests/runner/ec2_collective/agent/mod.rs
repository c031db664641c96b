//! The drop-in `ec2-cagent`, against queues of moto into which a test puts what a master would.

mod commands;
mod configuration;
mod crashes;
mod documentation;
mod facts;
mod floods;
mod limits;
mod pings;
mod policy;
mod queue;
mod starts;
mod support;
mod trouble;
