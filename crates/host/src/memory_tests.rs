use super::*;

fn header(kind: u32, flags: u32, address: u64, length: u64) -> Elf64_Phdr {
    Elf64_Phdr {
        p_type: kind,
        p_flags: flags,
        p_offset: 0,
        p_vaddr: address,
        p_paddr: address,
        p_filesz: length,
        p_memsz: length,
        p_align: 4_096,
    }
}

#[test]
fn only_what_is_loaded_and_never_written_to_is_given_back_in_whole_pages() {
    let read = libc::PF_R;
    let range = |header: &Elf64_Phdr| read_only_range(header, 0x10_0000, 4_096);
    let expected = Range { start: 0x10_1000, length: 0x3000 };
    assert_eq!(range(&header(PT_LOAD, read, 0x1010, 0x2000)), Some(expected));
    assert_eq!(range(&header(PT_LOAD, read | libc::PF_X, 0x1000, 0x3000)), Some(expected));
    assert_eq!(range(&header(PT_LOAD, read | PF_W, 0x1000, 0x2000)), None);
    assert_eq!(range(&header(libc::PT_GNU_RELRO, read, 0x1000, 0x2000)), None);
    assert_eq!(range(&header(PT_LOAD, read, u64::MAX, 0x2000)), None, "nonsense is nothing");
}

#[test]
fn the_ranges_of_this_program_hold_its_code_and_none_of_what_it_writes_to() {
    static mut _WRITTEN: u64 = 7;
    let ranges = read_only_ranges();
    let holds =
        |address: usize| ranges.iter().any(|range| (range.start..range.start + range.length).contains(&address));
    assert!(holds(release_unused as fn() as usize));
    assert!(holds(std::ptr::from_ref("a constant").cast::<u8>().addr()));
    assert!(!holds((&raw const _WRITTEN).addr()));
    assert!(!holds(std::ptr::from_ref(&ranges).addr()));
}

/// How much of this process's memory is pages of files, in bytes.
fn resident_of_files() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssFile:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

#[test]
fn pages_are_given_back_and_the_program_goes_on_as_it_was() {
    // Touched by reading it all, so that there is something to give back.
    let sum = || -> u64 {
        let bytes =
            read_only_ranges().into_iter().flat_map(|range| (range.start..).step_by(4_096).take(range.length / 4_096));
        bytes.map(|address| u64::from(first_byte(address))).sum()
    };
    let before = sum();
    let full = resident_of_files();
    release_unused();
    let rest = resident_of_files();
    assert!(rest + (1 << 20) < full, "{full} bytes were resident, and {rest} are");
    assert_eq!(sum(), before, "what comes back is what was there");
}

#[expect(unsafe_code, reason = "a page is touched by its address")]
fn first_byte(address: usize) -> u8 {
    // SAFETY: the address is of a page of this program that is mapped for reading.
    unsafe { std::ptr::with_exposed_provenance::<u8>(address).read_volatile() }
}

/// A start, and what comes so many seconds after it.
fn at(seconds: u64) -> Mono {
    Mono::since_boot(Duration::from_secs(100 + seconds))
}

/// When a program that does something at these instants, and looks only then, is tidied.
fn tidied(work: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut tidier = Tidier::new(at(0));
    let is_tidied = |&second: &u64| {
        tidier.tidy(at(second));
        tidier.due.is_none()
    };
    work.into_iter().filter(is_tidied).collect()
}

#[test]
fn a_program_that_polls_is_tidied_soon_after_the_start_and_then_about_once_a_minute() {
    assert_eq!(tidied((0..200).step_by(5)), [15, 80, 145]);
    assert_eq!(tidied((0..2_000).step_by(300)), [300, 900, 1_500]);
}

#[test]
fn it_rests_after_a_busy_time_first_and_at_most_once_a_minute() {
    let mut tidier = Tidier { due: None, last: at(0) };
    let due_after = |tidier: &mut Tidier, second| {
        tidier.tidy(at(second));
        tidier.due.map(|due| due.at)
    };
    for second in 100..130 {
        assert_eq!(due_after(&mut tidier, second), Some(at(second) + REST));
    }
    assert_eq!(due_after(&mut tidier, 142), None, "it rested for so long");
    assert_eq!(due_after(&mut tidier, 143), Some(at(142) + PERIOD), "not again at once");
    let mut tidier = Tidier { due: None, last: at(0) };
    for second in 100..160 {
        assert!(due_after(&mut tidier, second) <= Some(at(160)), "a flood puts it off for a minute at most");
    }
    assert_eq!(due_after(&mut tidier, 160), None);
}

#[tokio::test]
async fn a_program_that_sleeps_is_tidied_once_and_then_left_alone() {
    let mut tidier = Tidier::new(at(0));
    tidier.due = Some(Due { at: clock::mono(), latest: clock::mono() });
    tidier.rest().await;
    assert_eq!(tidier.due, None);
    let again = tokio::time::timeout(Duration::from_millis(50), tidier.rest()).await;
    assert!(again.is_err(), "there is nothing to give back");
}

/// How much of this process's memory is not of files, in bytes.
fn resident_of_no_files() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

#[test]
#[cfg(target_env = "gnu")]
fn what_was_freed_is_given_back_although_something_behind_it_is_in_use() {
    // Small enough for the heap, and so many that they are most of what the tests of this program hold.
    let mut kept: Vec<Vec<u8>> = (0..16_384).map(|_| vec![1; 4_000]).collect();
    let last = kept.pop();
    let full = resident_of_no_files();
    drop(kept);
    trim_heap();
    let rest = resident_of_no_files();
    assert!(rest + (48 << 20) < full, "{full} bytes were resident, and {rest} are");
    assert_eq!(last.unwrap()[3_999], 1);
}
