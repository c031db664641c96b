//! This very program, started once more: in the background, or beside us for one piece of work.
//!
//! It is found by `/proc/self/exe`, so that an upgrade that has replaced the file meanwhile does not matter.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use nix::sys::stat::{Mode, umask};
use nix::unistd::{dup2_stdout, setsid};

use crate::child::input;

/// The program that runs.
const OURSELVES: &str = "/proc/self/exe";
/// What a program in the background says when it has begun.
const READY: &[u8] = b"ready\n";
/// The most that is read of what it says instead, in bytes.
const LONGEST_WORDS: u64 = 64 * 1_024;

/// Why a program in the background did not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system refused to start it.
    #[error("cannot start this program once more: {0}; is /proc mounted?")]
    Io(#[from] io::Error),
    /// It ended, and said why.
    #[error("{0}")]
    Told(String),
    /// It ended without a word.
    #[error("the program in the background has ended at once")]
    Silent,
}

/// Starts this program under a name and with these arguments, to go to the background, and waits until it has begun.
/// It must call [`BehindTheScenes::begin`], and then [`BehindTheScenes::ready`] or end. Its standard error is `errors`.
///
/// # Errors
/// When it does not begin; what it has written to its standard output tells why.
pub fn start_in_background(name: &str, arguments: &[OsString], errors: File) -> Result<(), StartError> {
    let mut command = ourselves(name, arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
    let mut child = command.spawn()?;
    let mut words = Vec::new();
    if let Some(output) = child.stdout.take() {
        output.take(LONGEST_WORDS).read_to_end(&mut words)?;
    }
    if words == READY {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&words).trim().to_owned();
    Err(if told.is_empty() { StartError::Silent } else { StartError::Told(told) })
}

/// A program on its way to the background. What it writes to its standard output is shown to whoever started it.
#[derive(Debug)]
pub struct BehindTheScenes(());

impl BehindTheScenes {
    /// Leaves the terminal and the directory of whoever started us: a session of its own, `/`, and files that others
    /// may read and not write.
    ///
    /// # Errors
    /// When we lead a process group already, and so were not started by [`start_in_background`].
    pub fn begin() -> io::Result<Self> {
        setsid()?;
        std::env::set_current_dir("/")?;
        umask(Mode::from_bits_truncate(0o022));
        Ok(Self(()))
    }

    /// Tells whoever started us that all is well, and lets go of them.
    ///
    /// # Errors
    /// When there is no `/dev/null`.
    pub fn ready(self) -> io::Result<()> {
        let mut output = io::stdout().lock();
        // Whoever started us may be gone; that is no reason to end.
        let _ = output.write_all(READY).and_then(|()| output.flush());
        let nowhere = File::options().write(true).open("/dev/null")?;
        Ok(dup2_stdout(nowhere)?)
    }
}

/// This program, at work beside us. It is not ours to end: it goes on when we do not.
pub struct Helper(tokio::process::Child);

impl Helper {
    /// Starts it under a name, with these arguments, to read these bytes. It shares our outputs, and has a process
    /// group of its own, so that what a terminal sends to us does not reach it.
    ///
    /// # Errors
    /// When it cannot be started, or there is no memory for the bytes.
    pub fn start(name: &str, arguments: &[OsString], bytes: &[u8]) -> io::Result<Self> {
        let mut command = ourselves(name, arguments);
        command.stdin(input::of_bytes(bytes)?).process_group(0);
        Ok(Self(tokio::process::Command::from(command).spawn()?))
    }

    /// Its process id, until it was waited for.
    pub fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// Waits for its end; whether it has ended well. Cancel-safe.
    ///
    /// # Errors
    /// When its status is lost.
    pub async fn ended(&mut self) -> io::Result<bool> {
        Ok(self.0.wait().await?.success())
    }
}

/// Gives this process the name by which `ps` and `pidof` know it: one that was started by [`OURSELVES`] is called
/// `exe` otherwise. The kernel keeps 15 bytes.
pub fn be_called(name: &str) {
    let Ok(name) = std::ffi::CString::new(name) else { return };
    if let Err(error) = nix::sys::prctl::set_name(&name) {
        tracing::debug!(%error, "this process keeps its name");
    }
}

fn ourselves(name: &str, arguments: &[OsString]) -> Command {
    let mut command = Command::new(OURSELVES);
    command.arg0(OsStr::new(name)).args(arguments);
    command
}
