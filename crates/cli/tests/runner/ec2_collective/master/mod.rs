//! The drop-in `ec2-cmaster`, with agents of old.

mod answers;
mod crowded;
mod documentation;
mod failures;
mod stops;
mod trouble;
mod wire;
