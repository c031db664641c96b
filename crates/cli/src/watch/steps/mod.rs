//! One file for each kind of step.

pub(super) mod complete;
pub(super) mod drain;
pub(super) mod hooks;
pub(super) mod settle;
pub(super) mod webhook;
