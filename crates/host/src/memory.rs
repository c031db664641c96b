//! The memory of a program that runs for long and mostly sleeps.
//!
//! What a program does once, when it starts or in a busy hour, maps pages of its own file, and makes its heap as large as
//! was ever needed at one moment. Both would stay resident for as long as nobody else wants memory. A [`Tidier`] gives
//! them back.

use std::ffi::{c_int, c_void};
use std::time::Duration;

use bellwether_core::time::Mono;
use nix::errno::Errno;
use nix::libc::{self, Elf64_Phdr, PF_W, PT_LOAD, dl_phdr_info};

use crate::clock;

/// From one time to the next: what is used meanwhile is mapped again, which takes less than a millisecond.
const PERIOD: Duration = Duration::from_secs(5);

/// Remembers when memory is to be given back.
#[derive(Debug)]
pub struct Tidier {
    due: Mono,
}

impl Tidier {
    /// For a program that starts now.
    pub fn new(now: Mono) -> Self {
        Self { due: now + PERIOD }
    }

    /// Gives memory back when it is time. For a program that has done something and will sleep.
    pub fn tidy(&mut self, now: Mono) {
        if now >= self.due {
            trim_heap();
            release_unused();
            self.due = now + PERIOD;
        }
    }

    /// Waits until it is time, and gives memory back. For a program that waits for what others do for it meanwhile, such as
    /// the answer to a long poll. Cancel-safe.
    pub async fn rest(&mut self) {
        clock::sleep_until(self.due).await;
        self.tidy(clock::mono());
    }
}

/// Gives back to the kernel what was freed of the heap. The C library keeps it otherwise, wherever something is in use
/// that lies behind it; other C libraries than glibc have nothing to call, and keep less.
#[cfg_attr(target_env = "gnu", expect(unsafe_code, reason = "no safe call gives back what was freed"))]
fn trim_heap() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it takes the locks of the heap itself, may be called at any time, and leaves alone what is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Tells the kernel that no page of this program's code and constants is needed right now. Those that are come back
/// from the page cache when they are touched, which takes a fraction of a millisecond in all; nothing is lost, and
/// nothing is read from a disk that has room in the cache. A kernel that cannot do that changes nothing.
pub fn release_unused() {
    for range in read_only_ranges() {
        if let Err(error) = range.release() {
            tracing::debug!(%error, "unused pages of this program stay in memory");
        }
    }
}

/// A part of the address space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    start: usize,
    length: usize,
}

impl Range {
    /// Gives its pages back. Only for ranges of [`read_only_ranges`].
    #[expect(unsafe_code, reason = "no safe call tells the kernel that pages of a program are not needed")]
    fn release(self) -> nix::Result<()> {
        let start = std::ptr::with_exposed_provenance_mut::<c_void>(self.start);
        // SAFETY: the range is mapped from a file, privately, and was never writable, so every page is as in the file
        // and comes back from there as it is now. (Text relocations would write to it; no Rust compiler makes any.)
        Errno::result(unsafe { libc::madvise(start, self.length, libc::MADV_DONTNEED) }).map(drop)
    }
}

/// Where the parts of the program's file are mapped that are never written to: code and constants. Not the part that
/// the dynamic linker fills in and then protects, which `/proc/self/maps` would show as read-only as well; and not the
/// libraries, which other programs mostly keep resident anyway.
#[expect(unsafe_code, reason = "no safe call tells where the program's own file is mapped")]
fn read_only_ranges() -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    // SAFETY: the callback takes the pointer for what it is, and the call ends before the vector does.
    unsafe { libc::dl_iterate_phdr(Some(note_program), (&raw mut ranges).cast()) };
    ranges
}

/// Is called with every loaded object, the program itself first; 1 ends that. It must not unwind, and does nothing that
/// could but for running out of memory.
#[expect(unsafe_code, reason = "the C library calls it with pointers")]
unsafe extern "C" fn note_program(info: *mut dl_phdr_info, _: usize, ranges: *mut c_void) -> c_int {
    // SAFETY: the C library gives a valid description with as many headers as it tells, and our own pointer to the
    // vector, which nobody else uses meanwhile.
    let (base, headers, ranges) = unsafe {
        let info = &*info;
        let headers = std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum));
        (info.dlpi_addr, headers, &mut *ranges.cast::<Vec<Range>>())
    };
    let page = page_size();
    ranges.extend(headers.iter().filter_map(|header| read_only_range(header, base, page)));
    1
}

fn page_size() -> u64 {
    let told = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten();
    told.and_then(|size| u64::try_from(size).ok()).unwrap_or(4_096)
}

/// The whole pages of a segment that is loaded and never written to. A page at its edge may hold the beginning or end
/// of another segment, but is a mapping of its own.
fn read_only_range(header: &Elf64_Phdr, base: u64, page: u64) -> Option<Range> {
    if header.p_type != PT_LOAD || header.p_flags & PF_W != 0 {
        return None;
    }
    let start = base.checked_add(header.p_vaddr)? / page * page;
    let end = base.checked_add(header.p_vaddr)?.checked_add(header.p_memsz)?.div_ceil(page).checked_mul(page)?;
    Some(Range { start: usize::try_from(start).ok()?, length: usize::try_from(end.checked_sub(start)?).ok()? })
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
