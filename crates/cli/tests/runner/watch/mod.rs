//! `bellwether watch`: the real program against a fake CloneSquad, metadata service and AWS, each test in a network of
//! its own.

mod crashes;
mod daemon;
mod drains;
mod health;
mod lifecycle;
mod metadata;
mod neighbours;
mod sequences;
mod shutdown;
mod single;
mod support;
mod syslog;
mod usage;
mod visitors;
mod webhooks;
