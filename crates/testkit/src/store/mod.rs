//! Support for claim stores: the in-memory twin, a wrapper that makes any store fail, and the suite every store
//! must pass.

pub mod conformance;
pub mod fixtures;

mod faulty;
mod memory;

pub use faulty::{Fault, FaultyStore, Rates};
pub use memory::MemoryStore;
