//! The readers: each takes any bytes, and must neither panic nor break what it promises.

pub(crate) mod admit;
pub(crate) mod envelope;
pub(crate) mod facts;
pub(crate) mod filter;
pub(crate) mod legacy;
pub(crate) mod policy;
pub(crate) mod reply;
pub(crate) mod request;
