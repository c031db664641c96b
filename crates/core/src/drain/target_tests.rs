use proptest::prelude::*;

use super::*;

fn target(text: &str) -> Target {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn every_form_reads_and_writes_back() {
    for (text, id, port, zone) in [
        ("i-0123456789abcdef0", "i-0123456789abcdef0", None, None),
        ("i-0123456789abcdef0:8080", "i-0123456789abcdef0", Some(8080), None),
        ("10.0.0.1:8080@eu-west-1a", "10.0.0.1", Some(8080), Some("eu-west-1a")),
        ("10.0.0.1@all", "10.0.0.1", None, Some("all")),
        ("2001:db8::1", "2001:db8::1", None, None),
        ("[2001:db8::1]:443@all", "2001:db8::1", Some(443), Some("all")),
        ("arn:aws:lambda:eu-west-1:1:function:f", "arn:aws:lambda:eu-west-1:1:function:f", None, None),
    ] {
        let read = target(text);
        assert_eq!((read.id(), read.port(), read.zone()), (id, port, zone), "{text}");
        assert_eq!(read.to_string(), text);
    }
    let quic = target("i-1:443#0x1234567890abcdef");
    assert_eq!(
        (quic.server_id(), quic.to_string().as_str()),
        (Some("0x1234567890abcdef"), "i-1:443#0x1234567890abcdef")
    );
}

#[test]
fn addresses_have_one_spelling() {
    assert_eq!(target("[2001:DB8:0::1]:80"), target("[2001:db8::1]:80"));
    assert_eq!(target("[2001:db8::1]"), target("2001:db8::1"));
}

#[test]
fn an_entry_is_known_by_id_and_port_and_not_by_its_zone() {
    assert!(target("10.0.0.1:80@all").is_same_entry(&target("10.0.0.1"), Some(80)));
    assert!(!target("10.0.0.1:81").is_same_entry(&target("10.0.0.1"), Some(80)));
    assert!(!target("10.0.0.1:80").is_same_entry(&target("10.0.0.2:80"), Some(80)));
}

#[test]
fn errors_say_what_is_wrong() {
    for (text, says) in [
        ("", "no target"),
        ("web", "no target"),
        ("i-", "no target"),
        ("i-1 2", "no target"),
        ("i-ABC", "no target"),
        ("[::1", "no target"),
        ("[::1]80", "no target"),
        ("arn:aws:a b", "no target"),
        ("i-1:0", "1 to 65535"),
        ("i-1:65536", "1 to 65535"),
        ("i-1:", "1 to 65535"),
        ("i-1@", "no availability zone"),
        ("i-1@EU west", "no availability zone"),
        ("i-1#0x12", "no server id"),
    ] {
        let error = text.parse::<Target>().unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_reads_back(text in "\\PC{0,40}|(i-|arn:|\\[)?[0-9a-f.:\\[\\]@#x-]{0,40}") {
        if let Ok(target) = text.parse::<Target>() {
            prop_assert_eq!(target.to_string().parse::<Target>(), Ok(target));
        }
    }
}
