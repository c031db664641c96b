//! What all changes have in common: they are made, or shown.

use bellwether_aws::Balancers;

use crate::args::ChangeArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::call::{Call, as_json};
use crate::render::console::Console;
use crate::wiring::context::Context;

/// A change to be made, or to be shown.
pub(super) struct Change {
    pub(super) balancers: Balancers,
    pub(super) is_dry: bool,
    context: Context,
}

impl Change {
    pub(super) fn new(context: Context, args: &ChangeArgs) -> Self {
        let balancers = context.aws_for_changes(&args.aws).balancers(None);
        Self { balancers, is_dry: args.dry_run, context }
    }

    /// Shows the calls that the change would make.
    pub(super) async fn show(&self, calls: &[Call]) -> Result<u8, Failure> {
        let region = self.balancers.region().await?;
        self.context.console.result(&as_json(calls, &region))?;
        Ok(exit_status::OK)
    }

    /// Says what the change has done.
    pub(super) fn done(&self, text: &str) -> Result<u8, Failure> {
        self.context.console.result(&format!("{text}\n"))?;
        Ok(exit_status::OK)
    }

    /// The console, for what else there is to say.
    pub(super) fn console(&self) -> Console {
        self.context.console
    }
}
