//! What a source of notices must offer to the loop that asks all of them.

use super::{Notice, NoticeError, Word};
use crate::time::Now;

/// Where notices come from: one service, asked again and again.
#[async_trait::async_trait]
pub trait NoticeSource: Send + Sync {
    /// What the source is called; the same after a restart, and another one for every source of a node. It is the
    /// source of all its notices.
    fn name(&self) -> &Word;

    /// What is in force at this moment; nothing where the source says for certain that there is nothing. The same
    /// sign has the same key each time. Ends by itself, within seconds.
    ///
    /// # Errors
    /// When the source could not be asked or said something that makes no sense. What it said before still counts
    /// then.
    async fn observe(&self, now: Now) -> Result<Vec<Notice>, NoticeError>;
}
