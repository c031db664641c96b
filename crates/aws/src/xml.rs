//! Reading the XML of AWS's Query APIs as a stream, without building a tree of it.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// No answer of AWS is nested deeper than this.
const DEEPEST: usize = 64;

/// Calls `visit` at the end of every element with the names from the root to it, and its text when it has no
/// elements inside. Blanks around a text are part of it: values of tags may have them.
///
/// # Errors
/// What is wrong, when the text is not well-formed XML.
pub(crate) fn visit_elements(xml: &str, mut visit: impl FnMut(&[String], &str)) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut is_leaf = false;
    let mut elements = 0_usize;
    loop {
        match reader.read_event().map_err(|error| format!("not well-formed XML: {error}"))? {
            Event::Start(start) => {
                if path.len() == DEEPEST {
                    return Err("XML nested too deeply".to_owned());
                }
                path.push(start.local_name().as_ref().to_owned());
                text.clear();
                is_leaf = true;
            }
            Event::End(_) => {
                elements += 1;
                visit(&path, if is_leaf { &text } else { "" });
                path.pop();
                is_leaf = false;
            }
            Event::Empty(empty) => {
                elements += 1;
                path.push(empty.local_name().as_ref().to_owned());
                visit(&path, "");
                path.pop();
                is_leaf = false;
            }
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::CData(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) => text.push(character(&reference)?),
            Event::Eof if path.is_empty() && elements > 0 => return Ok(()),
            Event::Eof => return Err("XML that ends too early".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// Whether a path ends with these names.
pub(crate) fn ends_with(path: &[String], names: &[&str]) -> bool {
    path.len() >= names.len() && path.iter().rev().zip(names.iter().rev()).all(|(have, want)| have == want)
}

/// The five entities of XML and numbers; others would need a DTD, which no answer of AWS has.
fn character(reference: &BytesRef<'_>) -> Result<char, String> {
    let unknown = || "an unknown entity in XML".to_owned();
    if let Some(character) = reference.resolve_char_ref().map_err(|_| unknown())? {
        return Ok(character);
    }
    match reference.as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(xml: &str) -> Result<Vec<(String, String)>, String> {
        let mut seen = Vec::new();
        visit_elements(xml, |path, text| seen.push((path.join("/"), text.to_owned())))?;
        Ok(seen)
    }

    #[test]
    fn elements_come_with_their_paths_and_texts() {
        let xml = r#"<?xml version="1.0"?><r xmlns="u"><a>x &amp; &#233;<!-- c --></a><b/><c><![CDATA[<y>]]></c></r>"#;
        let expected = [("r/a", "x & é"), ("r/b", ""), ("r/c", "<y>"), ("r", "")];
        assert_eq!(leaves(xml).unwrap(), expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    }

    #[test]
    fn blanks_around_a_text_are_part_of_it_and_those_between_elements_are_nobodys() {
        let expected = [("r/a", " x\n"), ("r/b", " "), ("r/c", ""), ("r", "")];
        assert_eq!(
            leaves("<r>\n  <a> x\n</a>\n <b> </b> <c/>\n</r>\n").unwrap(),
            expected.map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
    }

    #[test]
    fn what_is_not_whole_is_an_error() {
        for xml in ["", "nothing", "<a>", "<a></b>", "<a>&bomb;</a>", "<a><b></b>", "{}"] {
            assert!(leaves(xml).is_err(), "{xml}");
        }
        assert!(leaves(&"<a>".repeat(1_000)).is_err());
    }

    #[test]
    fn paths_are_compared_from_their_end() {
        let path = ["r", "set", "item"].map(str::to_owned);
        assert!(ends_with(&path, &["set", "item"]));
        assert!(!ends_with(&path, &["r", "item"]));
        assert!(!ends_with(&path, &["x", "r", "set", "item"]));
    }
}
