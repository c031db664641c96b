//! Which load balancers names and patterns mean, and how little is asked for it.

use std::time::Duration;

use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use serde_json::json;

use super::support::{as_json, boto, end, holds, lb_at, parameters, printed, refusal};

const REGION: &str = "ap-northeast-1";

fn names(url: &str, arguments: &[&str]) -> Vec<String> {
    let told = as_json(&end(lb_at(url, REGION, &[arguments, &["--json"]].concat()), 0));
    let balancers = told.as_array().unwrap().iter();
    balancers.map(|balancer| balancer["name"].as_str().unwrap().to_owned()).collect()
}

fn actions(proxy: &Proxy, from: usize) -> Vec<String> {
    proxy.log()[from..].iter().map(|exchange| parameters(&exchange.request)["Action"].clone()).collect()
}

#[test]
fn four_hundred_and_fifty_load_balancers_are_listed_and_picked_from() {
    boto("create_many", &json!({"region": REGION, "count": 450}));
    let proxy = Proxy::start(Moto::shared().endpoint(), Duration::ZERO);
    let url = proxy.url();
    let all = names(&url, &["list"]);
    assert_eq!(json!(all), boto("names", &json!({"region": REGION})));
    assert_eq!((all.len(), actions(&proxy, 0).len()), (450, 2), "two pages");
    assert_eq!(printed(lb_at(&url, REGION, &["list"])).lines().count(), 451);

    let ten: Vec<_> = (440..450).map(|number| format!("many-{number}")).collect();
    assert_eq!(names(&url, &["list", "many-44?"]), ten);
    assert_eq!(names(&url, &["list", "*-00*", "many-440"]).len(), 11);

    let before = proxy.log().len();
    assert_eq!(names(&url, &["list", "many-009", "many-003", "many-009"]), ["many-009", "many-003"]);
    assert_eq!(actions(&proxy, before), ["DescribeLoadBalancers"], "names alone need no list of all");

    let before = proxy.log().len();
    assert_eq!(names(&url, &["show", "many-1*"]).len(), 100);
    let asked = actions(&proxy, before);
    let count = |action: &str| asked.iter().filter(|asked| *asked == action).count();
    assert_eq!((count("DescribeLoadBalancers"), count("DescribeTags")), (2, 5));
    assert_eq!((count("DescribeLoadBalancerAttributes"), count("DescribeInstanceHealth")), (100, 0));

    let (error, hint) = refusal(lb_at(&url, REGION, &["list", "many-1*", "nobody"]), 69);
    holds(&error, &["nobody", REGION]);
    holds(&hint, &["check the name"]);
    nothing_fits_a_pattern(&url);
}

fn nothing_fits_a_pattern(url: &str) {
    for view in [&["list"] as &[&str], &["show"], &["tag", "list"], &["attribute", "get"], &["policy", "list"]] {
        let done = end(lb_at(url, REGION, &[view, &["none-*", "--json"]].concat()), 0);
        assert_eq!(as_json(&done), json!([]), "{view:?}");
        holds(&done.stderr_text(), &["no classic load balancer in ap-northeast-1 fits 'none-*'"]);
    }
    let done = end(lb_at(url, REGION, &["list", "none-*"]), 0);
    assert_eq!(done.stdout_text(), "");
}
