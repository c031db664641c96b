//! The readers: each takes any bytes, and must neither panic nor break what it promises.

pub(crate) mod facts;
pub(crate) mod filter;
