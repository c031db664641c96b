//! `bellwether lb`: on moto, with boto3 as a second opinion; on servers that misbehave; and on none at all.

mod attributes;
mod changes;
mod confirm;
mod dry_run;
mod errors;
mod json;
mod patience;
mod patterns;
mod policies;
mod show;
mod support;
mod tutorial;
mod usage;
