//! What every run does: it tells that it began, works, and tells that it ended.
//!
//! `start TICK RUN ATTEMPT FENCE NODE UPTIME alone|beside` and `end RUN UPTIME`, in one file for all nodes. A run holds
//! a lock that the kernel frees when the last of its processes dies; who cannot get it runs beside another.

use std::path::{Path, PathBuf};

/// The file the lines are in.
const LINES: &str = "lines";
/// The file that ends a command of [`until_released`].
const RELEASE: &str = "release";

/// Works for 0.3 s.
pub(super) fn short() -> String {
    around("sleep 0.3")
}

/// Works until it is released.
pub(super) fn until_released() -> String {
    around(&format!("until [ -e {RELEASE} ]; do sleep 0.1; done"))
}

fn around(work: &str) -> String {
    format!(
        r#"exec 9>>alive
if flock --nonblock 9; then how=alone; else how=beside; fi
read -r now rest < /proc/uptime
run="$BELLWETHER_RUN_ID"
echo "start $BELLWETHER_TICK $run $BELLWETHER_ATTEMPT $BELLWETHER_FENCE $BELLWETHER_NODE $now $how" >> {LINES}
{work}
read -r now rest < /proc/uptime
echo "end $run $now" >> {LINES}"#
    )
}

/// The lines of commands that ran in this directory.
pub(super) fn lines(directory: &Path) -> String {
    std::fs::read_to_string(directory.join(LINES)).unwrap_or_default()
}

/// Lets the commands of [`until_released`] in this directory end.
pub(super) fn release(directory: &Path) {
    let path: PathBuf = directory.join(RELEASE);
    std::fs::write(path, "").unwrap();
}
