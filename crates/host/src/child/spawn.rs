//! Starts a command as a process group of its own.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpid, getppid};

use super::guard::{Guard, Message};
use super::interpreter;
use super::last_words::{self, LastWords};
use super::process::Process;
use super::spec::{CommandSpec, OutputMode};
use super::surroundings::{Identity, Step, Surroundings};
use super::termination::Deadline;
use super::writer::Writer;

const NO_SUCH_PROGRAM: &str = "no such program; check the name and PATH, or give its full path";

/// Why a command was not started. Shells, and `timeout(1)`, report the first as status 127 and the second as 126.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// There is no such program, or the interpreter that its first line names is missing.
    #[error("cannot run '{program}': {why}")]
    NotFound {
        /// The program as it was given.
        program: String,
        /// What is missing, and what to do.
        why: String,
    },
    /// The program is there but cannot be executed: no permission, a directory, not a program.
    #[error("cannot run '{program}': {source}; it must be an executable file")]
    NotExecutable {
        /// The program as it was given.
        program: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The user whom it runs as cannot enter its directory.
    #[error("cannot enter {}: {source}; the user whom the command runs as must be able to", directory.display())]
    Directory {
        /// The directory as it was given.
        directory: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// We cannot run commands as this user.
    #[error("cannot run commands as the user with the number {user}: {source}; nothing was run")]
    User {
        /// The user's number.
        user: u32,
        /// The system's reason.
        source: io::Error,
    },
    /// The machine or a limit was in the way: no memory, too many processes or descriptors.
    #[error("cannot start '{program}': {source}; nothing was run")]
    Other {
        /// The program as it was given.
        program: String,
        /// The system's reason.
        source: io::Error,
    },
}

/// Starts the process with the write ends of two pipes as its outputs, and its guard first when it is tied to us.
pub(super) fn start(
    spec: &CommandSpec,
    surroundings: &Surroundings,
    lease: Option<Deadline>,
    input: Stdio,
    out: OwnedFd,
    err: OwnedFd,
) -> Result<Process, SpawnError> {
    let guard = if spec.tied { Some(Guard::start()) } else { None };
    let guard = guard.transpose().map_err(|source| other(spec, source))?;
    if let (Some(guard), Some(lease)) = (&guard, lease) {
        guard.set_deadline(Some(lease.term_at), Some(lease.kill_at)).map_err(|source| other(spec, source))?;
    }
    let mut command = Command::new(&spec.program);
    surroundings.prepare(&mut command);
    command
        .args(&spec.args)
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .stdin(input)
        .stdout(out)
        .stderr(err)
        .process_group(0);
    // On failure the guard is dropped here, and ends without harm.
    let leader = spawn(&mut command, spec, surroundings, guard.as_ref())?;
    Ok(Process::new(leader, guard))
}

/// Where nothing is to be done between fork and exec, the standard library starts a process without a copy of ours,
/// which is much faster.
fn spawn(
    command: &mut Command,
    spec: &CommandSpec,
    surroundings: &Surroundings,
    guard: Option<&Guard>,
) -> Result<Child, SpawnError> {
    if !spec.tied && spec.inherit.is_empty() && surroundings.are_our_own() {
        match command.spawn() {
            // posix_spawn(3) refuses a file without a `#!` line; execvp(3), below, gives it to /bin/sh.
            Err(error) if error.raw_os_error() == Some(libc::ENOEXEC) => {}
            result => return result.map_err(|error| classify(spec, error)),
        }
    }
    let words = if surroundings.are_our_own() { None } else { Some(LastWords::new()) };
    let words = words.transpose().map_err(|source| other(spec, source))?;
    prepare_in_child(command, spec, surroundings, guard, words.as_ref()).map_err(|source| other(spec, source))?;
    let heard = || words.as_ref().and_then(LastWords::heard);
    command.spawn().map_err(|source| match (heard(), &surroundings.directory, &surroundings.identity) {
        (Some(Step::Directory), Some(directory), _) => SpawnError::Directory { directory: directory.clone(), source },
        (Some(Step::User), _, Some(Identity { user, .. })) => SpawnError::User { user: *user, source },
        _ => classify(spec, source),
    })
}

/// A terminal stops a background group that reads from it, so such a group gets none.
pub(super) fn standard_input() -> Stdio {
    if io::stdin().is_terminal() { Stdio::null() } else { Stdio::inherit() }
}

/// Our outputs, each with its thread, where the command's are passed through.
pub(super) fn targets(spec: &CommandSpec) -> Result<[Option<Writer>; 2], SpawnError> {
    let ours = |output: &dyn AsFd, name| {
        let target: OwnedFd = output.as_fd().try_clone_to_owned()?;
        Writer::start(target, name)
    };
    let stdout = || ours(&io::stdout(), "stdout").map(Some);
    let stderr = || ours(&io::stderr(), "stderr").map(Some);
    let targets = match spec.output {
        OutputMode::Capture | OutputMode::CaptureMerged => Ok([None, None]),
        OutputMode::PassThrough => stdout().and_then(|out| Ok([out, stderr()?])),
        OutputMode::ToStderr => stderr().and_then(|out| Ok([out, stderr()?])),
    };
    targets.map_err(|source| other(spec, source))
}

#[expect(unsafe_code, reason = "inheritance, user and the parent's death are set between fork and exec, or not at all")]
fn prepare_in_child(
    command: &mut Command,
    spec: &CommandSpec,
    surroundings: &Surroundings,
    guard: Option<&Guard>,
    words: Option<&LastWords>,
) -> io::Result<()> {
    let inherited: Vec<RawFd> = spec.inherit.iter().map(AsRawFd::as_raw_fd).collect();
    let announce_on = guard.map(Guard::announce_on);
    let parent = getpid();
    let tied = spec.tied;
    let change = surroundings.change()?;
    let say_on = words.map(LastWords::say_on);
    let prepare = move || {
        if tied {
            die_with(parent)?;
        }
        if let Some(pipe) = announce_on {
            announce(pipe)?;
        }
        change.make().map_err(|(step, error)| {
            if let Some(pipe) = say_on {
                last_words::say(pipe, step);
            }
            error
        })?;
        inherited.iter().try_for_each(|&descriptor| keep_open(descriptor))
    };
    // SAFETY: the closure only makes system calls; it neither allocates nor takes locks.
    unsafe { command.pre_exec(prepare) };
    Ok(())
}

/// Asks to be killed when the thread that spawned us ends, and makes sure that it has not ended already.
fn die_with(parent: Pid) -> io::Result<()> {
    set_pdeathsig(Signal::SIGKILL)?;
    if getppid() == parent { Ok(()) } else { Err(Errno::ESRCH.into()) }
}

#[expect(unsafe_code, reason = "between fork and exec the guard's pipe is known by its number only")]
fn announce(pipe: RawFd) -> io::Result<()> {
    let message = Message::Watch(getpid().as_raw()).encode();
    // SAFETY: the buffer is as long as told, and the descriptor is open: its owner waits for this process to exec.
    Errno::result(unsafe { libc::write(pipe, message.as_ptr().cast(), message.len()) })?;
    Ok(())
}

#[expect(unsafe_code, reason = "between fork and exec descriptors are known by their numbers only")]
fn keep_open(descriptor: RawFd) -> io::Result<()> {
    // SAFETY: changes a flag of a descriptor in this process alone.
    Errno::result(unsafe { libc::fcntl(descriptor, libc::F_SETFD, 0) })?;
    Ok(())
}

pub(super) fn other(spec: &CommandSpec, source: io::Error) -> SpawnError {
    SpawnError::Other { program: shown(&spec.program), source }
}

/// Sorts the system's reasons as bash and `timeout(1)` do. A file without a `#!` line is no failure: `execvp(3)`
/// gives it to /bin/sh.
fn classify(spec: &CommandSpec, source: io::Error) -> SpawnError {
    let program = shown(&spec.program);
    match source.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ENOENT) if is_path(&spec.program) && Path::new(&spec.program).exists() => {
            SpawnError::NotFound { program, why: interpreter::missing(Path::new(&spec.program)) }
        }
        Some(Errno::ENOENT) => SpawnError::NotFound { program, why: NO_SUCH_PROGRAM.to_owned() },
        Some(
            Errno::EACCES
            | Errno::EPERM
            | Errno::ENOEXEC
            | Errno::EISDIR
            | Errno::ENOTDIR
            | Errno::ELOOP
            | Errno::E2BIG
            | Errno::ENAMETOOLONG
            | Errno::ETXTBSY
            | Errno::ELIBBAD
            | Errno::EINVAL,
        ) => SpawnError::NotExecutable { program, source },
        _ => SpawnError::Other { program, source },
    }
}

/// Whether a program is given by its path, and not looked for on `PATH`.
fn is_path(program: &OsStr) -> bool {
    program.as_encoded_bytes().contains(&b'/')
}

fn shown(program: &OsStr) -> String {
    program.to_string_lossy().into_owned()
}
