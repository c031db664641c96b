//! Groups, identity, AWS, and the commands that show them.

mod asg_and_tag;
mod balancers;
mod completions;
mod configuration;
mod credentials;
mod doctor;
mod doctor_failures;
mod endpoints;
mod errors;
mod iam;
mod identity;
mod leader;
mod lists;
mod man;
mod moto;
mod once;
mod reference;
mod region;
mod stores;
pub(crate) mod support;
