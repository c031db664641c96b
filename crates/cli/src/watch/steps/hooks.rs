//! The scripts of a state. They always run to their end: half a script is worse than one too many.

use std::time::Duration;

use bellwether_core::watch::Occasion;
use bellwether_host::child::Stream;
use bellwether_host::hooks::{self, Call, HookEvent};

use super::super::log::Log;
use super::super::work::Tools;

/// How long after its timeout a script may take to end.
const KILL_AFTER: Duration = Duration::from_secs(10);

pub(in super::super) async fn run(tools: &Tools, occasion: &Occasion) -> Result<(), String> {
    let call = call(tools, occasion);
    let log = &tools.log;
    let outcomes = hooks::run(&tools.hooks.dir, occasion.name.as_str(), &call, |event| tell(log, &event)).await;
    let outcomes = outcomes.map_err(|error| error.to_string())?;
    let failed = outcomes.iter().filter(|outcome| !outcome.is_success()).count();
    match failed {
        0 => Ok(()),
        failed => Err(format!("{failed} of {} scripts failed", outcomes.len())),
    }
}

fn call(tools: &Tools, occasion: &Occasion) -> Call {
    let word = |word: Option<&bellwether_core::notice::Word>| word.map(ToString::to_string).unwrap_or_default();
    let previous = word(occasion.previous.as_ref());
    let variables = [
        ("STATE", occasion.name.to_string()),
        ("PREVIOUS", previous.clone()),
        ("SOURCE", word(occasion.source.as_ref())),
        ("SAID", word(occasion.said.as_ref())),
        ("DEADLINE", occasion.deadline.map(|deadline| deadline.to_string()).unwrap_or_default()),
        ("DETAIL", occasion.detail.clone()),
    ];
    Call {
        args: vec![occasion.name.to_string().into(), previous.into()],
        env: variables.map(|(name, value)| (format!("BELLWETHER_{name}"), value)).into(),
        timeout: tools.hooks.timeout,
        kill_after: KILL_AFTER,
    }
}

fn tell(log: &Log, event: &HookEvent<'_>) {
    match event {
        HookEvent::Starting { script } => log.info(&format!("{} begins", script.display())),
        HookEvent::Line { script, stream, text } => {
            let name = script.file_name().unwrap_or_default().to_string_lossy();
            match stream {
                Stream::Out => log.info(&format!("{name}: {text}")),
                Stream::Err => log.warning(&format!("{name}: {text}")),
            }
        }
        HookEvent::Ended(outcome) if outcome.is_success() => log.info(&outcome.to_string()),
        HookEvent::Ended(outcome) => log.error(&outcome.to_string()),
    }
}
