//! The service manager. That it cannot be told something is no reason to stop.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::environment::Environment;
use bellwether_host::notify::{NotifyError, ServiceManager};

use crate::dropins::cs_instance_watcher::log::Log;

/// How often there would be something to do without a watchdog: as good as never.
const LONG: Duration = Duration::from_secs(3_600);

/// The service manager, if there is one.
pub(super) struct Service {
    manager: Option<ServiceManager>,
    log: Arc<Log>,
    said: Option<String>,
}

impl Service {
    pub(super) fn new(environment: &Environment, log: &Arc<Log>) -> Self {
        let manager = ServiceManager::from_environment(environment);
        let manager = manager.inspect_err(|error| log.warning(&error.to_string())).ok();
        Self { manager, log: Arc::clone(log), said: None }
    }

    pub(super) fn ready(&self) {
        self.tell(ServiceManager::ready);
    }

    pub(super) fn stopping(&self) {
        self.tell(ServiceManager::stopping);
    }

    pub(super) fn feed(&self) {
        self.tell(ServiceManager::feed_watchdog);
    }

    /// Shown by `systemctl status`.
    pub(super) fn status(&mut self, text: &str) {
        if self.said.as_deref() != Some(text) {
            self.tell(|manager| manager.status(text));
            self.said = Some(text.to_owned());
        }
    }

    /// In what time the watchdog is to be fed again.
    pub(super) fn feeding_period(&self) -> Duration {
        let watchdog = self.manager.as_ref().and_then(ServiceManager::watchdog);
        watchdog.map_or(LONG, |watchdog| (watchdog / 2).max(Duration::from_millis(1)))
    }

    fn tell(&self, message: impl FnOnce(&ServiceManager) -> Result<(), NotifyError>) {
        if let Some(Err(error)) = self.manager.as_ref().map(message) {
            self.log.warning(&error.to_string());
        }
    }
}
