//! How replies find their caller, and which addresses are refused.

use std::collections::BTreeSet;

use bellwether_core::fleet::request::ReplyAddress;

use super::fixtures::{all_answers, answered, call, environment, node};
use super::{Checked, Stage, explained, holds, same};

/// Two calls at once, and each gets its own.
pub async fn replies_reach_the_call_that_listens(stage: &impl Stage) -> Checked {
    let env = environment("replies");
    let agent = stage.agent(&env, &node("i-1")).await;
    let (one, other) = (stage.caller(&env).await, stage.caller(&env).await);
    let (to_one, to_other) = (one.listen(call(1), false).await?, other.listen(call(2), false).await?);
    agent.reply(&to_one, call(1), false, b"{\"to\":1}").await?;
    agent.reply(&to_other, call(2), false, b"{\"to\":2}").await?;
    same("what the first call gets", &answered(&*one).await?, &b"{\"to\":1}".to_vec())?;
    same("what the second call gets", &answered(&*other).await?, &b"{\"to\":2}".to_vec())?;
    one.close().await;
    other.close().await;
    Ok(())
}

/// None of a few hundred is lost.
pub async fn all_replies_of_many_nodes_arrive(stage: &impl Stage) -> Checked {
    let env = environment("many-replies");
    let caller = stage.caller(&env).await;
    let address = caller.listen(call(1), false).await?;
    let mut expected = BTreeSet::new();
    for number in 0..10 {
        let agent = stage.agent(&env, &node(&format!("i-{number}"))).await;
        for seq in 0..20 {
            let message = format!("{{\"node\":{number},\"seq\":{seq}}}").into_bytes();
            agent.reply(&address, call(1), false, &message).await?;
            expected.insert(message);
        }
    }
    same("the replies", &all_answers(&*caller, expected.len()).await?, &expected)?;
    caller.close().await;
    Ok(())
}

/// A request may hold any address; an agent sends to none but that of the call, in its own environment.
pub async fn a_foreign_address_is_refused(stage: &impl Stage) -> Checked {
    let (env, elsewhere) = (environment("foreign"), environment("foreign-2"));
    let agent = stage.agent(&env, &node("i-1")).await;
    let caller = stage.caller(&elsewhere).await;
    let own = stage.caller(&env).await;
    let address = own.listen(call(1), false).await?;
    holds("the caller's own address is not accepted", agent.accepts(&address, call(1), false))?;
    own.close().await;
    let mut addresses = stage.foreign_addresses(&env, call(1));
    addresses.push(caller.listen(call(1), false).await?);
    addresses
        .extend(["", " ", "*", ">", ".", "..", "a b", "\r\n", "http://127.0.0.1/"].map(|it| ReplyAddress(it.into())));
    for address in &addresses {
        for durable in [false, true] {
            holds(format!("{address:?} is accepted, durable: {durable}"), !agent.accepts(address, call(1), durable))?;
            let sent = agent.reply(address, call(1), durable, b"{}").await;
            explained(&format!("replying to {address:?}, durable: {durable}"), sent)?;
        }
    }
    caller.close().await;
    Ok(())
}
