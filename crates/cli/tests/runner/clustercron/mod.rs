//! The drop-in `clustercron`, as its users call it, against the fakes, moto, and release 1.0.1 itself.

mod aws_failures;
mod cache;
mod cache_files;
mod choice;
mod command_line;
mod configuration;
mod differences;
mod differential;
mod documentation;
mod logs;
mod manual;
mod metadata;
mod metadata_faults;
mod moto;
mod old;
mod output;
mod rounds;
mod secrets;
mod signals;
mod statuses;
mod support;
mod syslog;
