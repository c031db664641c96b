//! What the kernel's files say of the machine.

/// How many processors a list such as `0-3,6` names.
pub(super) fn cpus(list: &str) -> Option<u64> {
    list.trim().split(',').map(in_range).sum()
}

fn in_range(range: &str) -> Option<u64> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    last.checked_sub(first)?.checked_add(1)
}

/// The `MemTotal` of /proc/meminfo, which is in KiB, in MiB.
pub(super) fn memory_mib(meminfo: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_counted() {
        for (list, count) in [("0\n", 1), ("0-3\n", 4), ("0-1,4,6-7", 5)] {
            assert_eq!(cpus(list), Some(count), "{list}");
        }
        for list in ["", "a", "3-1", "0-18446744073709551615", "0-"] {
            assert_eq!(cpus(list), None, "{list}");
        }
    }

    #[test]
    fn memory_is_in_mebibytes() {
        assert_eq!(memory_mib("MemTotal:        8123456 kB\nMemFree:  1 kB\n"), Some(7_933));
        for text in ["", "MemFree: 5 kB", "MemTotal: much kB", "MemTotal: 5"] {
            assert_eq!(memory_mib(text), None, "{text}");
        }
    }
}
