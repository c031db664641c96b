//! How large a message may be, and what is left of an output that is larger.

/// A message whose body has this many bytes or more is not sent: the queues take 64 KB.
pub const TOO_LARGE: usize = 65_536;

/// How many bytes of an output's end must be kept while it is read, so that [`capped`] decides as if all of it were
/// there: a text this long never fits into a message.
pub const KEPT: usize = TOO_LARGE;

/// What stands before an output of which only the end is left.
const MARK: &str = "--- OUTPUT CAPPED ---\n";

/// How much of its end is left, in bytes.
const LEFT: usize = 1_000;

/// The end of an output, with a line before it that says so.
pub fn capped(output: &str) -> String {
    let mut start = output.len().saturating_sub(LEFT);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    format!("{MARK}{}", &output[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_thousand_bytes_are_left_behind_a_line_that_says_so() {
        let output = format!("{}{}", "a".repeat(70_000), "b".repeat(1_000));
        assert_eq!(capped(&output), format!("--- OUTPUT CAPPED ---\n{}", "b".repeat(1_000)));
    }

    #[test]
    fn a_character_is_left_whole_or_not_at_all() {
        let output = "€".repeat(30_000);
        assert_eq!(capped(&output), format!("--- OUTPUT CAPPED ---\n{}", "€".repeat(333)));
    }
}
