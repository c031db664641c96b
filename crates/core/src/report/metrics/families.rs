//! Every metric there is, in the order of the text. Names follow Prometheus's own rules: units and `_total` at the end.

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    LastTick,
    LastStart,
    LastEnd,
    LastSuccess,
    LastStatus,
    LastDuration,
    Runs,
    Skipped,
    FoundLost,
}

/// What a metric's values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Gauge,
    Counter,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
        }
    }
}

/// All that the text says of a metric besides its values.
pub(super) struct Description {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The label besides `job`.
    pub(super) label: Option<&'static str>,
    pub(super) help: &'static str,
}

impl Family {
    pub(super) const ALL: [Self; 9] = [
        Self::LastTick,
        Self::LastStart,
        Self::LastEnd,
        Self::LastSuccess,
        Self::LastStatus,
        Self::LastDuration,
        Self::Runs,
        Self::Skipped,
        Self::FoundLost,
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.describe().name == name)
    }

    pub(super) const fn describe(self) -> Description {
        match self {
            Self::LastTick => {
                gauge("bellwether_job_last_tick_time_seconds", "The tick that this node ran last, since 1970.")
            }
            Self::LastStart => {
                gauge("bellwether_job_last_start_time_seconds", "When this node last started the job, since 1970.")
            }
            Self::LastEnd => {
                gauge("bellwether_job_last_end_time_seconds", "When the job last ended on this node, since 1970.")
            }
            Self::LastSuccess => gauge(
                "bellwether_job_last_success_time_seconds",
                "When the job last ended with status 0 on this node, since 1970.",
            ),
            Self::LastStatus => {
                gauge("bellwether_job_last_status", "The exit status of the job's last run on this node.")
            }
            Self::LastDuration => {
                gauge("bellwether_job_last_duration_seconds", "How long the job's last run on this node took.")
            }
            Self::Runs => {
                counter("bellwether_job_runs_total", Some("outcome"), "The job's runs on this node, by how they ended.")
            }
            Self::Skipped => counter(
                "bellwether_job_skipped_total",
                Some("reason"),
                "The times this node did not run a tick of the job, by why.",
            ),
            Self::FoundLost => counter(
                "bellwether_job_lost_total",
                None,
                "The job's runs that this node found lost, with their runner.",
            ),
        }
    }
}

const fn gauge(name: &'static str, help: &'static str) -> Description {
    Description { name, kind: Kind::Gauge, label: None, help }
}

const fn counter(name: &'static str, label: Option<&'static str>, help: &'static str) -> Description {
    Description { name, kind: Kind::Counter, label, help }
}
