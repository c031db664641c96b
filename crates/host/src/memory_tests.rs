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

/// How much of this process's memory is of a kind, in bytes: `RssFile:` is pages of files, `RssAnon:` is not.
fn resident(kind: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(kind)).unwrap();
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
    let full = resident("RssFile:");
    release_unused();
    let rest = resident("RssFile:");
    assert!(rest + (1 << 20) < full, "{full} bytes were resident, and {rest} are");
    assert_eq!(sum(), before, "what comes back is what was there");
}

#[expect(unsafe_code, reason = "a page is touched by its address")]
fn first_byte(address: usize) -> u8 {
    // SAFETY: the address is of a page of this program that is mapped for reading.
    unsafe { std::ptr::with_exposed_provenance::<u8>(address).read_volatile() }
}

#[test]
fn a_program_is_tidied_when_it_sleeps_but_not_all_the_time() {
    let at = |seconds| Mono::since_boot(Duration::from_secs(100 + seconds));
    let mut tidier = Tidier::new(at(0));
    let is_tidied = |second: &u64| {
        let before = tidier.due;
        tidier.tidy(at(*second));
        tidier.due != before
    };
    assert_eq!((0..20).chain([300, 301]).filter(is_tidied).collect::<Vec<_>>(), [5, 10, 15, 300]);
}

#[tokio::test]
async fn a_program_that_waits_is_tidied_when_it_is_time() {
    let mut tidier = Tidier { due: clock::mono() };
    tidier.rest().await;
    assert!(tidier.due > clock::mono());
    let again = tokio::time::timeout(Duration::from_millis(50), tidier.rest()).await;
    assert!(again.is_err(), "it is not time");
}

#[test]
#[cfg(target_env = "gnu")]
fn what_was_freed_is_given_back_although_something_behind_it_is_in_use() {
    // Small enough for the heap, and so many that they are most of what the tests of this program hold.
    let mut kept: Vec<Vec<u8>> = (0..16_384).map(|_| vec![1; 4_000]).collect();
    let last = kept.pop();
    let full = resident("RssAnon:");
    drop(kept);
    trim_heap();
    let rest = resident("RssAnon:");
    assert!(rest + (48 << 20) < full, "{full} bytes were resident, and {rest} are");
    assert_eq!(last.unwrap()[3_999], 1);
}
