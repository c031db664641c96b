//! The suite finds what it is there to find: each way to be broken fails the checks that are about it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bellwether_core::notice::{NodeState, Notice, NoticeError, NoticeErrorKind, NoticeSource, Word};
use bellwether_core::time::Now;

use super::{Scene, Stage, check_all};

static NAME: Word = Word::fixed("broken");

#[derive(Debug, Clone, Copy, PartialEq)]
enum Defect {
    /// Takes a failure for calm.
    SilentWhenBroken,
    /// Says what it said last when it cannot ask.
    RepeatsWhenBroken,
    /// Makes a new key each time.
    NewKeys,
    /// Makes one key for all.
    OneKey,
    /// Never takes a sign back.
    Clings,
    /// Says a notice is of another source.
    WrongSource,
    /// Does not come back after a failure.
    StaysBroken,
    /// Fails without a word.
    Speechless,
    /// Takes a sign for calm.
    Blind,
}

#[derive(Clone)]
struct Broken {
    defect: Defect,
    scene: Arc<Mutex<Scene>>,
    last: Arc<Mutex<Vec<Notice>>>,
    counted: Arc<AtomicUsize>,
}

impl Broken {
    fn new(defect: Defect) -> Self {
        Self { defect, scene: Arc::new(Mutex::new(Scene::Calm)), last: Arc::default(), counted: Arc::default() }
    }

    fn notices(&self, scene: Scene) -> Vec<Notice> {
        let id = match (self.defect, scene) {
            (Defect::NewKeys, _) => format!("id-{}", self.counted.fetch_add(1, Ordering::Relaxed)),
            (Defect::OneKey, _) => "id".to_owned(),
            (_, scene) => format!("{scene:?}"),
        };
        let source = if self.defect == Defect::WrongSource { Word::fixed("other") } else { NAME.clone() };
        let notice =
            || Notice::of_event(&source, NodeState::Draining, Word::fixed("draining"), &Word::new(id).unwrap());
        if scene == Scene::Calm || self.defect == Defect::Blind { Vec::new() } else { vec![notice()] }
    }
}

impl Stage for Broken {
    fn source(&self) -> Box<dyn NoticeSource> {
        Box::new(self.clone())
    }

    fn show(&self, scene: Scene) {
        *self.scene.lock().unwrap() = scene;
    }
}

#[async_trait]
impl NoticeSource for Broken {
    fn name(&self) -> &Word {
        &NAME
    }

    async fn observe(&self, _: Now) -> Result<Vec<Notice>, NoticeError> {
        let scene = *self.scene.lock().unwrap();
        let last = self.last.lock().unwrap().clone();
        let failed_before = self.counted.load(Ordering::Relaxed) > 0;
        let speechless = self.defect == Defect::Speechless;
        let text = |text: &str| if speechless { String::new() } else { text.to_owned() };
        let failed =
            NoticeError { kind: NoticeErrorKind::Unavailable, message: text("it is broken"), remedy: text("mend it") };
        match (scene, self.defect) {
            (Scene::Broken, Defect::SilentWhenBroken) => Ok(Vec::new()),
            (Scene::Broken, Defect::RepeatsWhenBroken) => Ok(last),
            (Scene::Broken, Defect::StaysBroken) => {
                self.counted.fetch_add(1, Ordering::Relaxed);
                Err(failed)
            }
            (Scene::Broken, _) => Err(failed),
            (_, Defect::StaysBroken) if failed_before => Err(failed),
            (Scene::Calm, Defect::Clings) => Ok(last),
            (scene, _) => {
                *self.last.lock().unwrap() = self.notices(scene);
                Ok(self.last.lock().unwrap().clone())
            }
        }
    }
}

#[tokio::test]
async fn every_defect_is_found() {
    for (defect, check) in [
        (Defect::SilentWhenBroken, "a_failure_is_an_error_and_never_silence"),
        (Defect::RepeatsWhenBroken, "a_failure_is_an_error_and_never_silence"),
        (Defect::NewKeys, "a_sign_has_the_same_key_each_time"),
        (Defect::OneKey, "two_signs_are_told_apart"),
        (Defect::Clings, "a_sign_that_is_withdrawn_is_gone"),
        (Defect::WrongSource, "notices_bear_the_name_of_their_source"),
        (Defect::StaysBroken, "a_source_comes_back_with_the_same_keys"),
        (Defect::Speechless, "an_error_says_what_and_what_to_do"),
        (Defect::Blind, "calm_is_an_answer"),
    ] {
        let failed: Vec<_> = check_all(&Broken::new(defect)).await.into_iter().map(|(name, _)| name).collect();
        assert!(failed.contains(&check), "{defect:?} fails only {failed:?}");
    }
}
