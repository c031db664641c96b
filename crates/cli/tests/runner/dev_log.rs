//! `/dev/log`, played in a mount namespace of the program's own.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_testkit::process::{Run, Sandbox};

/// A program where `/dev` holds what the directory holds, to be given as the next argument.
pub(crate) fn behind_dev(sandbox: &Sandbox, dev: &Path) -> Run {
    sandbox.run("unshare").args(["--mount", "--propagation", "private", "sh", "-c", WITH_DEV, "sh"]).arg(dev)
}

/// Puts a directory in the place of `/dev`, with the devices that programs cannot do without, and becomes the program.
/// Its process id stays that of the shell.
const WITH_DEV: &str = "set -e; dev=$1; shift
    for name in null zero urandom; do touch $dev/$name; mount --bind /dev/$name $dev/$name; done
    mount --rbind $dev /dev
    exec \"$@\"";

/// A directory for [`behind_dev`], where nobody listens yet.
pub(crate) fn dev(sandbox: &Sandbox) -> PathBuf {
    let dev = sandbox.path().join("dev");
    std::fs::create_dir(&dev).unwrap();
    dev
}

/// A daemon that listens there.
pub(crate) fn daemon(dev: &Path) -> UnixDatagram {
    let daemon = UnixDatagram::bind(dev.join("log")).unwrap();
    daemon.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    daemon
}

/// The next message that it is sent.
pub(crate) fn receive(daemon: &UnixDatagram) -> String {
    let mut buffer = [0; 65_536];
    let length = daemon.recv(&mut buffer).expect("a message");
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}
