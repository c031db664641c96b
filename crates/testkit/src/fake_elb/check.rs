//! Health checks, as both kinds of load balancers have them.

/// A health check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Seconds from one check to the next.
    pub interval: u32,
    /// Seconds until a check counts as failed.
    pub timeout: u32,
    /// How many checks must be passed.
    pub healthy_threshold: u32,
    /// How many checks must be failed.
    pub unhealthy_threshold: u32,
}

impl Default for Check {
    /// The defaults of the console for application load balancers.
    fn default() -> Self {
        Self { interval: 30, timeout: 5, healthy_threshold: 5, unhealthy_threshold: 2 }
    }
}
