//! A receiver that is given up, and the end.

use std::collections::BTreeSet;
use std::time::Duration;

use bellwether_core::fleet::transport::{Audience, TransportError};
use tokio::time::{Instant, timeout};

use super::fixtures::{call, environment, node};
use super::{Checked, Stage, Wrong, holds, same};

const MESSAGES: usize = 40;
/// Shorter than most messages take, so that most waits are given up.
const IMPATIENCE: Duration = Duration::from_millis(1);
/// Longer than all messages take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waiting can be ended at any moment, and the message comes at the next.
pub async fn a_receiver_that_is_given_up_loses_nothing(stage: &impl Stage) -> Checked {
    let (env, name) = (environment("cancelled"), node("i-1"));
    let agent = stage.agent(&env, &name).await;
    let caller = stage.caller(&env).await;
    let address = caller.listen(call(1), false).await?;
    let messages: BTreeSet<Vec<u8>> = (0..MESSAGES).map(|number| format!("{{\"n\":{number}}}").into_bytes()).collect();
    let sending = async {
        for message in &messages {
            caller.send(Audience::Everyone, false, message).await?;
        }
        Ok::<_, Wrong>(())
    };
    let receiving = different(async || {
        let delivery = agent.receive().await?;
        agent.settle(&delivery.receipt).await?;
        Ok(delivery.message)
    });
    let (sent, received) = tokio::join!(sending, receiving);
    sent?;
    same("what the agent received", &received, &messages)?;
    let replying = async {
        for message in &messages {
            agent.reply(&address, call(1), false, message).await?;
        }
        Ok::<_, Wrong>(())
    };
    let (sent, received) = tokio::join!(replying, different(async || caller.receive().await));
    sent?;
    same("what the caller received", &received, &messages)?;
    caller.close().await;
    Ok(())
}

/// The different messages that come while every wait is given up almost at once.
async fn different(receive: impl AsyncFn() -> Result<Vec<u8>, TransportError>) -> BTreeSet<Vec<u8>> {
    let (end, mut received) = (Instant::now() + PATIENCE, BTreeSet::new());
    while received.len() < MESSAGES && Instant::now() < end {
        if let Ok(Ok(message)) = timeout(IMPATIENCE, receive()).await {
            received.insert(message);
        }
    }
    received
}

/// What is sent after the end does not arrive; nothing hangs.
pub async fn what_is_closed_receives_nothing_more(stage: &impl Stage) -> Checked {
    const A_WHILE: Duration = Duration::from_millis(300);
    const AN_END: Duration = Duration::from_secs(60);
    let env = environment("closed");
    let (agent, caller) = (stage.agent(&env, &node("i-1")).await, stage.caller(&env).await);
    caller.listen(call(1), false).await?;
    timeout(AN_END, agent.close()).await.map_err(|_| Wrong("closing the agent does not end".to_owned()))?;
    caller.send(Audience::Everyone, false, b"{}").await?;
    let received = timeout(A_WHILE, agent.receive()).await;
    holds("a closed agent received a message", !matches!(received, Ok(Ok(_))))?;
    timeout(AN_END, caller.close()).await.map_err(|_| Wrong("closing the caller does not end".to_owned()))
}
