//! What every command is given: the environment, the configuration, the console, and AWS where it is needed.

use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings};
use bellwether_core::environment::Environment;
use bellwether_core::names::NodeId;
use bellwether_core::roster::GroupRef;

use crate::args::{AwsArgs, NodeArgs};
use crate::failure::Failure;
use crate::render::console::Console;
use crate::settings::Settings;

/// How long the answer to a change is waited for: AWS takes some seconds for larger ones, and after an answer that is
/// given up nobody knows whether the change was made.
const PATIENCE_FOR_CHANGES: Duration = Duration::from_secs(10);

/// The outside world of a command.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) environment: Environment,
    pub(crate) settings: Settings,
    pub(crate) console: Console,
}

impl Context {
    /// A handle to AWS; nothing is read or asked before it is used.
    pub(crate) fn aws(&self, args: &AwsArgs) -> Aws {
        self.aws_with(args, None)
    }

    /// The same for changes: unless a timeout is configured, it waits longer for answers.
    pub(crate) fn aws_for_changes(&self, args: &AwsArgs) -> Aws {
        self.aws_with(args, Some(PATIENCE_FOR_CHANGES))
    }

    fn aws_with(&self, args: &AwsArgs, default_timeout: Option<Duration>) -> Aws {
        Aws::new(AwsSettings {
            region: args.region.clone().or_else(|| self.settings.region.clone()),
            profile: args.profile.clone().or_else(|| self.settings.profile.clone()),
            endpoint_url: args.endpoint_url.clone().or_else(|| self.settings.endpoint_url.clone()),
            timeout: self.settings.aws_timeout,
            default_timeout,
            attempts: self.settings.aws_attempts,
            environment: self.environment.clone(),
            boto_files: None,
        })
    }

    /// The id this node was given by flag or configuration.
    pub(crate) fn given_node(&self, args: &NodeArgs) -> Option<NodeId> {
        args.node.clone().or_else(|| self.settings.node.clone())
    }

    /// The group named by flag, else by the configuration.
    pub(crate) fn group(&self, flag: Option<&GroupRef>) -> Option<GroupRef> {
        flag.or(self.settings.group.as_ref()).cloned()
    }

    /// The group named by argument or configuration; `how` is how the command takes it.
    ///
    /// # Errors
    /// When neither names one.
    pub(crate) fn required_group(&self, argument: Option<&GroupRef>, how: &str) -> Result<GroupRef, Failure> {
        self.group(argument).ok_or_else(|| {
            Failure::usage("no group is named").remedy(format!("add {how} or set 'group' in /etc/bellwether.toml"))
        })
    }
}
