//! What would be done: every source is asked once, nothing is done and nothing kept.

use std::collections::BTreeMap;

use bellwether_core::notice::Notice;
use bellwether_core::watch::{Memory, Reaction, Step};
use bellwether_host::clock;

use super::block::Block;
use super::log::Log;
use super::memory::MemoryFile;
use super::plan::WatchPlan;
use super::poller::Poller;
use super::sources;
use super::words::{described, name_of};
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;

/// Tells what would be done; the answer is the exit status.
pub(super) async fn run(plan: &WatchPlan, context: &Context) -> Result<u8, Failure> {
    let log = Log::open(&plan.log, &context.environment)?;
    let (_, mut memory) = MemoryFile::open(&plan.memory, false)?;
    let mut poller = Poller::start(sources::of(plan)?, plan.poll, true);
    memory.ledger.keep_sources(&poller.names().iter().cloned().collect());
    let block = Block::new(plan, &context.environment, &log).await;
    let mut said = BTreeMap::new();
    let mut answers = 0;
    while let Some(polled) = poller.next().await {
        match polled.result {
            Ok(heard) => {
                answers += 1;
                said.insert(polled.source.clone(), in_words(&heard.notices));
                memory.ledger.observe(&polled.source, heard.notices);
            }
            Err(failed) => drop(said.insert(polled.source, failed.to_string())),
        }
    }
    let mut text: String = said.iter().map(|(source, words)| format!("{source}: {words}\n")).collect();
    text.push_str(&would_do(&mut memory, plan, &block));
    context.console.result(&text)?;
    Ok(if answers == 0 { exit_status::UNAVAILABLE } else { exit_status::OK })
}

fn in_words(notices: &[Notice]) -> String {
    let words: Vec<_> = notices.iter().map(|notice| format!("{} ({})", notice.state, notice.said)).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn would_do(memory: &mut Memory, plan: &WatchPlan, block: &Block) -> String {
    let mut text = match memory.turn(&plan.policy, clock::now().wall) {
        Some(turn) => format!("{}\n", described(&turn)),
        None => "the state of this node has not changed\n".to_owned(),
    };
    while let Some((task, step)) = memory.journal.current() {
        let about = match step {
            Step::React(Reaction::BlockPorts) => format!(": {}", block.described()),
            Step::React(Reaction::Hooks) => format!(": {}", plan.hooks.dir.join(task.occasion.name.as_str()).display()),
            Step::React(Reaction::Webhook) => {
                plan.webhook.as_ref().map(|(url, _)| format!(": {url}")).unwrap_or_default()
            }
            _ => String::new(),
        };
        text.push_str(&format!("would do for {}: {}{about}\n", task.occasion.name, name_of(step)));
        memory.journal.end(true);
    }
    text
}
