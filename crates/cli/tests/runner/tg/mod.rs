//! `bellwether tg`: on moto, with boto3 as a second opinion, and on a fake that has every state.

mod changes;
mod errors;
mod show;
mod support;
