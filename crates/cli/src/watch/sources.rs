//! The sources of a plan: who is asked.

use bellwether_aws::{Aws, CloneSquad, CloneSquadStatus, HealthNotices, ImdsNotices, ImdsPage};
use bellwether_core::names::NodeId;
use bellwether_core::notice::{Notice, NoticeError, NoticeErrorKind, NoticeSource, Word};
use bellwether_core::roster::{GroupRef, Identity};
use bellwether_core::time::Now;
use bellwether_core::watch::{SourceRef, shutdown};
use bellwether_host::files::read_bounded;
use tokio::sync::OnceCell;

use super::plan::WatchPlan;
use crate::failure::Failure;
use crate::wiring::identity;

static SHUTDOWN: Word = shutdown::NAME;

/// A source, and what it tells beside notices.
pub(super) enum Source {
    /// It tells nothing else.
    Plain(Box<dyn NoticeSource>),
    /// It also tells what its firewall rule needs.
    CloneSquad(CloneSquad),
}

/// What a source has said.
pub(super) struct Heard {
    pub(super) notices: Vec<Notice>,
    pub(super) clonesquad: Option<CloneSquadStatus>,
}

impl Source {
    pub(super) fn name(&self) -> &Word {
        match self {
            Self::Plain(source) => source.name(),
            Self::CloneSquad(source) => source.name(),
        }
    }

    pub(super) async fn ask(&self, now: Now) -> Result<Heard, NoticeError> {
        match self {
            Self::Plain(source) => Ok(Heard { notices: source.observe(now).await?, clonesquad: None }),
            Self::CloneSquad(source) => {
                let status = source.poll(now).await?;
                let notices = match &status {
                    CloneSquadStatus::NotManaged => Vec::new(),
                    CloneSquadStatus::Managed { metadata, .. } => vec![metadata.notice(source.name())],
                };
                Ok(Heard { notices, clonesquad: Some(status) })
            }
        }
    }
}

/// Makes the sources of a plan, each once; nothing is asked yet.
///
/// # Errors
/// When a load balancer's name cannot be one.
pub(super) fn of(plan: &WatchPlan) -> Result<Vec<Source>, Failure> {
    let mut sources: Vec<Source> = Vec::new();
    for source in &plan.sources {
        for made in make(source, plan)? {
            if !sources.iter().any(|known| known.name() == made.name()) {
                sources.push(made);
            }
        }
    }
    Ok(sources)
}

fn make(source: &SourceRef, plan: &WatchPlan) -> Result<Vec<Source>, Failure> {
    Ok(match source {
        SourceRef::CloneSquad => vec![Source::CloneSquad(CloneSquad::new(&plan.aws, plan.stale_after))],
        SourceRef::Imds => {
            let page = |page| Source::Plain(Box::new(ImdsNotices::new(plan.aws.imds(), page)));
            ImdsPage::ALL.into_iter().map(page).collect()
        }
        SourceRef::Balancer(group) => vec![Source::Plain(Box::new(OwnPlace::new(group, plan)?))],
        SourceRef::Shutdown => vec![Source::Plain(Box::new(Shutdown))],
    })
}

/// How this node stands in a load balancer; who this node is, is found out with the first question.
struct OwnPlace {
    group: GroupRef,
    name: Word,
    aws: Aws,
    node: Option<NodeId>,
    notices: OnceCell<HealthNotices>,
}

impl OwnPlace {
    fn new(group: &GroupRef, plan: &WatchPlan) -> Result<Self, Failure> {
        let anybody = NodeId::new("nobody").map_err(|error| Failure::usage(error.to_string()))?;
        let checked = HealthNotices::new(&plan.aws, group, Identity::named(anybody));
        let checked = checked.map_err(|error| Failure::usage(error.message).remedy(error.remedy))?;
        Ok(Self {
            group: group.clone(),
            name: checked.name().clone(),
            aws: plan.aws.clone(),
            node: plan.node.clone(),
            notices: OnceCell::new(),
        })
    }

    async fn find_me(&self) -> Result<HealthNotices, NoticeError> {
        let me = identity::of_instance(&self.aws, self.node.clone()).await;
        let me = me.map_err(|error| NoticeError {
            kind: NoticeErrorKind::Unavailable,
            message: error.message,
            remedy: error.remedy,
        })?;
        HealthNotices::new(&self.aws, &self.group, me)
    }
}

#[async_trait::async_trait]
impl NoticeSource for OwnPlace {
    fn name(&self) -> &Word {
        &self.name
    }

    async fn observe(&self, now: Now) -> Result<Vec<Notice>, NoticeError> {
        self.notices.get_or_try_init(|| self.find_me()).await?.observe(now).await
    }
}

/// A shutdown that systemd was asked for.
struct Shutdown;

#[async_trait::async_trait]
impl NoticeSource for Shutdown {
    fn name(&self) -> &Word {
        &SHUTDOWN
    }

    async fn observe(&self, _: Now) -> Result<Vec<Notice>, NoticeError> {
        let failed = |kind, message: String| NoticeError {
            kind,
            message: format!("{}: {message}", shutdown::FILE),
            remedy: "look at the file; systemd-logind writes it".to_owned(),
        };
        match read_bounded(std::path::Path::new(shutdown::FILE), shutdown::LONGEST) {
            Ok(bytes) => {
                shutdown::parse(&String::from_utf8_lossy(&bytes)).map_err(|why| failed(NoticeErrorKind::Malformed, why))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failed(NoticeErrorKind::Unavailable, error.to_string())),
        }
    }
}
