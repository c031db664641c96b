//! `lb show` and `lb list` for people.

use bellwether_testkit::fake_elb::FakeAws;
use bellwether_testkit::http::Server;
use bellwether_testkit::moto::Moto;
use serde_json::json;

use super::support::{answer, boto, created, described, holds, lb, lb_at, parameters, printed};

const REGION: &str = "sa-east-1";

#[test]
fn a_load_balancer_is_shown_with_all_that_belongs_to_it() {
    created(REGION, "shown");
    let ids = Moto::shared().run_instances(REGION, 2, &[]);
    printed(lb(REGION, &["instance", "register", "shown", &ids[0], &ids[1], "i-0000000000000dead"]));
    Moto::shared().stop_instances(REGION, &[&ids[1]]);
    printed(lb(REGION, &["tag", "add", "shown", "Team=web"]));
    printed(lb(REGION, &["policy", "create", "shown", "sticky", "--lb-cookie"]));
    printed(lb(REGION, &["policy", "apply", "shown", "--port", "80", "sticky"]));
    printed(lb(REGION, &["health-check", "shown", "--target", "tcp:22"]));
    let text = printed(lb(REGION, &["show", "shown"]));
    let peer = described(REGION, "shown");
    holds(
        &text,
        &[
            "shown\n  DNS name         ",
            peer["DNSName"].as_str().unwrap(),
            peer["VPCId"].as_str().unwrap(),
            "\n  Scheme           internet-facing\n",
            "\n  Zones            sa-east-1a\n",
            "\n  Health check     TCP:22 every 30 s, timeout 5 s, healthy after 3, unhealthy after 5\n",
            "cross-zone=false",
            "\n  Tags             Team=web\n",
            "\n  LISTENER      POLICIES  CERTIFICATE\n  80:8080/http",
            "  sticky\n",
            "\n  INSTANCE             STATE         REASON\n",
            &format!("\n  {}  InService\n", ids[0]),
            &format!("\n  {}  OutOfService\n", ids[1]),
            "\n  i-0000000000000dead  -             AWS says nothing about it",
        ],
    );
    let two = printed(lb(REGION, &["show", "shown", "shown"]));
    assert_eq!(two, text, "asked twice, shown once");
}

#[test]
fn the_list_has_a_line_for_each() {
    created(REGION, "listed-b");
    created(REGION, "listed-a");
    printed(lb(REGION, &["listener", "add", "listed-a", "443:80/ssl,arn:aws:iam::123456789012:server-certificate/x"]));
    let text = printed(lb(REGION, &["list", "listed-*"]));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("NAME      SCHEME           LISTENERS"), "{text}");
    holds(lines[1], &["listed-a  internet-facing  80:8080/http", "443:80/ssl", "sa-east-1a", "  0  "]);
    assert!(!text.contains("arn:"), "a certificate does not fit on a line: {text}");
    assert!(lines[2].starts_with("listed-b  "), "{text}");
    let dns = boto("describe", &json!({"region": REGION, "name": "listed-a"}))["DNSName"].as_str().unwrap().to_owned();
    assert!(lines[1].ends_with(&dns), "{text}");
}

#[test]
fn why_an_instance_gets_no_traffic_is_explained() {
    let aws = FakeAws::start();
    aws.change(|world| {
        world.set_load_balancer("web", &[("i-1", "InService"), ("i-2", "OutOfService"), ("i-3", "Unknown")]);
    });
    let server = bellwether_testkit::proxy::Proxy::altering(&aws.url(), |request, pass_on| {
        if parameters(request)["Action"] == "DescribeTags" { answer(request, "") } else { pass_on() }
    });
    let text = printed(lb_at(&server.url(), "eu-west-1", &["show", "web"]));
    holds(
        &text,
        &[
            "\n  i-1       InService\n",
            "OutOfService  Instance has failed at least the UnhealthyThreshold number of health checks consecutively. \
             The health check fails: try its target on the instance itself",
            "Unknown       Instance registration is still in progress. It was registered a moment ago",
        ],
    );
    let screen = lb_at(&server.url(), "eu-west-1", &["show", "web"]).on_terminal();
    assert_eq!(screen.code, Some(0), "{}", screen.text);
    for (colour, word) in [("32", "InService"), ("31", "OutOfService"), ("33", "Unknown")] {
        let word_at = screen.text.lines().find(|line| line.contains(word) && !line.contains("STATE")).unwrap();
        assert!(word_at.contains('\u{1b}'), "{word} is {colour}: {word_at:?}");
    }
}

#[test]
fn texts_of_others_stay_on_their_line_and_cannot_steer_the_terminal() {
    let server = Server::start("127.0.0.1:0", |request| {
        let inside = match &*parameters(request)["Action"] {
            "DescribeLoadBalancers" => {
                "<LoadBalancerDescriptions><member><LoadBalancerName>web</LoadBalancerName>\
                 <DNSName>a&#27;[31m&#10;b</DNSName></member></LoadBalancerDescriptions>"
            }
            "DescribeLoadBalancerAttributes" => "<LoadBalancerAttributes/>",
            _ => {
                "<TagDescriptions><member><LoadBalancerName>web</LoadBalancerName><Tags><member><Key>k</Key>\
                 <Value>&#27;[2J&#10;x</Value></member></Tags></member></TagDescriptions>"
            }
        };
        answer(request, inside)
    });
    for view in ["list", "show web", "tag list web"] {
        let text = printed(lb_at(&server.url(), "eu-west-1", &super::support::words(view)));
        assert!(!text.contains('\u{1b}') && !text.contains("\nb") && !text.contains("\nx"), "{view}: {text:?}");
    }
}
