use super::*;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// One request on a connection of its own; the status and the body, or `None` when no answer comes.
fn ask(imds: &FakeImds, method: &str, path: &str, headers: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(imds.url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Some((head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned()))
}

fn get(imds: &FakeImds, path: &str) -> (u16, String) {
    ask(imds, "GET", path, "").unwrap()
}

const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds: 60\r\n";
const DOCUMENT: &str = "/latest/dynamic/instance-identity/document";

#[test]
fn tells_who_the_instance_is() {
    let imds = FakeImds::builder().instance_id("i-1").region("us-east-2").private_ip("10.1.2.3").start();
    let document: serde_json::Value = serde_json::from_str(&get(&imds, DOCUMENT).1).unwrap();
    assert_eq!(document["instanceId"], "i-1");
    assert_eq!(document["region"], "us-east-2");
    assert_eq!(document["availabilityZone"], "us-east-2a");
    assert_eq!(get(&imds, "/latest/meta-data/instance-id"), (200, "i-1".to_owned()));
    assert_eq!(get(&imds, "/latest/meta-data/local-ipv4"), (200, "10.1.2.3".to_owned()));
    assert_eq!(get(&imds, "/latest/meta-data/placement/availability-zone").1, "us-east-2a");
    assert_eq!(get(&imds, "/latest/meta-data/nothing").0, 404);
    assert_eq!(get(&imds, "/latest/dynamic/instance-identity//document/").0, 200, "as boto 2 spells it");
}

#[test]
fn hands_out_role_credentials() {
    let directory = "/latest/meta-data/iam/security-credentials/";
    let imds = FakeImds::builder().role("web", "AKIDTEST", "secret", "session").start();
    assert_eq!(get(&imds, directory), (200, "web".to_owned()));
    let credentials: serde_json::Value = serde_json::from_str(&get(&imds, &format!("{directory}web")).1).unwrap();
    assert_eq!(credentials["AccessKeyId"], "AKIDTEST");
    assert_eq!(get(&imds, &format!("{directory}other")).0, 404);
    assert_eq!(get(&FakeImds::builder().start(), directory).0, 404);
}

#[test]
fn version_two_needs_a_token_and_a_token_needs_a_life() {
    let imds = FakeImds::builder().v2_required().start();
    assert_eq!(get(&imds, DOCUMENT).0, 401);
    assert_eq!(ask(&imds, "GET", DOCUMENT, "x-aws-ec2-metadata-token: wrong\r\n").unwrap().0, 401);
    assert_eq!(ask(&imds, "PUT", "/latest/api/token", "").unwrap().0, 400);
    let (status, token) = ask(&imds, "PUT", "/latest/api/token", TTL).unwrap();
    assert_eq!((status, token.as_str()), (200, TOKEN));
    let (status, _) = ask(&imds, "GET", DOCUMENT, &format!("x-aws-ec2-metadata-token: {token}\r\n")).unwrap();
    assert_eq!(status, 200);
}

#[test]
fn version_one_knows_no_tokens() {
    let imds = FakeImds::builder().v1_only(405).start();
    assert_eq!(ask(&imds, "PUT", "/latest/api/token", TTL).unwrap().0, 405);
    assert_eq!(get(&imds, DOCUMENT).0, 200);
}

#[test]
fn goes_wrong_as_told() {
    let with = |fault| FakeImds::builder().fault(fault).start();
    let first = with(Fault::First(2, 503));
    let statuses: Vec<_> = (0..3).map(|_| get(&first, DOCUMENT).0).collect();
    assert_eq!(statuses, [503, 503, 200]);
    let expired = with(Fault::FirstGets(1, 401));
    assert_eq!(ask(&expired, "PUT", "/latest/api/token", TTL).unwrap().0, 200);
    assert_eq!((get(&expired, DOCUMENT).0, get(&expired, DOCUMENT).0), (401, 200));
    let refused = with(Fault::TokenRefused(403));
    assert_eq!(ask(&refused, "PUT", "/latest/api/token", TTL).unwrap().0, 403);
    assert_eq!(get(&refused, DOCUMENT).0, 200);
    assert_eq!(get(&with(Fault::Always(404)), DOCUMENT).0, 404);
    assert!(serde_json::from_str::<serde_json::Value>(&get(&with(Fault::Garbage), DOCUMENT).1).is_err());
    assert_eq!(ask(&with(Fault::Hang), "GET", DOCUMENT, ""), None);
    let stuck = with(Fault::HangOnToken);
    assert_eq!(ask(&stuck, "PUT", "/latest/api/token", TTL), None);
    assert_eq!(get(&stuck, DOCUMENT).0, 200);
}

#[test]
fn answers_wait_as_long_as_asked() {
    let delay = Duration::from_millis(50);
    let imds = FakeImds::builder().delay(delay).start();
    assert_eq!(get(&imds, DOCUMENT).0, 200);
    let log = imds.log();
    assert!(log[0].ended.unwrap() - log[0].started >= delay);
}

#[test]
fn pages_and_faults_change_while_it_runs() {
    let imds = FakeImds::builder().v2_required().start();
    let page = "/latest/meta-data/spot/instance-action";
    let header = format!("x-aws-ec2-metadata-token: {TOKEN}\r\n");
    let look = || ask(&imds, "GET", page, &header).unwrap();
    assert_eq!(look().0, 404);
    imds.set_page(page, 200, "{}");
    assert_eq!(look(), (200, "{}".to_owned()));
    assert_eq!(get(&imds, page).0, 401, "the token is asked for all the same");
    imds.misbehave(Fault::First(1, 503));
    assert_eq!((look().0, look().0), (503, 200));
    imds.misbehave(Fault::None);
    imds.set_page(page, 500, "");
    assert_eq!(look().0, 500);
    imds.remove_page(page);
    assert_eq!(look().0, 404);
}
