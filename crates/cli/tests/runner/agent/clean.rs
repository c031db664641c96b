//! `bellwether agent --clean`, on moto and on NATS.

use bellwether_testkit::moto::Moto;
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::exec::support::{Site, crash, holds};
use crate::support::wait_until;

const REGION: &str = "eu-west-2";
/// What there is of an environment: its queues, the ends of its subscriptions, and the nodes of its inventory.
const LOOK: &str = r#"
import json, os, boto3
env, region = os.environ["BW"], os.environ["REGION"]
sqs, sns, db = (boto3.client(name, region_name=region) for name in ("sqs", "sns", "dynamodb"))
queues = [url.rsplit("/", 1)[1] for url in sqs.list_queues(QueueNamePrefix=f"bw-{env}-node-").get("QueueUrls", [])]
topic = f"arn:aws:sns:{region}:123456789012:bw-{env}"
subscribed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
nodes = [item["node"]["S"] for item in db.scan(TableName=f"bw-{env}-nodes")["Items"]]
short = lambda names: sorted(name.rsplit("-node-", 1)[-1] for name in names)
print(json.dumps([short(queues), short(end["Endpoint"] for end in subscribed), short(nodes)]))
"#;

fn site() -> Site {
    let more = [("BELLWETHER_AWS_TIMEOUT", "30s"), ("BELLWETHER_AGENT_ANNOUNCE", "1s")];
    let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Site::at("sqs:").with(Moto::shared().environment(REGION)).with(more)
}

/// The nodes that have a queue, a subscription and an entry: the same for all three.
fn nodes_of(site: &Site) -> Vec<String> {
    let told = Moto::shared().run_boto(LOOK, &[("BW", &site.env.replace('-', "_2D")), ("REGION", REGION)]);
    let lists: [Vec<String>; 3] = serde_json::from_str::<Value>(&told).and_then(serde_json::from_value).unwrap();
    assert!(lists[0] == lists[1] && lists[1] == lists[2], "{lists:?}");
    lists[0].clone()
}

/// Long beside the second in which agents that live announce themselves.
fn clean(site: &Site, arguments: &[&str]) -> String {
    site.end(0, &[&["agent", "--clean", "--silent-for", "20s"], arguments].concat()).stdout_text()
}

#[test]
fn what_silent_nodes_left_is_removed_and_nothing_of_nodes_that_live_or_have_just_left() {
    let (site, neighbours) = (site(), site());
    let mut agents = site.agents(&["db-1", "web-1", "web-2"]);
    crash(neighbours.agent("web-2"));
    assert_eq!(clean(&site, &[]), "nothing is left behind\n");
    crash(agents.remove(2));
    let queue = format!("bw-{}-node-web-2", site.env.replace('-', "_2D"));
    let would = [
        format!("would remove the queue of a node: {queue} (web-2), since "),
        "would remove what is known of the node: web-2, since ".to_owned(),
    ];
    let is_told = |text: &str| {
        let lines: Vec<&str> = text.lines().collect();
        lines.len() == 2 && lines.iter().zip(&would).all(|(line, would)| line.starts_with(would))
    };
    wait_until("web-2 was silent for so long", || is_told(&clean(&site, &["--dry-run"])));

    // It ends, perhaps for an upgrade, and what its queue holds must be there when it returns.
    let web_1 = agents.remove(1);
    web_1.signal(Signal::SIGTERM);
    web_1.finish().expect_code(0);
    assert!(is_told(&clean(&site, &["--dry-run"])));
    assert_eq!(nodes_of(&site), ["db-1", "web-1", "web-2"], "nothing was removed yet");

    let removed = clean(&site, &[]);
    assert!(is_told(&removed.replace("removed", "would remove")), "{removed}");
    assert_eq!(nodes_of(&site), ["db-1", "web-1"]);
    assert_eq!(nodes_of(&neighbours), ["web-2"]);
}

#[test]
fn on_nats_silent_nodes_are_removed_from_the_inventory_and_nobody_waits_for_them_any_more() {
    let (announce, second) = ("BELLWETHER_AGENT_ANNOUNCE".to_owned(), "1s".to_owned());
    let site = Site::new().with([(announce, second)]);
    let clean = |arguments: &[&str]| {
        // Long beside the second in which agents that live announce themselves.
        site.end(0, &[&["agent", "--clean", "--silent-for", "15s"], arguments].concat()).stdout_text()
    };
    let mut agents = site.agents(&["db-1", "web-1"]);
    assert_eq!(clean(&[]), "nothing is left behind\n");
    crash(agents.remove(1));
    let is_told = |text: &str, what: &str| {
        text.lines().count() == 1 && text.starts_with(&format!("{what} what is known of the node: web-1, since 2"))
    };
    wait_until("web-1 was silent for so long", || is_told(&clean(&["--dry-run"]), "would remove"));
    site.end(2, &["ping", "--wait", "1s"]);
    let removed = clean(&[]);
    assert!(is_told(&removed, "removed"), "{removed}");
    assert_eq!(clean(&[]), "nothing is left behind\n");
    holds(&site.end(0, &["ping"]).stdout_text(), &["db-1", "1 of 1 answered"]);
    let _returned = site.agent("web-1");
    holds(&site.end(0, &["ping"]).stdout_text(), &["2 of 2 answered"]);
}
