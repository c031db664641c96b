use super::*;
use crate::http::{read_answer, write_request};
use std::io::BufReader;
use std::net::TcpStream;
use std::time::Duration;

/// Asks with a signature that is right but for its value.
fn ask(aws: &FakeAws, scope: &str, body: &str) -> (u16, String) {
    let signature = format!("AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/{scope}/aws4_request, Signature=0");
    let request = Request {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: vec![("authorization".to_owned(), signature)],
        body: body.as_bytes().to_vec(),
    };
    let mut stream = TcpStream::connect(aws.url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    write_request(&mut stream, &request).unwrap();
    let answer = read_answer(&mut BufReader::new(stream)).unwrap();
    (answer.status, String::from_utf8(answer.body).unwrap())
}

fn health(aws: &FakeAws) -> (u16, String) {
    ask(aws, "elasticloadbalancing", "Action=DescribeInstanceHealth&Version=2012-06-01&LoadBalancerName=web")
}

fn with_a_load_balancer() -> FakeAws {
    let aws = FakeAws::start();
    aws.change(|world| world.set_load_balancer("web", &[("i-1", "InService")]));
    aws
}

#[test]
fn shows_what_a_test_has_set() {
    let aws = FakeAws::start();
    let (status, body) = health(&aws);
    assert_eq!(status, 400);
    assert!(body.contains("<Code>LoadBalancerNotFound</Code>"), "{body}");
    aws.change(|world| world.set_load_balancer("web", &[("i-1", "InService")]));
    let (status, body) = health(&aws);
    assert_eq!(status, 200);
    assert!(body.contains("<InstanceId>i-1</InstanceId>"), "{body}");
    assert_eq!(aws.calls("DescribeInstanceHealth"), 2);
}

#[test]
fn wants_a_signature_for_the_service() {
    let aws = with_a_load_balancer();
    let (status, body) = ask(&aws, "ec2", "Action=DescribeInstanceHealth&Version=2012-06-01&LoadBalancerName=web");
    assert_eq!(status, 403);
    assert!(body.contains("SignatureDoesNotMatch"), "{body}");
}

#[test]
fn goes_wrong_as_told_and_recovers() {
    let aws = with_a_load_balancer();
    aws.misbehave(Faults::first(2, Fault::Throttled));
    assert_eq!([health(&aws).0, health(&aws).0, health(&aws).0], [400, 400, 200]);
    aws.misbehave(Faults::action("DescribeInstanceHealth", Fault::Denied));
    assert_eq!(health(&aws).0, 403);
    aws.misbehave(Faults::always(Fault::InternalFailure));
    assert_eq!(health(&aws).0, 500);
    aws.misbehave(Faults::default());
    assert_eq!(health(&aws).0, 200);
}
