//! Running programs on a terminal of their own.

use std::fs::File;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use nix::pty::openpty;

use super::Run;

/// How often is looked whether the program has ended.
const PACE: Duration = Duration::from_millis(10);

/// What a program that has ended has left on its terminal.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Its exit status, unless a signal ended it.
    pub code: Option<i32>,
    /// All it wrote, and what was typed, in their order; lines end with `\r\n`.
    pub text: String,
}

impl Run {
    /// Runs it to its end on a terminal: what it reads is what is typed there, and all it writes is shown there.
    ///
    /// # Panics
    /// When it cannot be started, or is not done by the deadline.
    pub fn on_terminal(self) -> Screen {
        let pty = openpty(None, None).expect("a terminal");
        let mut command = self.command();
        let side = || pty.slave.try_clone().expect("another handle on the terminal");
        let mut child = command.stdin(side()).stdout(side()).stderr(side()).spawn().expect("the program starts");
        // The reader sees the end when nobody holds the program's side any more: neither we nor the command.
        drop((pty.slave, command));
        let mut keyboard = File::from(pty.master);
        let mut screen = keyboard.try_clone().expect("another handle on the terminal");
        keyboard.write_all(&self.stdin).expect("room for what is typed");
        let reader = std::thread::spawn(move || {
            let mut shown = Vec::new();
            // Linux ends the reading of a terminal that nobody writes to any more with an error.
            let _ = screen.read_to_end(&mut shown);
            String::from_utf8_lossy(&shown).into_owned()
        });
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if started.elapsed() > self.deadline {
                let _ = (child.kill(), child.wait());
                panic!("{:?} is not done after {:?}", self.arguments, self.deadline);
            }
            std::thread::sleep(PACE);
        };
        Screen { code: status.code(), text: reader.join().expect("the reader ends") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_on_a_terminal_reads_what_is_typed_and_shows_what_it_says() {
        let script = "test -t 0 && test -t 1 && test -t 2 && read word && echo \"got $word\" >&2 && exit 7";
        let screen = Run::new("/bin/sh").args(["-c", script]).stdin("yes\n").on_terminal();
        assert_eq!(screen.code, Some(7));
        assert!(screen.text.ends_with("got yes\r\n"), "{:?}", screen.text);
    }
}
