//! What all areas need.

use std::path::Path;

/// The binary under test.
pub(crate) fn bellwether() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellwether"))
}
