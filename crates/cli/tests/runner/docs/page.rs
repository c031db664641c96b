//! Reading examples out of a page, and comparing what was printed with what the page says.

/// A command and what it must print.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Example {
    /// The line of the page it stands on.
    pub(super) line: usize,
    pub(super) command: String,
    pub(super) expected: String,
}

/// The examples of a page's ```console blocks. A command goes on in the next line after a backslash.
pub(super) fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut inside, mut continued) = (false, false);
    for (index, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            inside = !inside && line.trim() == "```console";
        } else if inside && continued {
            let example = examples.last_mut().expect("a command goes on");
            continued = line.ends_with('\\');
            example.command.push_str(&format!("\n{line}"));
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            continued = command.ends_with('\\');
            examples.push(Example { line: index + 1, command: command.to_owned(), expected: String::new() });
        } else if inside {
            let example = examples.last_mut().expect("a block begins with a command");
            example.expected.push_str(&format!("{line}\n"));
        }
    }
    examples
}

/// Whether what was printed is what the page says.
pub(super) fn matches(expected: &str, printed: &str) -> bool {
    lines_match(&expected.lines().collect::<Vec<_>>(), &printed.lines().collect::<Vec<_>>())
}

fn lines_match(expected: &[&str], printed: &[&str]) -> bool {
    match (expected.split_first(), printed.split_first()) {
        (None, None) => true,
        (Some((&"...", rest)), _) => (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..])),
        (Some((line, rest)), Some((shown, others))) => {
            line_matches(line, shown.trim_end()) && lines_match(rest, others)
        }
        _ => false,
    }
}

fn line_matches(expected: &str, shown: &str) -> bool {
    match expected.split_once("[..]") {
        None => expected == shown,
        Some((before, after)) => shown.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|skipped| rest.get(skipped..).is_some_and(|rest| line_matches(after, rest)))
        }),
    }
}

#[test]
fn examples_are_read_with_their_output() {
    let page = "text\n```console\n$ a \\\n  b\nout\n$ c\n```\n```sh\n$ not run\n```\n";
    let example =
        |line, command: &str, expected: &str| Example { line, command: command.into(), expected: expected.into() };
    assert_eq!(examples(page), [example(3, "a \\\n  b", "out\n"), example(6, "c", "")]);
}

#[test]
fn wildcards_stand_for_what_varies_and_for_nothing_else() {
    assert!(matches("took [..] ms\n", "took 12 ms\n"));
    assert!(matches("a\n...\nz\n", "a\nb\nc\nz\n"));
    assert!(!matches("took [..] ms\n", "took 12 s\n"));
    assert!(!matches("", "surprise\n"));
    assert!(!matches("a\n", ""));
}
