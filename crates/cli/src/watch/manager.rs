//! The service manager, and its watchdog: fed only while the loop and every source really go on.

use std::time::Duration;

use bellwether_core::environment::Environment;
use bellwether_host::notify::{NotifyError, ServiceManager};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::log::Log;

/// The service manager, if there is one.
pub(crate) struct Manager {
    manager: Option<ServiceManager>,
    feeding: Option<Interval>,
    said: bool,
    log: Log,
}

impl Manager {
    /// The one that the environment names. Must be called within a runtime.
    pub(crate) fn new(environment: &Environment, log: &Log) -> Self {
        let manager = match ServiceManager::from_environment(environment) {
            Ok(manager) => Some(manager),
            Err(error) => {
                log.warning(&error.to_string());
                None
            }
        };
        let feeding = manager.as_ref().and_then(ServiceManager::watchdog).map(|limit| {
            let mut feeding = interval((limit / 2).max(Duration::from_millis(1)));
            feeding.set_missed_tick_behavior(MissedTickBehavior::Delay);
            feeding
        });
        Self { manager, feeding, said: false, log: log.clone() }
    }

    /// Waits until the watchdog wants to be fed; forever when there is none. Cancel-safe.
    pub(crate) async fn hungry(&mut self) {
        match &mut self.feeding {
            Some(feeding) => drop(feeding.tick().await),
            None => std::future::pending().await,
        }
    }

    pub(crate) fn feed(&mut self) {
        self.send(ServiceManager::feed_watchdog);
    }

    /// Does something that may take long without being a standstill, such as asking others.
    pub(crate) async fn fed_during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = self.hungry() => self.feed(),
            }
        }
    }

    pub(crate) fn ready(&mut self) {
        self.send(ServiceManager::ready);
    }

    pub(crate) fn reloading(&mut self) {
        self.send(ServiceManager::reloading);
    }

    pub(crate) fn stopping(&mut self) {
        self.send(ServiceManager::stopping);
    }

    pub(crate) fn status(&mut self, text: &str) {
        self.send(|manager| manager.status(text));
    }

    /// What cannot be sent is said once: the service manager may have gone for good.
    fn send(&mut self, message: impl FnOnce(&ServiceManager) -> Result<(), NotifyError>) {
        if let Some(Err(error)) = self.manager.as_ref().map(message)
            && !std::mem::replace(&mut self.said, true)
        {
            self.log.warning(&error.to_string());
        }
    }
}
