//! HUP: rules, facts and limits are read again. What cannot be used changes nothing.

use super::daemon::Daemon;
use super::plan::Reload;
use super::presence::Presence;
use super::reader::Reader;
use super::rules::Rules;
use crate::failure::Failure;

impl Daemon {
    pub(super) async fn reload(&mut self, reload: &Reload) {
        self.manager.reloading();
        match self.take_anew(reload).await {
            Ok(()) => self.station.log.info("the configuration was read again"),
            Err(failure) => {
                let text = failure.in_one_line();
                self.station.log.error(&format!("the configuration stays as it was: {text}"));
            }
        }
        self.manager.ready();
    }

    /// Everything that can fail comes first.
    async fn take_anew(&mut self, reload: &Reload) -> Result<(), Failure> {
        let plan = reload()?;
        let rules = Rules::load(&plan.rules)?;
        let log = &self.station.log;
        rules.hints.iter().for_each(|hint| log.warning(hint));
        if (&plan.place, &plan.state, &plan.account) != (&self.plan.place, &self.plan.state, &self.plan.account) {
            log.warning("another fleet, state directory or account needs a restart; all else is taken");
        }
        let (node, env) = (self.station.node.as_str(), self.station.env.as_str());
        let reader = Reader::new(&plan.facts, self.context.aws(&plan.aws), log, node, env);
        self.manager.fed_during(reader.read()).await;
        self.presence = Presence::begin(&self.station, &plan.facts, reader);
        self.station.gauges.rules(rules.trust.len(), rules.policy.len());
        (self.rules, self.limits, self.plan) = (rules, plan.limits, plan);
        Ok(())
    }
}
