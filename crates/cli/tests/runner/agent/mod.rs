//! `bellwether agent` with real NATS servers and real commands; the caller is the library alone.

mod commands;
mod configuration;
mod ends;
mod outputs;
mod refusals;
mod support;
