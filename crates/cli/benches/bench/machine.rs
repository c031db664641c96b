//! The machine the numbers were taken on.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

use crate::measure::median;

/// Processor, cores, memory, kernel, and how busy it is with other things, in one line.
pub(crate) fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "?".to_owned());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("machine: {processor}, {cores} cores, memory {memory}, Linux {}, load {load}", kernel.trim())
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let (_, value) = text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name)?;
    Some(value.trim().to_owned())
}

/// The type of the file system a directory is on, such as `ext4`.
pub(crate) fn file_system(directory: &Path) -> String {
    let directory = directory.canonicalize().unwrap();
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((Path::new(words.next()?), words.next()?)).filter(|(place, _)| directory.starts_with(place))
    });
    // Of mounts at one place the last one covers the others, and `max_by_key` takes the last.
    let (_, kind) = mounted.max_by_key(|(place, _)| place.as_os_str().len()).expect("a file system at /");
    kind.to_owned()
}

/// What one small write takes until the disk has it, in seconds: the least that a durable claim can cost.
pub(crate) fn sync_time(directory: &Path) -> f64 {
    let mut file = File::create(directory.join("sync")).unwrap();
    median((0..200).map(|_| {
        let started = Instant::now();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(&[7; 4096])).and_then(|()| file.sync_data()).unwrap();
        started.elapsed().as_secs_f64()
    }))
}
