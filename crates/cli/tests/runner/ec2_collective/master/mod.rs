//! The drop-in `ec2-cmaster`, with agents of old.

mod answers;
mod crowded;
mod failures;
mod stops;
mod wire;
