//! The systemd unit that runs this very command line.

use std::path::Path;

use bellwether_host::published;

/// Writes the unit, whole or not at all. `program` are the words by which this program is started.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(path: &Path, program: &[String], arguments: &[String]) -> Result<(), String> {
    let written = published::put(path, &text(program, arguments));
    written.map_err(|error| format!("cannot write the unit: {error}"))
}

/// `systemd.service(5)`: a watchdog that is longer than any poll with all its timeouts; a private `/tmp` or the like is
/// left to the administrator, since scripts may need all.
fn text(program: &[String], arguments: &[String]) -> String {
    let last = ["--do-not-generate-systemd".to_owned()];
    let words: Vec<String> = program.iter().chain(arguments).chain(&last).map(|word| quoted(word)).collect();
    format!(
        "\
[Unit]
Description=CloneSquad instance watcher
After=network.target
StartLimitIntervalSec=0

[Service]
Type=notify
WatchdogSec=300
Restart=always
RestartSec=10
ExecStart={}

[Install]
WantedBy=multi-user.target
",
        words.join(" ")
    )
}

/// A word of a command line, as `systemd.syntax(7)` and `systemd.service(5)` have them.
fn quoted(word: &str) -> String {
    let mut text = String::with_capacity(word.len() + 2);
    for character in word.chars() {
        match character {
            '%' => text.push_str("%%"),
            '$' => text.push_str("$$"),
            '"' | '\\' => text.extend(['\\', character]),
            control if control.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(control))),
            other => text.push(other),
        }
    }
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./,:=@+%$".contains(character);
    if !word.is_empty() && word.chars().all(plain) { text } else { format!("\"{text}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_systemd_reads_them() {
        for (word, expected) in [
            ("/usr/sbin/x", "/usr/sbin/x"),
            ("--log-file=/var/log/x.log", "--log-file=/var/log/x.log"),
            ("", "\"\""),
            ("a b", "\"a b\""),
            ("100%", "100%%"),
            ("$HOME", "$$HOME"),
            ("a\"b\\", "\"a\\\"b\\\\\""),
            (";", "\";\""),
            ("it's", "\"it's\""),
            ("a\nb", "\"a\\x0ab\""),
        ] {
            assert_eq!(quoted(word), expected, "{word:?}");
        }
    }
}
