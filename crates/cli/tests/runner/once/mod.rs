//! `bellwether once` and `bellwether history` with the embedded store, and by health alone.

mod configuration;
mod crowd;
mod deaths;
mod disk;
mod environment;
mod groups;
mod history;
mod host;
mod notices;
mod outputs;
mod overlap;
mod retries;
mod signals;
mod standby;
mod statuses;
mod ticks;
mod timeouts;
mod unavailable;
mod usage;
