//! The agents that answer in the examples of fleet commands.

use bellwether_testkit::process::Running;

use crate::exec::support::Site;

/// The pages whose examples command a fleet.
const PAGES: [&str; 4] = ["exec.md", "facts.md", "ping.md", "results.md"];

/// Three nodes, and a caller they believe.
pub(super) struct Agents {
    site: Site,
    _running: Vec<Running>,
}

impl Agents {
    /// Those of a page; none for a page that needs none.
    pub(super) fn of(page: &str) -> Option<Self> {
        PAGES.contains(&page).then(|| {
            let site = Site::new();
            let running = site.agents(&["db-1", "web-1", "web-2"]);
            Self { site, _running: running }
        })
    }

    /// What the examples find in their environment.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        self.site.variables()
    }
}
