//! How much one message may have.

use bellwether_core::fleet::envelope::LARGEST;
use bellwether_core::fleet::transport::Audience;

use super::fixtures::{answered, call, environment, node, received};
use super::{Checked, Stage, explained, holds};

/// A message of so many bytes that does not consist of one byte alone.
fn message(length: usize) -> Vec<u8> {
    (b'a'..=b'z').cycle().take(length).collect()
}

/// Each way: as a request, as a reply and as an announcement.
pub async fn the_largest_message_is_carried(stage: &impl Stage) -> Checked {
    let (env, largest) = (environment("largest"), message(LARGEST));
    let agent = stage.agent(&env, &node("i-1")).await;
    let caller = stage.caller(&env).await;
    let address = caller.listen(call(1), false).await?;
    caller.send(Audience::Everyone, false, &largest).await?;
    holds("the request is as it was sent", received(&*agent).await? == largest)?;
    agent.reply(&address, call(1), false, &largest).await?;
    holds("the reply is as it was sent", answered(&*caller).await? == largest)?;
    agent.announce(&largest).await?;
    let known = caller.inventory().await?;
    holds("the record is as it was announced", known.len() == 1 && known[0].record == largest)?;
    caller.close().await;
    Ok(())
}

/// Each way again, with one byte more.
pub async fn a_larger_one_is_refused(stage: &impl Stage) -> Checked {
    let (env, larger) = (environment("larger"), message(LARGEST + 1));
    let name = node("i-1");
    let agent = stage.agent(&env, &name).await;
    let caller = stage.caller(&env).await;
    let address = caller.listen(call(1), false).await?;
    explained("a large broadcast", caller.send(Audience::Everyone, false, &larger).await)?;
    explained("a large request", caller.send(Audience::Nodes(&[name]), false, &larger).await)?;
    explained("a large reply", agent.reply(&address, call(1), false, &larger).await)?;
    explained("a large record", agent.announce(&larger).await)?;
    caller.close().await;
    Ok(())
}
