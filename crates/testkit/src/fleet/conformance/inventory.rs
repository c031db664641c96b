//! What is known of the nodes.

use std::collections::BTreeSet;

use bellwether_core::fleet::transport::InventoryEntry;

use super::fixtures::{environment, node};
use super::{Checked, Stage, Wrong, same};

/// One record per node: the last one.
pub async fn an_announcement_replaces_the_one_before(stage: &impl Stage) -> Checked {
    let env = environment("announced");
    let caller = stage.caller(&env).await;
    same("what is known at first", &caller.inventory().await?, &vec![])?;
    let (one, two) = (stage.agent(&env, &node("i-1")).await, stage.agent(&env, &node("i 2.*")).await);
    one.announce(b"{\"one\":1}").await?;
    two.announce(b"{\"two\":1}").await?;
    one.announce(b"{\"one\":2}").await?;
    let mut known = caller.inventory().await?;
    known.sort_by(|one, other| one.record.cmp(&other.record));
    let expected = vec![entry("i-1", b"{\"one\":2}"), entry("i 2.*", b"{\"two\":1}")];
    same("what is known, and of whom", &known, &expected)
}

/// A node of the same name in two of them.
pub async fn environments_have_inventories_of_their_own(stage: &impl Stage) -> Checked {
    let environments = ["known", "known_nodes"].map(environment);
    for env in &environments {
        let record = format!("{{\"env\":\"{env}\"}}").into_bytes();
        stage.agent(env, &node("i-1")).await.announce(&record).await?;
    }
    for env in &environments {
        let record = format!("{{\"env\":\"{env}\"}}").into_bytes();
        same(
            &format!("what is known in {env}"),
            &stage.caller(env).await.inventory().await?,
            &vec![entry("i-1", &record)],
        )?;
    }
    Ok(())
}

fn entry(name: &str, record: &[u8]) -> InventoryEntry {
    InventoryEntry { node: node(name), record: record.to_vec() }
}

/// More than any page of any service.
pub async fn two_thousand_nodes_are_read_in_full(stage: &impl Stage) -> Checked {
    const NODES: usize = 2_000;
    const AT_ONCE: usize = 50;
    let env = environment("two-thousand");
    let records: Vec<(String, Vec<u8>)> =
        (0..NODES).map(|number| (format!("i-{number}"), format!("{{\"node\":{number}}}").into_bytes())).collect();
    let announcing = records.chunks(NODES / AT_ONCE).map(async |records| {
        for (name, record) in records {
            let agent = stage.agent(&env, &node(name)).await;
            agent.announce(record).await?;
            agent.close().await;
        }
        Ok::<_, Wrong>(())
    });
    futures_util::future::try_join_all(announcing).await?;
    let entries = stage.caller(&env).await.inventory().await?;
    let known: BTreeSet<Vec<u8>> = entries.into_iter().map(|entry| entry.record).collect();
    let missing = records.iter().filter(|(_, record)| !known.contains(record)).count();
    same("how many are known, and how many of those announced are not", &(known.len(), missing), &(NODES, 0))
}
