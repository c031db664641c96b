//! What the system tells by itself: from the kernel's files (`proc(5)`, sysfs) and `os-release(5)`.

mod machine;
mod os_release;

use std::path::Path;

use bellwether_core::facts::{Fact, Facts};

use super::found::Found;
use crate::files::read_bounded;
use crate::names;

use os_release::OsRelease;

/// Where `os-release(5)` says that it is: the first, else the second.
const OS_RELEASE: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];
const KERNEL_RELEASE: &str = "/proc/sys/kernel/osrelease";
const CPUS_ONLINE: &str = "/sys/devices/system/cpu/online";
const MEMORY: &str = "/proc/meminfo";
/// Larger than any of them.
const LARGEST: usize = 64 * 1_024;

/// All there are. What the system does not tell is left out; only a host name must be there.
pub(super) fn facts() -> Found {
    let mut found = Found::default();
    match names::hostname() {
        Ok(name) => add(&mut found.facts, "hostname", Some(name)),
        Err(error) => found.problems.push(format!("no fact hostname: {error}")),
    }
    let facts = &mut found.facts;
    let os = OS_RELEASE.iter().find_map(|path| text(path)).map(|text| OsRelease::parse(&text)).unwrap_or_default();
    add(facts, "os.name", os.name);
    add(facts, "os.family", os.family);
    add(facts, "os.version", os.version);
    add(facts, "kernel", text(KERNEL_RELEASE).map(|text| text.trim().to_owned()));
    add(facts, "architecture", Some(std::env::consts::ARCH));
    add(facts, "cpus", text(CPUS_ONLINE).and_then(|text| machine::cpus(&text)));
    add(facts, "memory", text(MEMORY).and_then(|text| machine::memory_mib(&text)));
    found
}

fn add(facts: &mut Facts, name: &str, fact: Option<impl Into<Fact>>) {
    if let Some(fact) = fact {
        facts.insert(name, fact);
    }
}

fn text(path: &str) -> Option<String> {
    String::from_utf8(read_bounded(Path::new(path), LARGEST).ok()?).ok()
}
