//! What CloneSquad says of this instance: its own tags (`instance`) name the group, a function tells where the group's
//! API is (`discovery`), the API tells the state (`api`).

mod api;
mod discovery;
mod instance;

use std::time::Duration;

use bellwether_core::names::NodeId;
use bellwether_core::notice::clonesquad::{Metadata, Tags};
use bellwether_core::notice::{Notice, NoticeError, NoticeErrorKind, NoticeSource, Word};
use bellwether_core::time::{Mono, Now};
use tokio::sync::Mutex;

use crate::client::Aws;

static NAME: Word = Word::fixed("clonesquad");

/// The longest pause before what could not be refreshed is refreshed again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What CloneSquad says of this instance.
///
/// A function that was not used for a while takes some seconds to start: give [`crate::AwsSettings::timeout`] ten
/// seconds or so.
#[derive(Debug)]
pub struct CloneSquad {
    aws: Aws,
    stale_after: Duration,
    known: Mutex<Option<Known>>,
}

/// Whether CloneSquad manages this instance, and what it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloneSquadStatus {
    /// It does not: the instance has no tag `clonesquad:group-name`.
    NotManaged,
    /// It does.
    Managed {
        /// What the API says.
        metadata: Metadata,
        /// The instance's tags; not older than a context may be, unless EC2 could not be asked since.
        tags: Tags,
    },
}

/// What does not change from poll to poll: the context.
#[derive(Debug)]
struct Known {
    context: Context,
    refresh_at: Mono,
}

#[derive(Debug, Clone)]
enum Context {
    NotManaged,
    Managed(Managed),
}

/// Who this instance is, and where its group's API is.
#[derive(Debug, Clone)]
struct Managed {
    instance: NodeId,
    region: String,
    tags: Tags,
    api: api::Place,
}

impl CloneSquad {
    /// Nothing is asked yet. Tags and the place of the API are looked up again when they are older than
    /// `stale_after`.
    pub fn new(aws: &Aws, stale_after: Duration) -> Self {
        Self { aws: aws.clone(), stale_after, known: Mutex::default() }
    }

    /// Asks what CloneSquad says of this instance now.
    ///
    /// # Errors
    /// When a step on the way to the API fails, or the API does not answer as it should; the next call then finds
    /// the API again.
    pub async fn poll(&self, now: Now) -> Result<CloneSquadStatus, NoticeError> {
        let mut known = self.known.lock().await;
        let managed = match self.context(&mut known, now.mono).await? {
            Context::NotManaged => return Ok(CloneSquadStatus::NotManaged),
            Context::Managed(managed) => managed,
        };
        match api::metadata(&self.aws, &managed).await {
            Ok(metadata) => Ok(CloneSquadStatus::Managed { metadata, tags: managed.tags }),
            Err(error) => {
                *known = None;
                Err(error)
            }
        }
    }

    /// The context. The place of an API that is only old is used on when it cannot be looked up again: throttling of
    /// EC2 must not hide what the API says.
    async fn context(&self, known: &mut Option<Known>, now: Mono) -> Result<Context, NoticeError> {
        if let Some(known) = known.as_ref().filter(|known| now < known.refresh_at) {
            return Ok(known.context.clone());
        }
        match (self.find().await, known.as_mut()) {
            (Ok(context), _) => {
                *known = Some(Known { context: context.clone(), refresh_at: now + self.stale_after });
                Ok(context)
            }
            (Err(error), Some(old)) if matches!(old.context, Context::Managed(_)) => {
                tracing::warn!("what is known of CloneSquad is old, and is used on: {error}");
                old.refresh_at = now + self.stale_after.min(LONGEST_PAUSE);
                Ok(old.context.clone())
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn find(&self) -> Result<Context, NoticeError> {
        let identity = self.aws.identity().await?;
        let region = match identity.region {
            Some(region) => region,
            None => self.aws.region().await?.0,
        };
        let tags = instance::tags(&self.aws, &identity.instance_id, &region).await?;
        let Some(group) = tags.group.clone() else { return Ok(Context::NotManaged) };
        let api = discovery::find(&self.aws, &group, &region).await?;
        Ok(Context::Managed(Managed { instance: identity.instance_id, region, tags, api }))
    }
}

#[async_trait::async_trait]
impl NoticeSource for CloneSquad {
    fn name(&self) -> &Word {
        &NAME
    }

    async fn observe(&self, now: Now) -> Result<Vec<Notice>, NoticeError> {
        Ok(match self.poll(now).await? {
            CloneSquadStatus::NotManaged => Vec::new(),
            CloneSquadStatus::Managed { metadata, .. } => vec![metadata.notice(&NAME)],
        })
    }
}

fn malformed(message: String, remedy: &str) -> NoticeError {
    NoticeError { kind: NoticeErrorKind::Malformed, message, remedy: remedy.to_owned() }
}
