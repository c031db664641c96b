//! `bellwether once`: run a command once per tick in the whole group.

mod by_health;
mod dry_run;
mod report;
mod stay;

use std::ffi::OsString;
use std::time::Duration;

use bellwether_core::claim::{Contender, OnLost, Overlap, Verdict};
use bellwether_core::duration;
use bellwether_core::names::{JobName, NodeId};
use bellwether_core::roster::{GroupRef, Standing};
use bellwether_core::schedule::Schedule;
use bellwether_core::time::Tick;
use bellwether_host::signals::Signals;
use bellwether_host::{clock, random};
use clap::{Args, ValueEnum};

use crate::args::{AwsArgs, NodeArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::job::claimed::Claimed;
use crate::job::launch::Launch;
use crate::notices::Notices;
use crate::notices::args::{NoticeArgs, Wanted};
use crate::settings::keys::lease;
use crate::wiring::context::Context;
use crate::wiring::roster::{Survey, survey};
use crate::wiring::store::{StoreRef, check_reach};

const DEFAULT_LEASE: Duration = Duration::from_secs(30);
const DEFAULT_STAGGER: Duration = Duration::from_millis(150);

/// The rank of a node that could not learn its own: behind all others of a fleet of usual size.
const LAST_RANK: u32 = 20;

/// Run a command once per tick in the whole group
///
/// Put it in every node's crontab in front of the command. All nodes start it at about the same time; one of them
/// runs the command, the others say who does and exit 0.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct OnceArgs {
    /// The job's name, the same on every node
    #[arg(value_name = "JOB")]
    job: JobName,

    /// The command and its arguments, executed directly, without a shell
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,

    /// The nodes it may run on: local, nodes:a,b,c, file:PATH, elb:NAME, alb:NAME-OR-ARN, asg:NAME or tag:KEY=VALUE
    /// [default: local]
    #[arg(long, value_name = "G")]
    group: Option<GroupRef>,

    /// Where claims are kept: sqlite:PATH, dynamodb:TABLE, postgres://..., nats://HOST:PORT/BUCKET, or none to go by
    /// health alone [default: a file in the state directory]
    #[arg(long, value_name = "URL")]
    store: Option<StoreRef>,

    /// When the job is due: a cron pattern of five fields, or @hourly and the like
    #[arg(long, value_name = "CRON", help_heading = "Tick")]
    schedule: Option<String>,

    /// When the job is due: every so often, counted from 1970-01-01T00:00:00Z [default: every minute]
    #[arg(long, value_name = "DUR", conflicts_with = "schedule", value_parser = duration::parse, help_heading = "Tick")]
    every: Option<Duration>,

    /// The time zone of --schedule [default: UTC]
    #[arg(long, value_name = "ZONE", help_heading = "Tick")]
    timezone: Option<String>,

    /// What to do while the previous tick is still running
    #[arg(long, value_enum, default_value_t = OverlapArg::Forbid, value_name = "POLICY", help_heading = "Claim")]
    overlap: OverlapArg,

    /// What to do with a tick whose node died while running it: at most once, or at least once
    #[arg(long, value_enum, default_value_t = OnLostArg::Skip, value_name = "POLICY", help_heading = "Claim")]
    on_lost: OnLostArg,

    /// Keep watching a tick that another node runs, to act when that node dies
    #[arg(long, help_heading = "Claim")]
    standby: bool,

    /// How long a node may be silent before others take it for dead, 1s at least [default: 30s]
    #[arg(long, value_name = "DUR", value_parser = lease, help_heading = "Claim")]
    lease: Option<Duration>,

    /// How long each node waits for every healthy node before it in the roster [default: 150ms]
    #[arg(long, value_name = "DUR", value_parser = duration::parse, help_heading = "Claim")]
    stagger: Option<Duration>,

    /// What to do when the store is out of reach
    #[arg(long, value_enum, default_value_t = OnStoreErrorArg::Fail, value_name = "POLICY", help_heading = "Claim")]
    on_store_error: OnStoreErrorArg,

    /// Stop the command, and all it started, after this long; the status is then 124
    #[arg(long, value_name = "DUR", value_parser = limit, help_heading = "Command")]
    timeout: Option<Duration>,

    /// How long a stopped command may take to end before it is killed
    #[arg(long, value_name = "DUR", default_value = "10s", value_parser = duration::parse, help_heading = "Command")]
    kill_after: Duration,

    /// Start a failed command again, so many times at most
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Command")]
    retries: u32,

    /// How long to wait before each retry
    #[arg(long, value_name = "DUR", default_value = "1s", value_parser = duration::parse, help_heading = "Command")]
    retry_delay: Duration,

    /// The exit status when another node runs the tick [default: 0]
    #[arg(long, value_name = "N", help_heading = "Command")]
    skip_status: Option<u8>,

    /// Show what would be done and do nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    node: NodeArgs,

    #[command(flatten)]
    notices: NoticeArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

/// Reads a limit of time. None of zero: it would stop every command at once, where timeout(1) would stop none.
fn limit(text: &str) -> Result<Duration, String> {
    match duration::parse(text) {
        Ok(Duration::ZERO) => Err("leave --timeout out for no limit".to_owned()),
        Ok(limit) => Ok(limit),
        Err(error) => Err(error.to_string()),
    }
}

const AFTER_HELP: &str = "\
Examples:
  bellwether once hello -- echo 'run once'
  bellwether once report --schedule '30 2 * * *' --timezone Europe/Amsterdam --timeout 1h -- /usr/local/bin/report
  bellwether once sweep --every 10s --overlap replace -- /usr/local/bin/sweep --all
  bellwether once mail --group elb:web --store none -- /usr/local/bin/mail

In a crontab:
  30 2 * * *  bellwether --quiet once report --schedule '30 2 * * *' -- /usr/local/bin/report

The command's environment: BELLWETHER_JOB, _TICK, _RUN_ID, _ATTEMPT, _FENCE, _NODE.

Exit status: the command's own when it ran; 0 when another node runs the tick (--skip-status); 64 wrong usage;
69 store, roster or identity unavailable; 124 timed out; 126 cannot be executed; 127 not found; 128+N killed by signal N.";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OverlapArg {
    /// Leave the new tick out
    Forbid,
    /// Run both
    Allow,
    /// Stop the old run, then start the new one
    Replace,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OnLostArg {
    /// Mark it lost: at most once
    Skip,
    /// Run it again: at least once
    Rerun,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnStoreErrorArg {
    /// Do not run the command; exit 69
    Fail,
    /// Run the command without a claim
    Run,
}

/// What is to be run, settled from flags and configuration.
struct Plan {
    job: JobName,
    tick: Tick,
    next: Option<Tick>,
    group: GroupRef,
    launch: Launch,
    wanted: Wanted,
}

pub(crate) async fn run(args: OnceArgs, context: Context) -> Result<u8, Failure> {
    let group = context.group(args.group.as_ref()).unwrap_or(GroupRef::Local);
    let store = context.store(args.store.as_ref())?;
    check_reach(&store, &group)?;
    let (tick, next) = ticks(&args, &context)?;
    let wanted = Wanted::settle(&args.notices, &context.settings)?;
    let plan = Plan { job: args.job.clone(), tick, next, group, launch: launch(&args, &context), wanted };
    match &store {
        _ if args.dry_run => dry_run::run(&args, &context, &plan, &store).await,
        StoreRef::None => by_health::run(&args, &context, &plan).await,
        _ => run_with_claim(&args, &context, &plan, &store).await,
    }
}

/// The tick to run, and the one after it.
fn ticks(args: &OnceArgs, context: &Context) -> Result<(Tick, Option<Tick>), Failure> {
    let usage = |error: bellwether_core::schedule::ScheduleError| Failure::usage(error.to_string());
    let timezone = args.timezone.as_ref().or(context.settings.timezone.as_ref());
    let schedule = match (&args.schedule, args.every) {
        (Some(pattern), _) => Schedule::cron(pattern, timezone.map_or("UTC", String::as_str)).map_err(usage)?,
        (None, _) if args.timezone.is_some() => {
            return Err(Failure::usage("--timezone only means something with --schedule"));
        }
        (None, Some(interval)) => Schedule::every(interval).map_err(usage)?,
        (None, None) => Schedule::MINUTE,
    };
    let now = clock::now().wall;
    let tick = schedule.latest(now).ok_or_else(|| Failure::usage("the schedule has no tick before now"))?;
    Ok((tick, schedule.next(now)))
}

fn launch(args: &OnceArgs, context: &Context) -> Launch {
    let mut words = args.command.iter().cloned();
    Launch {
        program: words.next().unwrap_or_default(),
        args: words.collect(),
        timeout: args.timeout,
        kill_after: args.kill_after,
        console: context.console,
    }
}

fn install_signals() -> Result<Signals, Failure> {
    Signals::install().map_err(|error| Failure::unavailable(format!("signals cannot be caught: {error}")))
}

fn skip_status(args: &OnceArgs, context: &Context) -> u8 {
    args.skip_status.or(context.settings.skip_status).unwrap_or(exit_status::OK)
}

fn no_randomness(error: impl std::fmt::Display) -> Failure {
    Failure::unavailable(format!("the system gives no random bytes: {error}"))
}

async fn run_with_claim(args: &OnceArgs, context: &Context, plan: &Plan, store: &StoreRef) -> Result<u8, Failure> {
    // A store of many hosts, and the health of the group, are both an answer away: they are asked at once.
    let survey = survey(context, &plan.group, &args.node, &args.aws);
    let (store, survey) = tokio::join!(context.open(store, &args.aws), survey);
    let mut notices = Notices::new(&plan.wanted, &plan.job, context);
    let Some((node, rank)) = seat(context, plan, survey)? else {
        return Ok(by_health::not_chosen(args, context, notices).await);
    };
    let store = match store {
        Ok(store) => store,
        Err(failure) if args.on_store_error == OnStoreErrorArg::Run => {
            context.console.warning(&format!("{}; running without a claim", failure.message));
            return by_health::run_unclaimed(args, plan, &node, notices).await;
        }
        Err(failure) => return Err(failure),
    };
    let stagger = args.stagger.or(context.settings.stagger).unwrap_or(DEFAULT_STAGGER);
    let contender = Contender {
        job: plan.job.clone(),
        tick: plan.tick,
        next: plan.next,
        run_id: random::run_id().map_err(no_randomness)?,
        node: node.clone(),
        lease: args.lease.or(context.settings.lease).unwrap_or(DEFAULT_LEASE),
        overlap: args.overlap.into(),
        on_lost: args.on_lost.into(),
        standby: args.standby,
        stagger: stagger.saturating_mul(rank),
        retries: args.retries,
        retry_delay: args.retry_delay,
    };
    let mut signals = install_signals()?;
    let finished = Claimed::new(contender, &store, &plan.launch, &mut signals, &mut notices).drive().await;
    if finished.verdict == Verdict::Unavailable && args.on_store_error == OnStoreErrorArg::Run {
        context.console.warning(&format!("{}; running without a claim", report::complaint(&finished).message));
        return by_health::run_unclaimed(args, plan, &node, notices).await;
    }
    report::notify(&mut notices, &finished);
    let status = report::report(args, context, plan, finished);
    notices.delivered(stay::told_to_end(&mut signals)).await;
    status
}

/// The name and rank by which this node takes part; none when its group says that it does not.
///
/// A roster that cannot be had must not stop the job everywhere: the node then takes part as the last in rank, for
/// rank is order alone and the claim is what keeps the promise.
fn seat(context: &Context, plan: &Plan, survey: Survey) -> Result<Option<(NodeId, u32)>, Failure> {
    let Plan { job, tick, group, .. } = plan;
    let identity = survey.identity?;
    let roster = match survey.roster {
        Ok(roster) => roster,
        Err(error) if error.kind.is_mistake() => return Err(error.into()),
        Err(error) => {
            context.console.warning(&format!("{job}: {error}; this node takes part as the last in rank"));
            return Ok(Some((identity.id, LAST_RANK)));
        }
    };
    let out = |why: String| context.console.notice(&format!("{job}: tick {tick} is not for this node: {why}"));
    match roster.standing(&identity) {
        Standing::Healthy { rank } => {
            let node = roster.member_of(&identity).unwrap_or(&identity.id).clone();
            Ok(Some((node, u32::try_from(rank).unwrap_or(u32::MAX))))
        }
        Standing::Unhealthy { state, .. } => {
            out(format!("{} is {state} in {group}", identity.id));
            Ok(None)
        }
        Standing::Stranger => {
            out(format!("{} is not in {group}", identity.id));
            Ok(None)
        }
    }
}

impl From<OverlapArg> for Overlap {
    fn from(arg: OverlapArg) -> Self {
        match arg {
            OverlapArg::Forbid => Self::Forbid,
            OverlapArg::Allow => Self::Allow,
            OverlapArg::Replace => Self::Replace,
        }
    }
}

impl From<OnLostArg> for OnLost {
    fn from(arg: OnLostArg) -> Self {
        match arg {
            OnLostArg::Skip => Self::Skip,
            OnLostArg::Rerun => Self::Rerun,
        }
    }
}
