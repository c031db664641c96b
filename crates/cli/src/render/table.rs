//! Aligned tables without borders.

use comfy_table::{Cell, Color, ContentArrangement, Table, presets};

/// What a cell says about its row, shown by its colour on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Doubtful,
    Bad,
}

/// A text in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    text: String,
    tone: Option<Tone>,
}

impl Text {
    /// A text that is coloured where colours are shown.
    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone: Some(tone) }
    }

    fn cell(&self, colour: bool) -> Cell {
        let cell = Cell::new(printable(&self.text));
        match self.tone.filter(|_| colour) {
            None => cell,
            Some(Tone::Good) => cell.fg(Color::Green),
            Some(Tone::Doubtful) => cell.fg(Color::Yellow),
            Some(Tone::Bad) => cell.fg(Color::Red),
        }
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self { text: text.into(), tone: None }
    }
}

/// Rows under a heading, each column as wide as its widest cell.
pub(crate) fn table<const N: usize>(
    heading: [&str; N],
    rows: impl IntoIterator<Item = [Text; N]>,
    colour: bool,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(heading);
    for row in rows {
        table.add_row(row.map(|text| text.cell(colour)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A text that stays on its line and cannot steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether a character does something to a terminal instead of being shown: controls, and the marks of Unicode's
/// bidirectional algorithm (UAX 9), which make a line read otherwise than it was written.
pub(crate) fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let rows = [["i-1".into(), Text::toned("healthy", Tone::Good)], ["web-10".into(), "".into()]];
        assert_eq!(table(["NODE", "HEALTH"], rows, false), "NODE    HEALTH\ni-1     healthy\nweb-10\n");
    }

    #[test]
    fn colours_are_only_written_where_they_are_shown() {
        let row = || [[Text::toned("lost", Tone::Bad)]];
        assert!(table(["STATE"], row(), true).contains("\u{1b}["));
        assert!(!table(["STATE"], row(), false).contains('\u{1b}'));
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\x1b[31m\nb"), "a\u{fffd}[31m\u{fffd}b");
        assert_eq!(printable("a\u{202e}b\u{2066}c\u{200f}d"), "a\u{fffd}b\u{fffd}c\u{fffd}d");
    }
}
