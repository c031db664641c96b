//! YAML within bounds. JSON is YAML.

use serde_json::Value;
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Options, alias_limits, budget, options};

/// The most scalars, mappings and lists, with those that aliases repeat.
const MOST_NODES: usize = 50_000;
/// The most text in scalars, in bytes, with what aliases repeat: it is kept as often as it is repeated.
const MOST_TEXT: usize = 4 * 1_024 * 1_024;
/// The most aliases.
const MOST_ALIASES: usize = 100;
/// How deep mappings and lists may lie within each other: as deep as JSON is read, too.
const DEEPEST: usize = 64;

/// Reads a document.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    serde_saphyr::from_str_with_options(text, bounds()).map_err(|error| error.to_string())
}

/// `yes` and `off` are texts, as in YAML 1.2: a filter must find what is written. Of two values of one name the later
/// one wins, as everywhere with facts.
fn bounds() -> Options {
    options! {
        budget: budget! {
            max_events: 4 * MOST_NODES,
            max_nodes: MOST_NODES,
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_documents: 1,
            max_anchors: MOST_ALIASES,
            max_aliases: MOST_ALIASES,
            max_recorded_anchor_events: MOST_NODES,
            max_recorded_anchor_bytes: MOST_TEXT,
            max_total_scalar_bytes: MOST_TEXT,
        },
        alias_limits: alias_limits! { max_total_replayed_events: MOST_NODES, max_replay_stack_depth: 8 },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    }
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
