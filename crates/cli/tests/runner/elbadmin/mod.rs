//! The drop-in `elbadmin`, as its users call it, beside elbadmin 0.2 itself, against the fake and moto.

mod command_line;
mod commands;
mod converted;
mod differences;
mod documentation;
mod failures;
mod generated_changes;
mod generated_views;
mod old;
mod settings;
