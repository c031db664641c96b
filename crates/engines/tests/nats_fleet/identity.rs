//! Credentials, permissions and TLS.

use bellwether_core::fleet::transport::{AgentTransport, Audience, CallerTransport};
use bellwether_engines::nats::NatsOptions;
use bellwether_engines::nats::fleet::{AgentLink, CallerLink, Connection};
use bellwether_testkit::nats::{NatsServer, Release};

use super::{agent, answered, call, caller, node, production, received, url};

/// What the module's table of permissions says, for one environment.
const USERS: &str = r#"
accounts {
  fleet {
    jetstream: enabled
    users: [
      { user: "agent", password: "p@ss", permissions: {
        publish: ["bw.production.reply.*", "bw.production.durable.reply.*", "$KV.bw_production_nodes.node.i-1",
                  "$JS.API.STREAM.INFO.KV_bw_production_nodes", "$JS.API.STREAM.CREATE.KV_bw_production_nodes",
                  "$JS.ACK.bw_production_requests.n-i-1.>", "_INBOX.bw.production.agent.i-1.>"]
        subscribe: ["bw.production.all", "bw.production.node.i-1", "bw.production.deliver.i-1",
                    "_INBOX.bw.production.agent.i-1.>"] } }
      { user: "caller", password: "c", permissions: {
        publish: ["bw.production.all", "bw.production.node.*", "bw.production.durable.node.*", "$JS.API.>",
                  "_INBOX.bw.production.caller.>"]
        subscribe: ["bw.production.reply.*", "bw.production.durable.reply.*", "_INBOX.bw.production.caller.>"] } }
    ]
  }
}
"#;

fn url_as(server: &NatsServer, credentials: &str) -> String {
    format!("nats://{credentials}@{}", server.address())
}

async fn agent_connection(server: &NatsServer) -> Connection {
    let url = url_as(server, "agent:p%40ss");
    Connection::of_agent(&url, NatsOptions::default(), &production(), &node("i-1")).await.unwrap()
}

#[tokio::test]
async fn the_permissions_of_the_manual_are_enough_and_no_more_is_allowed() {
    let server = NatsServer::start_with(Release::Recent, USERS);
    let agents = agent_connection(&server).await;
    let options = NatsOptions::default();
    let callers = Connection::of_caller(&url_as(&server, "caller:c"), options, &production()).await.unwrap();
    let (agent, caller) = (agent(&agents, "i-1").await, caller(&callers));
    for durable in [false, true] {
        let address = caller.listen(call(1), durable).await.unwrap();
        caller.send(Audience::Nodes(&[node("i-1")]), durable, b"{}").await.unwrap();
        assert_eq!(received(&agent).await, b"{}");
        agent.reply(&address, call(1), durable, b"{\"re\":1}").await.unwrap();
        assert_eq!(answered(&caller).await, b"{\"re\":1}");
    }
    caller.send(Audience::Everyone, false, b"{}").await.unwrap();
    assert_eq!(received(&agent).await, b"{}");
    agent.announce(b"{\"node\":1}").await.unwrap();
    let known = caller.inventory().await.unwrap();
    assert!(known.len() == 1 && known[0].record == b"{\"node\":1}", "{known:?}");
    assert_eq!(caller.results(call(1)).await.unwrap(), [b"{\"re\":1}"]);

    // An agent's user does not speak for another node, makes no requests, and neither of the two reaches another environment.
    let other = AgentLink::on(&agents, production(), node("i-2")).await.unwrap_err();
    assert!(other.to_string().to_lowercase().contains("permissions violation"), "{other:?}");
    let posing = CallerLink::on(&agents, production());
    let error = posing.send(Audience::Everyone, false, b"{}").await.unwrap_err();
    assert!(error.to_string().to_lowercase().contains("permissions violation"), "{error:?}");
    assert!(error.remedy.contains("configuration"), "{error:?}");
    let error = posing.listen(call(2), false).await.unwrap_err();
    assert!(error.to_string().to_lowercase().contains("permissions violation"), "{error:?}");
    let staging = "staging".parse().unwrap();
    let error = AgentLink::on(&agents, staging, node("i-1")).await.unwrap_err();
    assert!(error.to_string().to_lowercase().contains("permissions violation"), "{error:?}");
}

#[tokio::test]
async fn a_wrong_password_is_told_as_such_and_never_shown() {
    let server = NatsServer::start_with(Release::System, USERS);
    for credentials in ["agent:hunter2", "hunter2:x", "hunter2"] {
        let error = Connection::open(&url_as(&server, credentials), NatsOptions::default()).await.unwrap_err();
        assert!(error.remedy.contains("password"), "{error:?}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let connection = agent_connection(&server).await;
    assert!(!format!("{connection:?}").contains("p@ss") && format!("{connection:?}").contains(&server.address()));
}

#[tokio::test]
async fn a_server_is_known_by_its_certificate() {
    let server = NatsServer::start_with_tls();
    let tls = format!("tls://{}", server.address());
    let trusting = NatsOptions { ca_file: Some(server.certificate()), ..NatsOptions::default() };
    let connection = Connection::open(&tls, trusting).await.unwrap();
    let (agent, caller) = (agent(&connection, "i-1").await, caller(&connection));
    let address = caller.listen(call(1), false).await.unwrap();
    agent.reply(&address, call(1), false, b"{}").await.unwrap();
    assert_eq!(answered(&caller).await, b"{}");
    let error = Connection::open(&tls, NatsOptions::default()).await.unwrap_err();
    assert!(error.why.contains("certificate"), "{error:?}");
}

#[tokio::test]
async fn what_is_no_url_of_a_transport_is_refused_without_being_repeated() {
    for url in
        ["", "http://a", "nats://", "nats://me:hunter2@a,me:hunter2@b", "nats://me:hunter2@a/bucket", "nats://a b"]
    {
        let error = Connection::open(url, NatsOptions::default()).await.unwrap_err();
        assert!(error.remedy.contains("nats://"), "{url}: {error:?}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let server = NatsServer::start(Release::System);
    Connection::open(&format!("{}/", url(&server)), NatsOptions::default()).await.unwrap();
}
