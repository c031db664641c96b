//! Whom a call is for: the options that say so, and who is expected to answer.

use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::filter::Filter;
use bellwether_core::fleet::caller::believe::Doubt;
use bellwether_core::fleet::caller::expected::Expected;
use bellwether_core::fleet::caller::misnamed::meant_nodes;
use bellwether_core::fleet::caller::ranges::ranges;
use bellwether_core::fleet::request::{EnvironmentName, Target};
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use clap::Args;

use super::caller::Caller;
use super::caller::warnings::Warnings;
use crate::failure::Failure;
use crate::render::console::Console;

/// The most nodes of a kind that are named one by one in a message.
const MOST_NAMED: usize = 20;
/// The most of those that most often are gone for good.
const MOST_ABSENT: usize = 5;
/// The longest wait for nodes of which none is expected: only who has come to match a moment ago could answer.
const LONGEST_WAIT_FOR_NOBODY: Duration = Duration::from_secs(3);

/// Which nodes are meant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which nodes")]
pub(crate) struct AudienceArgs {
    /// The nodes whose facts match, for example 'role=web and not memcached and cpus>=4'
    #[arg(value_name = "FILTER", conflicts_with = "nodes", value_parser = filter)]
    filter: Option<Filter>,

    /// These nodes alone, by their ids
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    nodes: Vec<NodeId>,
}

impl AudienceArgs {
    /// Whom the options mean.
    pub(crate) fn target(&self) -> Target {
        match (&self.filter, self.nodes.as_slice()) {
            (None, []) => Target::Filter(Filter::everything()),
            (Some(filter), _) => Target::Filter(filter.clone()),
            (None, nodes) => Target::Nodes(nodes.to_vec()),
        }
    }

    /// Whether they mean every node.
    pub(crate) fn is_everyone(&self) -> bool {
        self.filter.is_none() && self.nodes.is_empty()
    }
}

/// Reads a filter. Names with commas between them are what `--nodes` takes.
fn filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|error| match text.contains(',') {
        true => format!("{error}\n\n  tip: nodes are named with --nodes ID,ID"),
        false => error.to_string(),
    })
}

/// Who is expected to answer, and what else the inventory tells.
#[derive(Debug, Default)]
pub(crate) struct Audience {
    pub(crate) expected: Expected,
    /// The nodes that were known before, and of which there is no record: whether they match cannot be told.
    pub(crate) absent: Vec<NodeId>,
    doubts: Vec<Doubt>,
    /// Why the inventory could not be read: then nobody is expected but those who are named.
    unread: Option<TransportError>,
}

impl Audience {
    /// Looks up who is meant.
    ///
    /// # Errors
    /// When nodes are named in the place of a filter.
    pub(crate) async fn look_up(caller: &mut Caller, target: &Target) -> Result<Self, Failure> {
        let now = clock::now().wall;
        let inventory = match caller.inventory().await {
            Ok(inventory) => inventory,
            Err(error) => {
                return Ok(Self { expected: Expected::new(target, &[], now), unread: Some(error), ..Self::default() });
            }
        };
        let mut absent = Vec::new();
        if let Target::Filter(filter) = target {
            if let Some(nodes) = meant_nodes(filter, &inventory.records) {
                return Err(no_filter(filter, &nodes));
            }
            absent = inventory.absent;
        }
        let expected = Expected::new(target, &inventory.records, now);
        Ok(Self { expected, absent, doubts: inventory.doubts, unread: None })
    }

    /// Whether nobody knows who should answer.
    pub(crate) const fn is_unread(&self) -> bool {
        self.unread.is_some()
    }

    /// The same where the inventory is needed.
    ///
    /// # Errors
    /// When it could not be read.
    pub(crate) fn read(self) -> Result<Self, Failure> {
        match self.unread {
            Some(error) => Err(error.into()),
            None => Ok(self),
        }
    }

    /// How long to wait for first answers: not for long where the inventory tells that nobody will answer.
    pub(crate) fn patience(&self, wait: Duration) -> Duration {
        if self.is_nobody() { wait.min(LONGEST_WAIT_FOR_NOBODY) } else { wait }
    }

    /// Warns of what is wrong with the inventory, and of who is missing in it.
    pub(crate) fn tell(&self, target: &Target, environment: &EnvironmentName, console: Console) {
        if let Some(error) = &self.unread {
            let what = match target {
                Target::Nodes(_) => "the inventory cannot be read",
                Target::Filter(_) => "who is missing cannot be told, for the inventory cannot be read",
            };
            console.warning(&format!("{what}: {error}; {}", error.remedy));
        }
        tell_doubts(&self.doubts, console);
        tell_absent(&self.absent, environment, console);
        if self.is_nobody() && self.expected.left.is_empty() {
            console.warning(&format!(
                "{}; 'bellwether facts' lists the nodes and their facts",
                nobody(target, environment)
            ));
        }
    }

    /// Says why it does not take long, where nobody is expected.
    pub(crate) fn tell_wait(&self, wait: Duration, console: Console) {
        if self.is_nobody() {
            let wait = duration::display(self.patience(wait));
            console.notice(&format!(
                "nobody is expected to answer; all are asked, since facts may have changed a moment ago, but {wait} is enough"
            ));
        }
    }

    fn is_nobody(&self) -> bool {
        self.unread.is_none() && self.expected.asked().is_empty()
    }
}

/// What to say when the inventory has nobody of a target.
fn nobody(target: &Target, environment: &EnvironmentName) -> String {
    match target {
        Target::Filter(filter) if filter.depends_on_facts() => {
            format!("no node in the inventory of '{environment}' matches '{filter}'")
        }
        Target::Filter(_) | Target::Nodes(_) => format!("no node is in the inventory of '{environment}'"),
    }
}

fn no_filter(filter: &Filter, nodes: &[NodeId]) -> Failure {
    let ids = nodes.iter().map(NodeId::as_str).collect::<Vec<_>>().join(",");
    Failure::usage(format!("'{filter}' asks for nodes with a fact of that name, and no node has one"))
        .remedy(format!("nodes are named with --nodes {ids}"))
}

/// Warns of records that are not believed.
pub(crate) fn tell_doubts(doubts: &[Doubt], console: Console) {
    let mut warnings = Warnings::new(console);
    doubts.iter().for_each(|doubt| warnings.doubt("a record of the inventory", doubt));
    warnings.finish();
}

/// Warns of nodes that were there before: whether they match cannot be told, so they are missing in what is expected.
pub(crate) fn tell_absent(absent: &[NodeId], environment: &EnvironmentName, console: Console) {
    if !absent.is_empty() {
        let text = format!(
            "{} known before, but not in the inventory of '{environment}', so not expected to answer: {}; 'bellwether keys \
             forget --absent --environment {environment}' forgets all who are gone",
            count(absent.len()),
            first(absent, MOST_ABSENT)
        );
        console.warning_about(absent, &text);
    }
}

/// So many nodes, in words.
pub(crate) fn count(nodes: usize) -> String {
    if nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") }
}

/// Names of nodes for a message about nothing that is missing: the first ones, and how many more.
pub(crate) fn names(nodes: &[NodeId]) -> String {
    first(nodes, MOST_NAMED)
}

fn first(nodes: &[NodeId], most: usize) -> String {
    let mut text = nodes.iter().take(most).map(NodeId::as_str).collect::<Vec<_>>().join(", ");
    if nodes.len() > most {
        text.push_str(&format!(" and {} more", nodes.len() - most));
    }
    text
}

/// The names of all nodes: many of them as ranges, but nobody is left out.
pub(crate) fn all_names(nodes: &[NodeId]) -> String {
    if nodes.len() > MOST_NAMED { ranges(nodes).join(", ") } else { names(nodes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(numbers: std::ops::RangeInclusive<u32>) -> Vec<NodeId> {
        numbers.map(|number| NodeId::new(format!("web-{number}")).unwrap()).collect()
    }

    #[test]
    fn of_those_that_are_missing_everyone_is_named_and_of_others_the_first() {
        let many = nodes(1..=25);
        assert_eq!(all_names(&many), "web-[1-25]");
        assert!(names(&many).ends_with("web-20 and 5 more"), "{}", names(&many));
        assert_eq!(all_names(&nodes(1..=3)), "web-1, web-2, web-3");
    }

    #[test]
    fn nobody_is_waited_for_as_long_as_somebody() {
        let long = Duration::from_secs(10);
        assert_eq!(Audience::default().patience(long), LONGEST_WAIT_FOR_NOBODY);
        assert_eq!(Audience::default().patience(Duration::from_secs(1)), Duration::from_secs(1));
        let expected = Expected { silent: nodes(1..=1), ..Expected::default() };
        assert_eq!(Audience { expected, ..Audience::default() }.patience(long), long);
        let error =
            TransportError { what: String::new(), why: String::new(), remedy: String::new(), unreached: Vec::new() };
        assert_eq!(Audience { unread: Some(error), ..Audience::default() }.patience(long), long);
    }
}
