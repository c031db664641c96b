//! Items as they are kept: records and entries as JSON, which tools show as it is.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use bellwether_core::claim::{DecodeError, Entry, Record};
use bellwether_core::names::JobName;
use bellwether_core::store::Version;
use jiff::Timestamp;

use super::keys::{self, Item, Key, Line};

/// The attributes beside the key.
pub(super) const VERSION: &str = "version";
const RECORD: &str = "record";
const ENTRY: &str = "entry";
const OUTPUT: &str = "output";
/// When the entry of a line was recorded, by which history is pruned.
pub(super) const RECORDED: &str = "recorded";
/// When DynamoDB may remove the item, in seconds since 1970. Items without it stay.
pub(super) const EXPIRES: &str = "expires";

/// The most output an entry keeps; an item may have 400 KB.
const LONGEST_OUTPUT: usize = 300 << 10;

/// Why an item cannot be used, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unusable {
    pub(super) why: String,
    pub(super) remedy: &'static str,
}

const DAMAGED: &str = "another program may have written it; delete the item, or use another table";

fn damaged(why: impl Into<String>) -> Unusable {
    Unusable { why: why.into(), remedy: DAMAGED }
}

fn undecoded(error: DecodeError) -> Unusable {
    Unusable { why: error.to_string(), remedy: error.remedy() }
}

pub(super) fn record(job: &JobName, version: u64, text: String) -> Item {
    let mut item = Key::record(job).into_item();
    item.insert(VERSION.to_owned(), AttributeValue::N(version.to_string()));
    item.insert(RECORD.to_owned(), AttributeValue::S(text));
    item
}

pub(super) fn read_record(item: &Item) -> Result<(Record, Version), Unusable> {
    let text = text(item, RECORD)?;
    let record = Record::decode(text).map_err(undecoded)?;
    let version = item.get(VERSION).and_then(|value| value.as_n().ok());
    let version = version.and_then(|number| number.parse::<u64>().ok()).ok_or_else(|| damaged("it has no version"))?;
    Ok((record, Version::new(version.to_string())))
}

pub(super) fn entry(entry: &Entry, expires: Option<Timestamp>) -> Result<Item, serde_json::Error> {
    let mut item = expiring(Key::entry(entry), expires);
    item.insert(ENTRY.to_owned(), AttributeValue::S(entry.encode()?));
    let tail = &entry.output.tail;
    if !tail.is_empty() {
        let end = &tail[tail.len().saturating_sub(LONGEST_OUTPUT)..];
        item.insert(OUTPUT.to_owned(), AttributeValue::B(Blob::new(end)));
    }
    Ok(item)
}

pub(super) fn line(line: &Line, recorded: Timestamp, expires: Option<Timestamp>) -> Item {
    let mut item = expiring(line.key(), expires);
    item.insert(RECORDED.to_owned(), AttributeValue::S(keys::time(recorded)));
    item
}

fn expiring(key: Key, expires: Option<Timestamp>) -> Item {
    let mut item = key.into_item();
    if let Some(at) = expires {
        item.insert(EXPIRES.to_owned(), AttributeValue::N(at.as_second().to_string()));
    }
    item
}

pub(super) fn read_entry(item: &Item) -> Result<Entry, Unusable> {
    let text = text(item, ENTRY)?;
    let tail = item.get(OUTPUT).and_then(|value| value.as_b().ok()).map(|blob| blob.as_ref().to_vec());
    Entry::decode(text, tail.unwrap_or_default()).map_err(undecoded)
}

fn text<'a>(item: &'a Item, attribute: &str) -> Result<&'a str, Unusable> {
    let text = item.get(attribute).and_then(|value| value.as_s().ok());
    text.map(String::as_str).ok_or_else(|| damaged(format!("it has no text '{attribute}'")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_testkit::store::fixtures::{self, instant, job};

    #[test]
    fn an_entry_reads_back() {
        let written = fixtures::entry(&job("j"), 1);
        let item = entry(&written, Some(instant(1_999))).unwrap();
        assert_eq!(read_entry(&item).unwrap(), written);
        assert_eq!(item[EXPIRES], AttributeValue::N("1795255201".into()));
        assert!(!entry(&written, None).unwrap().contains_key(EXPIRES));
    }

    #[test]
    fn output_that_is_too_long_loses_its_beginning() {
        let mut long = fixtures::entry(&job("j"), 1);
        long.output.tail = [vec![b'a'; 1 << 20], b"end".to_vec()].concat();
        let kept = read_entry(&entry(&long, None).unwrap()).unwrap().output;
        assert_eq!((kept.tail.len(), kept.total), (LONGEST_OUTPUT, long.output.total));
        assert!(kept.tail.ends_with(b"end"));
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let mut item = Key::record(&job("j")).into_item();
        assert!(read_record(&item).is_err() && read_entry(&item).is_err());
        item.insert(ENTRY.into(), AttributeValue::S(r#"{"format":2}"#.into()));
        assert!(read_entry(&item).unwrap_err().remedy.contains("upgrade"));
        let whole = record(&job("j"), 1, fixtures::record("r", 1).encode().unwrap());
        assert!(read_record(&whole).is_ok());
        let no_version: Item = whole.into_iter().filter(|(name, _)| name != VERSION).collect();
        assert_eq!(read_record(&no_version).unwrap_err().why, "it has no version");
    }
}
