//! Who gets a request, and who does not.

use bellwether_core::fleet::transport::Audience;
use bellwether_core::names::NodeId;

use super::fixtures::{environment, node, others, received};
use super::{Checked, Stage, same};
use crate::awkward;

/// All of them get it, and nobody else does.
pub async fn a_broadcast_reaches_every_agent_of_its_environment(stage: &impl Stage) -> Checked {
    let (env, elsewhere) = (environment("broadcast"), environment("broadcast-2"));
    let (one, two) = (stage.agent(&env, &node("i-1")).await, stage.agent(&env, &node("i-2")).await);
    let stranger = stage.agent(&elsewhere, &node("i-1")).await;
    let (caller, other) = (stage.caller(&env).await, stage.caller(&elsewhere).await);
    caller.send(Audience::Everyone, false, b"{\"to\":\"all\"}").await?;
    for agent in [&one, &two] {
        same("what an agent gets", &received(&**agent).await?, &b"{\"to\":\"all\"}".to_vec())?;
    }
    other.send(Audience::Everyone, false, b"{}").await?;
    same("what the stranger gets", &received(&*stranger).await?, &b"{}".to_vec())?;
    same("what the stranger gets besides", &others(&*stranger, b"{}").await?, &vec![])?;
    same("what an agent gets besides", &others(&*one, b"{\"to\":\"all\"}").await?, &vec![])
}

/// Two of three get it.
pub async fn a_request_to_nodes_reaches_them_alone(stage: &impl Stage) -> Checked {
    let env = environment("nodes");
    let names = ["i-1", "i-2", "i-3"].map(node);
    let (one, two) = (stage.agent(&env, &names[0]).await, stage.agent(&env, &names[1]).await);
    let three = stage.agent(&env, &names[2]).await;
    let caller = stage.caller(&env).await;
    caller.send(Audience::Nodes(&names[..2]), false, b"{\"to\":\"two\"}").await?;
    caller.send(Audience::Nodes(&names[2..]), false, b"{\"to\":\"three\"}").await?;
    same("what the first gets", &received(&*one).await?, &b"{\"to\":\"two\"}".to_vec())?;
    same("what the second gets", &received(&*two).await?, &b"{\"to\":\"two\"}".to_vec())?;
    same("what the third gets", &received(&*three).await?, &b"{\"to\":\"three\"}".to_vec())?;
    same("what the third gets besides", &others(&*three, b"{\"to\":\"three\"}").await?, &vec![])
}

/// Names that begin alike, and a node of the same name in each.
pub async fn environments_stay_apart(stage: &impl Stage) -> Checked {
    let environments = ["apart", "apart-all", "apart_node", "apart-node"].map(environment);
    let name = node("i-1");
    let mut agents = Vec::new();
    for env in &environments {
        agents.push(stage.agent(env, &name).await);
    }
    for env in &environments {
        let message = format!("{{\"env\":\"{env}\"}}").into_bytes();
        let caller = stage.caller(env).await;
        caller.send(Audience::Nodes(std::slice::from_ref(&name)), false, &message).await?;
    }
    for (env, agent) in environments.iter().zip(&agents) {
        let message = format!("{{\"env\":\"{env}\"}}").into_bytes();
        same(&format!("what is got in {env}"), &received(&**agent).await?, &message)?;
        same(&format!("what is got in {env} besides"), &others(&**agent, &message).await?, &vec![])?;
    }
    Ok(())
}

/// Each node gets what is for it, whatever it is called.
pub async fn any_name_is_told_apart(stage: &impl Stage) -> Checked {
    let env = environment("names");
    let names: Vec<NodeId> = awkward::names().into_iter().map(|name| node(&name)).collect();
    let mut agents = Vec::new();
    for name in &names {
        agents.push(stage.agent(&env, name).await);
    }
    let caller = stage.caller(&env).await;
    for (number, name) in names.iter().enumerate() {
        let message = format!("{{\"number\":{number}}}").into_bytes();
        caller.send(Audience::Nodes(std::slice::from_ref(name)), false, &message).await?;
    }
    for (number, (name, agent)) in names.iter().zip(&agents).enumerate() {
        let message = format!("{{\"number\":{number}}}").into_bytes();
        same(&format!("what '{name}' gets"), &received(&**agent).await?, &message)?;
    }
    for (number, (name, agent)) in names.iter().zip(&agents).enumerate().take(3) {
        let message = format!("{{\"number\":{number}}}").into_bytes();
        same(&format!("what '{name}' gets besides"), &others(&**agent, &message).await?, &vec![])?;
    }
    Ok(())
}

/// Envelopes are JSON, with escapes and any script in it.
pub async fn what_was_sent_arrives_byte_for_byte(stage: &impl Stage) -> Checked {
    let env = environment("bytes");
    let agent = stage.agent(&env, &node("i-1")).await;
    let caller = stage.caller(&env).await;
    for text in
        ["x", "{\"body\":\"a\\n\\\"b\\\" \\u0000 <&> \u{e9}\u{1f411}\"}", "  spaces  around  ", "a\tb\nc", "%41+&="]
    {
        caller.send(Audience::Everyone, false, text.as_bytes()).await?;
        same("what arrives", &String::from_utf8_lossy(&received(&*agent).await?).as_ref(), &text)?;
    }
    Ok(())
}
