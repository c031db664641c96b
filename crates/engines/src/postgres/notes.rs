//! How a note is written in a text of PostgreSQL, which has every character but NUL.

/// NUL becomes `\0`, and a backslash two of them.
pub(super) fn written(note: &str) -> String {
    note.replace('\\', r"\\").replace('\0', r"\0")
}

/// Reads what [`written`] wrote.
pub(super) fn read(text: &str) -> String {
    let mut note = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => note.push(letters.next().map_or('\\', |escaped| if escaped == '0' { '\0' } else { escaped })),
            letter => note.push(letter),
        }
    }
    note
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_note_reads_back() {
        for note in ["", "plain", "\0", "\\0", "\\\0\\\\0", "a\\", "備份\0🐑\n"] {
            assert!(!written(note).contains('\0'));
            assert_eq!(read(&written(note)), note);
        }
    }

    #[test]
    fn a_plain_note_reads_as_it_is_in_the_database() {
        assert_eq!(written("took 3 s; 'quoted'\n"), "took 3 s; 'quoted'\n");
    }
}
