//! The programs of the Debian packages, and as whom they run.

use std::fs;
use std::io::{Read, Seek};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::unistd::geteuid;

/// Another process may take it before the server does; then the server does not start, and the test says so.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port()
}

/// The newest release's programs: Debian keeps them off the path.
fn program(name: &str) -> PathBuf {
    let releases = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = releases.map(|release| release.path().join("bin").join(name)).collect();
    found.retain(|path| path.exists());
    found.sort();
    found.pop().unwrap_or_else(|| panic!("no {name} under /usr/lib/postgresql: run tests/setup.sh"))
}

/// The server refuses to run as root.
pub(super) fn as_postgres(command: impl IntoIterator<Item = String>) -> Vec<String> {
    let user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"].map(str::to_owned);
    let user = user.into_iter().filter(|_| geteuid().is_root());
    user.chain(command).collect()
}

pub(super) fn command_line(name: &str, arguments: &[&str]) -> Vec<String> {
    let arguments = arguments.iter().map(|&argument| argument.to_owned());
    as_postgres(std::iter::once(program(name).display().to_string()).chain(arguments))
}

pub(super) fn run(name: &str, arguments: &[&str], more: &[&str]) {
    execute(&command_line(name, &[arguments, more].concat()));
}

pub(super) fn execute(command: &[String]) {
    // A server that stays keeps what it has inherited: a pipe would never end.
    let log = tempfile::tempfile().unwrap();
    let status = Command::new(&command[0])
        .args(&command[1..])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log.try_clone().unwrap())
        .status()
        .unwrap_or_else(|error| panic!("{} cannot be run: {error}; run tests/setup.sh", command[0]));
    assert!(status.success(), "'{}' failed: {}", command.join(" "), text_of(log));
}

fn text_of(mut file: fs::File) -> String {
    let mut text = String::new();
    let _ = file.rewind().and_then(|()| file.read_to_string(&mut text));
    text
}
