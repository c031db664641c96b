use proptest::prelude::*;

use super::super::tests::report;
use super::*;
use crate::claim::KeptOutput;

const RID: &str = "rid=00112233-4455-6677-8899-aabbccddeeff";

fn url(text: &str) -> PingUrl {
    text.parse().unwrap()
}

fn run_id() -> RunId {
    RunId::new("00112233445566778899aabbccddeeff").unwrap()
}

#[test]
fn start_success_and_failure_have_paths_of_their_own() {
    let ping = url("https://hc-ping.com/uuid");
    assert_eq!(ping.for_start(&run_id()), format!("https://hc-ping.com/uuid/start?{RID}"));
    for (ending, status, path) in [
        (Ending::Success, Some(0), ""),
        (Ending::Failed, Some(3), "/3"),
        (Ending::TimedOut, Some(124), "/124"),
        (Ending::Killed, Some(137), "/137"),
        (Ending::Failed, Some(255), "/255"),
        (Ending::Failed, Some(256), "/fail"),
        (Ending::ClaimLost, Some(0), "/fail"),
        (Ending::Lost, None, "/fail"),
    ] {
        let expected = format!("https://hc-ping.com/uuid{path}?{RID}");
        assert_eq!(ping.for_end(&report(ending, status)), expected, "{ending:?} {status:?}");
    }
}

#[test]
fn a_query_stays_behind_the_path_and_a_slash_at_the_end_is_not_doubled() {
    let start = |text: &str| url(text).for_start(&run_id());
    assert_eq!(start("https://h/k/slug?create=1&a=b%20c"), format!("https://h/k/slug/start?create=1&a=b%20c&{RID}"));
    assert_eq!(start("http://h:8000/ping/uuid/"), format!("http://h:8000/ping/uuid/start?{RID}"));
    assert_eq!(start("http://h"), format!("http://h/start?{RID}"));
    assert_eq!(start("http://h/x#part"), format!("http://h/x/start?{RID}"));
    assert_eq!(start("http://h/x?rid=mine"), "http://h/x/start?rid=mine", "an id that is given stays");
}

#[test]
fn an_id_that_is_no_uuid_is_left_out() {
    for id in ["r1", "00112233445566778899AABBCCDDEEFF", "../../../../../../../../../../../"] {
        assert_eq!(url("http://h/x").for_start(&RunId::new(id).unwrap()), "http://h/x/start", "{id}");
    }
}

#[test]
fn only_scheme_and_host_are_shown() {
    for (text, shown) in [
        ("https://hc-ping.com/secret?k=secret#secret", "https://hc-ping.com"),
        ("http://user:secret@h.example.com:8000/secret", "http://h.example.com:8000"),
        ("http://[::1]:9/secret", "http://[::1]:9"),
    ] {
        let ping = url(text);
        assert_eq!(ping.to_string(), shown);
        assert_eq!(format!("{ping:?}"), format!("PingUrl({shown})"));
    }
}

#[test]
fn what_is_no_ping_url_is_refused_without_repeating_it() {
    for (text, error) in [
        ("", PingUrlError::Malformed),
        ("hc-ping.com/secret", PingUrlError::Malformed),
        ("https://", PingUrlError::Malformed),
        ("https:// h/secret", PingUrlError::Malformed),
        ("ftp://h/secret", PingUrlError::Scheme),
        ("file:///secret", PingUrlError::Scheme),
    ] {
        assert_eq!(text.parse::<PingUrl>(), Err(error), "{text}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[test]
fn the_body_of_an_end_is_a_summary_and_the_output() {
    let body = end_body(&report(Ending::Failed, Some(3)));
    let (summary, output) = body.split_once("\n\n").unwrap();
    assert_eq!(summary, report(Ending::Failed, Some(3)).summary());
    assert_eq!(output, "first\nlast\n");
}

#[test]
fn output_that_was_cut_is_said_to_be() {
    let output = KeptOutput { tail: b"tail".to_vec(), total: 1_004 };
    let body = end_body(&Report { output, ..report(Ending::Success, Some(0)) });
    assert!(body.ends_with("\n\n[1000 bytes before this are not kept]\ntail"), "{body}");
}

proptest! {
    #[test]
    fn whatever_a_command_writes_makes_a_body_that_is_kept_to_its_end(
        tail in prop::collection::vec(any::<u8>(), 0..65_536), more in 0_u64..1_000_000,
    ) {
        let total = tail.len() as u64 + more;
        let text = String::from_utf8_lossy(&tail).into_owned();
        let body = end_body(&Report { output: KeptOutput { tail, total }, ..report(Ending::Success, Some(0)) });
        prop_assert!(body.len() <= LONGEST_BODY);
        let last: String = text.chars().rev().take(1_000).collect();
        prop_assert!(last.chars().zip(body.chars().rev()).all(|(expected, kept)| expected == kept));
    }

    #[test]
    fn a_ping_goes_to_the_host_and_below_the_path_it_was_given(path in "(/[a-z0-9%_.~-]{1,8}){0,4}", query in "([a-z]{1,5}=[a-z0-9]{0,5}(&[a-z]{1,4}=[a-z]{1,3})?)?") {
        let mark = if query.is_empty() { "" } else { "?" };
        let ping = url(&format!("https://h.example.com{path}{mark}{query}"));
        let start = Url::parse(&ping.for_start(&run_id())).unwrap();
        prop_assert_eq!(start.host_str(), Some("h.example.com"));
        prop_assert!(start.path().ends_with("/start"));
        prop_assert!(start.query().unwrap_or_default().starts_with(&query));
        let success = Url::parse(&ping.for_end(&report(Ending::Success, Some(0)))).unwrap();
        prop_assert_eq!(format!("{}/start", success.path().trim_end_matches('/')), start.path());
    }
}
