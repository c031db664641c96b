//! Names that are legal, and that a key, a subject, a queue's name or a statement could take for something else.

use bellwether_core::names::LONGEST_NAME;

/// No two of them are the same.
pub(crate) fn names() -> Vec<String> {
    let longest = "x".repeat(LONGEST_NAME);
    let long_unicode = "備".repeat(LONGEST_NAME / "備".len());
    let names = [
        "a",
        "A",
        "a ",
        " a",
        "a.b",
        "a/b",
        "a:b",
        "a#b",
        "a*",
        "a>",
        "a%",
        "a_",
        "a?",
        "a\\b",
        "../a",
        ".",
        "..",
        "'; DROP TABLE records; --",
        "\"quoted\"",
        "${HOME}",
        "null",
        "0",
        "-",
        "Sicherung täglich 備份",
        "é",
        "e\u{301}",
        "🐑",
        "\u{10ffff}",
        "a\u{200b}",
        &longest,
        &longest[1..],
        &long_unicode,
    ];
    names.into_iter().map(str::to_owned).collect()
}
