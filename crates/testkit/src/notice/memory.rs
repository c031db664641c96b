//! A source of notices that says what a test has told it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bellwether_core::notice::{Notice, NoticeError, NoticeErrorKind, NoticeSource, Word};
use bellwether_core::time::Now;

/// A source in memory. Clones are handles to the same one.
#[derive(Debug, Clone)]
pub struct MemoryNotices {
    name: Word,
    content: Arc<Mutex<Content>>,
}

#[derive(Debug)]
struct Content {
    answer: Result<Vec<Notice>, NoticeError>,
    asked: usize,
}

impl MemoryNotices {
    /// A source without notices.
    pub fn new(name: Word) -> Self {
        Self { name, content: Arc::new(Mutex::new(Content { answer: Ok(Vec::new()), asked: 0 })) }
    }

    /// Says these from now on.
    pub fn set(&self, notices: Vec<Notice>) {
        self.content.lock().unwrap().answer = Ok(notices);
    }

    /// Fails in this way from now on.
    pub fn fail(&self, kind: NoticeErrorKind) {
        let (message, remedy) = (format!("asking {} in memory: {kind:?}", self.name), "let it answer".to_owned());
        self.content.lock().unwrap().answer = Err(NoticeError { kind, message, remedy });
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.content.lock().unwrap().asked
    }
}

#[async_trait]
impl NoticeSource for MemoryNotices {
    fn name(&self) -> &Word {
        &self.name
    }

    /// Lets the other tasks go first, so that they interleave as they would on a network.
    async fn observe(&self, _: Now) -> Result<Vec<Notice>, NoticeError> {
        tokio::task::yield_now().await;
        let mut content = self.content.lock().unwrap();
        content.asked += 1;
        content.answer.clone()
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::notice::NodeState;

    use super::super::conformance::{Scene, Stage, run_all};
    use super::*;

    struct Memory(MemoryNotices);

    impl Stage for Memory {
        fn source(&self) -> Box<dyn NoticeSource> {
            Box::new(self.0.clone())
        }

        fn show(&self, scene: Scene) {
            let notice = |state: NodeState| Notice::of_state(&self.0.name, state, Word::new(state.as_str()).unwrap());
            match scene {
                Scene::Calm => self.0.set(Vec::new()),
                Scene::First => self.0.set(vec![notice(NodeState::Draining)]),
                Scene::Second => self.0.set(vec![notice(NodeState::Stopping)]),
                Scene::Broken => self.0.fail(NoticeErrorKind::Unavailable),
            }
        }
    }

    #[tokio::test]
    async fn it_passes_the_suite() {
        let memory = MemoryNotices::new(Word::fixed("memory"));
        run_all(&Memory(memory.clone())).await;
        assert!(memory.asked() > 0);
    }
}
