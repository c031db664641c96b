//! The caller's own connection fails: nobody's silence means anything until it works again.

use bellwether_core::fleet::transport::{Audience, TransportError};
use bellwether_host::clock;

use super::{Drive, PAUSE};
use crate::failure::Failure;
use crate::fleet::caller::show::Show;

impl<S: Show> Drive<'_, S> {
    /// The transport fails. The first failure of an outage is told, the others are no news.
    pub(super) async fn fails_at(&mut self, error: TransportError) {
        if !self.call.is_cut_off() {
            self.show.warnings().trouble(&error);
        }
        self.call.cut_off(clock::mono());
        self.trouble = Some(error);
        tokio::time::sleep(PAUSE).await;
    }

    /// Whether it must be known now that the transport works: after it failed, and before somebody is taken for silent,
    /// for a connection may be dead without a word.
    pub(super) fn must_check_connection(&self) -> bool {
        self.call.is_cut_off() || self.call.is_about_to_judge(clock::mono())
    }

    /// Finds out whether the transport works.
    pub(super) async fn check_connection(&mut self) {
        match self.caller.transport.send(Audience::Nodes(&[]), false, &[]).await {
            Ok(()) => {
                self.trouble = None;
                if let Some(lasted) = self.call.restored(clock::mono()) {
                    self.show.warnings().restored(lasted, self.question.durable);
                }
            }
            Err(error) => self.fails_at(error).await,
        }
    }

    /// What the call ends with when the connection does not come back.
    pub(super) fn given_up(&mut self) -> Failure {
        let lost = "the connection was lost, and did not come back in time";
        match self.trouble.take() {
            Some(error) => Failure::unavailable(format!("{lost}: {error}")).remedy(error.remedy),
            None => Failure::unavailable(lost),
        }
    }
}
