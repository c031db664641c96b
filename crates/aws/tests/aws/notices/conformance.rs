//! Every source passes the suite.

use bellwether_aws::{Aws, HealthNotices, ImdsNotices, ImdsPage};
use bellwether_core::names::NodeId;
use bellwether_core::notice::NoticeSource;
use bellwether_core::roster::Identity;
use bellwether_testkit::clonesquad::{FakeCloneSquad, Fault as Broken, Step};
use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults};
use bellwether_testkit::imds::{Builder, FakeImds, Fault as ImdsFault};
use bellwether_testkit::notice::conformance::{Scene, Stage, run_all};

use super::clonesquad;
use crate::support::{aws_at, settings};

struct CloneSquadStage(FakeCloneSquad);

impl Stage for CloneSquadStage {
    fn source(&self) -> Box<dyn NoticeSource> {
        Box::new(clonesquad(&self.0))
    }

    fn show(&self, scene: Scene) {
        let broken = (scene == Scene::Broken).then(|| Broken::Answer(403, "Forbidden".to_owned()));
        self.0.misbehave(Step::Metadata, broken);
        match scene {
            Scene::Calm => self.0.set_state("running"),
            Scene::First => self.0.set_state("draining"),
            Scene::Second => self.0.set_state("stopping"),
            Scene::Broken => {}
        }
    }
}

#[tokio::test]
async fn clonesquad_passes() {
    run_all(&CloneSquadStage(FakeCloneSquad::start())).await;
}

struct ImdsStage {
    imds: FakeImds,
    page: ImdsPage,
    signs: [&'static str; 2],
}

impl Stage for ImdsStage {
    fn source(&self) -> Box<dyn NoticeSource> {
        let url = self.imds.url();
        let aws = Aws::new(settings(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str())]));
        Box::new(ImdsNotices::new(aws.imds(), self.page))
    }

    fn show(&self, scene: Scene) {
        self.imds.misbehave(if scene == Scene::Broken { ImdsFault::Always(503) } else { ImdsFault::None });
        match scene {
            Scene::Calm => self.imds.remove_page(self.page.path()),
            Scene::First => self.imds.set_page(self.page.path(), 200, self.signs[0]),
            Scene::Second => self.imds.set_page(self.page.path(), 200, self.signs[1]),
            Scene::Broken => {}
        }
    }
}

#[tokio::test]
async fn the_pages_of_the_metadata_service_pass() {
    for page in ImdsPage::ALL {
        let signs = match page {
            ImdsPage::Spot => [
                r#"{"action":"stop","time":"2026-11-21T08:22:00Z"}"#,
                r#"{"action":"terminate","time":"2026-11-21T08:22:00Z"}"#,
            ],
            ImdsPage::Rebalance => {
                [r#"{"noticeTime":"2026-11-21T08:22:00Z"}"#, r#"{"noticeTime":"2026-11-21T08:23:00Z"}"#]
            }
            ImdsPage::Maintenance => [
                r#"[{"NotBefore":"21 Jan 2026 09:00:43 GMT","Code":"instance-stop","EventId":"instance-event-1"}]"#,
                r#"[{"NotBefore":"21 Jan 2026 09:00:43 GMT","Code":"instance-stop","EventId":"instance-event-2"}]"#,
            ],
            ImdsPage::AutoScaling => ["Terminated", "Standby"],
        };
        run_all(&ImdsStage { imds: Builder::default().v2_required().start(), page, signs }).await;
    }
}

struct HealthStage {
    fake: FakeAws,
    group: &'static str,
}

impl Stage for HealthStage {
    fn source(&self) -> Box<dyn NoticeSource> {
        let me = Identity::named(NodeId::new("i-1").unwrap());
        Box::new(HealthNotices::new(&aws_at(&self.fake.url()), &self.group.parse().unwrap(), me).unwrap())
    }

    fn show(&self, scene: Scene) {
        let faults = if scene == Scene::Broken { Faults::always(Fault::InternalFailure) } else { Faults::default() };
        self.fake.misbehave(faults);
        self.fake.change(|world| {
            let (state, classic) = match scene {
                Scene::First => ("draining", "N/A; Instance deregistration currently in progress."),
                _ => ("healthy", "N/A"),
            };
            let node = if scene == Scene::Second { "i-2" } else { "i-1" };
            world.set_target_group("web", &[(node, 80, state)]);
            world.set_load_balancer("web", &[(node, "InService")]);
            let states = world.load_balancers.values_mut().flatten();
            states.for_each(|state| classic.clone_into(&mut state.description));
        });
    }
}

#[tokio::test]
async fn the_health_of_both_kinds_of_balancer_passes() {
    for group in ["alb:web", "elb:web"] {
        run_all(&HealthStage { fake: FakeAws::start(), group }).await;
    }
}
