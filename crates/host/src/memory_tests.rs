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

#[test]
fn it_is_tidied_soon_after_the_start_and_seldom_after_that() {
    let start = Mono::since_boot(Duration::from_secs(100));
    let mut tidier = Tidier::new(start);
    tidier.tidy(start + Duration::from_secs(9));
    assert_eq!(tidier.due, start + FIRST, "too soon");
    tidier.tidy(start + Duration::from_secs(11));
    assert_eq!(tidier.due, start + Duration::from_secs(11) + AGAIN);
}
