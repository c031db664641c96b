//! The fakes and moto against what they are there for: boto3, and clustercron 1.0.1 itself.

#![allow(clippy::unwrap_used, reason = "a test program")]

mod clustercron;
mod fake_elb;
mod fake_elb_draining;
mod moto;
