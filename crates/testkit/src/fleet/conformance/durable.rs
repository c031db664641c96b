//! What is kept for nodes and callers that are away.

use std::collections::BTreeSet;

use bellwether_core::fleet::transport::Audience;
use tokio::time::{Instant, timeout_at};

use super::fixtures::{all_answers, call, delivered, environment, node, received};
use super::{Checked, Stage, explained, holds, same};

/// It was there once, goes, and finds the request when it returns.
pub async fn a_request_waits_for_a_node_that_is_away(stage: &impl Stage) -> Checked {
    let (env, name) = (environment("away"), node("i-1"));
    let agent = stage.agent(&env, &name).await;
    agent.close().await;
    drop(agent);
    let caller = stage.caller(&env).await;
    caller.send(Audience::Nodes(std::slice::from_ref(&name)), true, b"{\"kept\":1}").await?;
    caller.close().await;
    let agent = stage.agent(&env, &name).await;
    same("what is found", &received(&*agent).await?, &b"{\"kept\":1}".to_vec())
}

/// An agent that dies before its journal has the request gets it again.
pub async fn what_is_not_settled_comes_again(stage: &impl Stage) -> Checked {
    let (env, name) = (environment("unsettled"), node("i-1"));
    let agent = stage.agent(&env, &name).await;
    let caller = stage.caller(&env).await;
    caller.send(Audience::Nodes(std::slice::from_ref(&name)), true, b"{\"again\":1}").await?;
    same("what comes first", &delivered(&*agent).await?.message, &b"{\"again\":1}".to_vec())?;
    agent.close().await;
    drop(agent);
    let agent = stage.agent(&env, &name).await;
    same("what comes again", &received(&*agent).await?, &b"{\"again\":1}".to_vec())
}

/// Neither later, nor for an agent that starts again.
pub async fn what_is_settled_does_not_come_again(stage: &impl Stage) -> Checked {
    let (env, name) = (environment("settled"), node("i-1"));
    let agent = stage.agent(&env, &name).await;
    let caller = stage.caller(&env).await;
    caller.send(Audience::Nodes(std::slice::from_ref(&name)), true, b"{\"once\":1}").await?;
    same("what comes", &received(&*agent).await?, &b"{\"once\":1}".to_vec())?;
    // A transport may deliver it twice while it is being settled; after that it must be gone.
    let end = Instant::now() + stage.redelivery() * 2;
    let mut more = 0_u32;
    while let Ok(Ok(delivery)) = timeout_at(end, agent.receive()).await {
        agent.settle(&delivery.receipt).await?;
        more += 1;
    }
    holds(format!("it came {more} times more"), more < 2)?;
    agent.close().await;
    drop(agent);
    let agent = stage.agent(&env, &name).await;
    let later = timeout_at(Instant::now() + stage.redelivery(), agent.receive()).await;
    holds("it came again for the agent's next life", later.is_err())
}

/// The caller is gone for good; another reads what came, and can read it again.
pub async fn results_outlive_the_caller(stage: &impl Stage) -> Checked {
    let env = environment("results");
    let agent = stage.agent(&env, &node("i-1")).await;
    let caller = stage.caller(&env).await;
    let address = caller.listen(call(1), true).await?;
    caller.close().await;
    drop(caller);
    let expected: BTreeSet<Vec<u8>> = (0..50).map(|seq| format!("{{\"seq\":{seq}}}").into_bytes()).collect();
    for message in &expected {
        agent.reply(&address, call(1), true, message).await?;
    }
    for _ in 0..2 {
        let caller = stage.caller(&env).await;
        let found: BTreeSet<_> = caller.results(call(1)).await?.into_iter().collect();
        same("what is read later", &found, &expected)?;
        same("what is read of another call", &caller.results(call(2)).await?, &vec![])?;
        caller.close().await;
    }
    Ok(())
}

/// Who waits for a durable call sees its replies as they come.
pub async fn replies_reach_a_caller_that_still_listens(stage: &impl Stage) -> Checked {
    let env = environment("durable-live");
    let agent = stage.agent(&env, &node("i-1")).await;
    let caller = stage.caller(&env).await;
    let address = caller.listen(call(1), true).await?;
    let expected: BTreeSet<Vec<u8>> = (0..5).map(|seq| format!("{{\"seq\":{seq}}}").into_bytes()).collect();
    for message in &expected {
        agent.reply(&address, call(1), true, message).await?;
    }
    same("what comes", &all_answers(&*caller, expected.len()).await?, &expected)?;
    caller.close().await;
    Ok(())
}

/// Nothing can be kept for a node whose name is not known.
pub async fn without_names_it_is_refused(stage: &impl Stage) -> Checked {
    let caller = stage.caller(&environment("nameless")).await;
    explained("a durable broadcast", caller.send(Audience::Everyone, true, b"{}").await)
}
