//! What is asked of AWS is what the policies allow.

use std::collections::BTreeSet;
use std::time::Duration;

use bellwether_aws::{CleanRules, Grant, fleet_agent_grants, fleet_caller_grants, fleet_clean_grants};
use bellwether_core::fleet::transport::{AgentTransport, Audience, CallerTransport};
use bellwether_testkit::http::Request;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;

use super::{call, environment, fleet, fleet_at, node};

/// The IAM action of a request. Those of a batch are those of its parts.
fn action(request: &Request) -> String {
    match request.header("x-amz-target") {
        Some(target) if target.starts_with("AmazonSQS") => {
            format!("sqs:{}", target.split('.').next_back().unwrap().trim_end_matches("Batch"))
        }
        Some(target) => format!("dynamodb:{}", target.split('.').next_back().unwrap()),
        None => format!("sns:{}", request.text().split(['=', '&']).nth(1).unwrap()),
    }
}

fn asked(proxy: &Proxy) -> BTreeSet<String> {
    proxy.log().iter().map(|exchange| action(&exchange.request)).collect()
}

fn allowed(grants: &[Grant]) -> BTreeSet<String> {
    grants.iter().flat_map(|grant| grant.actions.iter().map(|action| (*action).to_owned())).collect()
}

/// All that is asked is allowed, and what is allowed beyond it is what one request asks for in another's name.
fn assert_fits(asked: &BTreeSet<String>, grants: &[Grant], beyond: &[&str]) {
    let allowed = allowed(grants);
    assert_eq!(asked.difference(&allowed).collect::<Vec<_>>(), Vec::<&String>::new(), "not allowed");
    let more: Vec<_> = allowed.difference(asked).map(String::as_str).collect();
    assert_eq!(more, beyond, "allowed for nothing");
}

#[tokio::test]
async fn each_side_asks_for_what_its_policy_allows() {
    let [agents, callers, cleaners] = [(); 3].map(|()| Proxy::start(Moto::shared().endpoint(), Duration::ZERO));
    let env = "allowed";
    // Two lives: what is made in the first is looked at in the second.
    fleet_at(&agents.url(), env).agent(&node("i-1")).await.unwrap();
    let agent = fleet_at(&agents.url(), env).agent(&node("i-1")).await.unwrap();
    agent.announce(b"{}").await.unwrap();
    let caller = fleet_at(&callers.url(), env).caller();
    caller.listen(call(1), true).await.unwrap();
    let address = caller.listen(call(1), true).await.unwrap();
    caller.send(Audience::Everyone, false, b"{}").await.unwrap();
    caller.send(Audience::Nodes(&[node("i-1")]), true, b"{}").await.unwrap();
    for _ in 0..2 {
        let delivery = agent.receive().await.unwrap();
        agent.settle(&delivery.receipt).await.unwrap();
    }
    agent.reply(&address, call(1), true, b"{}").await.unwrap();
    agent.close().await;
    caller.receive().await.unwrap();
    caller.inventory().await.unwrap();
    caller.results(call(1)).await.unwrap();
    caller.close().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let rules = CleanRules { keep: &[], nodes_younger_than: Duration::ZERO, replies_younger_than: Duration::ZERO };
    let left = fleet_at(&cleaners.url(), env).leftovers(&rules).await.unwrap();
    assert!(fleet_at(&cleaners.url(), env).remove(&left).await.unwrap().iter().all(Result::is_ok));
    assert_eq!(fleet(env).leftovers(&rules).await.unwrap(), []);

    let environment = environment(env);
    assert_fits(
        &asked(&agents),
        &fleet_agent_grants(&environment, None),
        &["dynamodb:TagResource", "sns:TagResource", "sqs:TagQueue"],
    );
    assert_fits(&asked(&callers), &fleet_caller_grants(&environment), &["sqs:TagQueue"]);
    assert_fits(&asked(&cleaners), &fleet_clean_grants(&environment), &[]);
}
