//! `bellwether doctor`: does everything that `once` needs work here? Each line is ok, or says what to do.

use std::time::Duration;

use bellwether_aws::{Aws, permissions};
use bellwether_core::claim::{Record, State};
use bellwether_core::names::{JobName, NodeId};
use bellwether_core::roster::{GroupRef, Identity, Roster, RosterError, RosterErrorKind, Standing};
use bellwether_core::store::{ClaimStore, StoreError, Swap};
use bellwether_core::time::Tick;
use bellwether_host::{clock, random};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use crate::args::{AwsArgs, NodeArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;
use crate::wiring::identity::IdentityError;
use crate::wiring::roster::survey;
use crate::wiring::store::{StoreRef, check_reach};

/// How far this host's clock may be off before it is said.
const CLOCK_WARNING: Duration = Duration::from_secs(5);
/// How far it may be off before AWS refuses signatures, and stores refuse ticks.
const CLOCK_LIMIT: Duration = Duration::from_secs(30);

/// Check identity, clock, credentials, permissions and store
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether doctor\n  bellwether doctor --group elb:web --store none\n\nExit status: 0 when all is well, 1 when a check failed."
)]
pub(crate) struct DoctorArgs {
    /// The group that will be used [default: local]
    #[arg(long, value_name = "G")]
    group: Option<GroupRef>,

    /// The store that will be used, as for once [default: a file in the state directory]
    #[arg(long, value_name = "URL")]
    store: Option<StoreRef>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    node: NodeArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

/// One line of the findings.
struct Finding {
    state: &'static str,
    check: String,
    what: String,
    remedy: String,
}

const OK: &str = "ok";
const WARNING: &str = "warning";
const FAILED: &str = "FAILED";

impl Finding {
    fn ok(check: impl Into<String>, what: impl Into<String>) -> Self {
        Self { state: OK, check: check.into(), what: what.into(), remedy: String::new() }
    }

    fn bad(state: &'static str, check: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state, check: check.into(), what: what.into(), remedy: remedy.into() }
    }
}

pub(crate) async fn run(args: DoctorArgs, context: Context) -> Result<u8, Failure> {
    let group = context.group(args.group.as_ref()).unwrap_or(GroupRef::Local);
    let store = context.store(args.store.as_ref())?;
    let mut findings = Vec::new();
    let survey = survey(&context, &group, &args.node, &args.aws).await;
    findings.push(identity(&survey.identity));
    if group.is_aws() {
        findings.extend(aws(&context.aws(&args.aws), &group).await);
        findings.extend(allowed(&group, &survey.roster));
    }
    findings.push(members(&group, &survey.identity, &survey.roster));
    findings.push(match check_reach(&store, &group) {
        Ok(()) => store_works(&context, &store, &args.aws, &survey.identity).await,
        Err(failure) => Finding::bad(FAILED, "store", failure.message, failure.remedy.unwrap_or_default()),
    });
    context.console.result(&if args.json {
        as_json(&findings)
    } else {
        as_table(&findings, context.console.colour())
    })?;
    let failed = findings.iter().any(|finding| finding.state == FAILED);
    Ok(if failed { exit_status::NO } else { exit_status::OK })
}

fn identity(identity: &Result<Identity, IdentityError>) -> Finding {
    match identity {
        Ok(identity) => {
            let place = identity.zone.as_ref().or(identity.region.as_ref());
            let place = place.map_or_else(String::new, |place| format!(" in {place}"));
            Finding::ok("identity", format!("{}{place}", identity.id))
        }
        Err(error) => Finding::bad(FAILED, "identity", &error.message, &error.remedy),
    }
}

async fn aws(aws: &Aws, group: &GroupRef) -> Vec<Finding> {
    let failed = |check, error: RosterError| Finding::bad(FAILED, check, error.message, error.remedy);
    let mut findings = Vec::new();
    let region = match aws.region_of(group).await {
        Ok((region, source)) => {
            findings.push(Finding::ok("region", format!("{region}, from {source}")));
            Some(region)
        }
        Err(error) => {
            findings.push(failed("region", error));
            None
        }
    };
    match (aws.caller(region.as_deref()).await, aws.credentials_source().await) {
        (Ok(caller), Ok(source)) => {
            findings.push(Finding::ok("credentials", format!("{}, from {source}", caller.arn)));
            findings.push(clocks(caller.aws_date, caller.local_sent));
        }
        (Err(error), _) | (_, Err(error)) => findings.push(failed("credentials", error)),
    }
    findings
}

fn clocks(theirs: Option<Timestamp>, ours: Option<Timestamp>) -> Finding {
    let (Some(theirs), Some(ours)) = (theirs, ours) else {
        return Finding::bad(WARNING, "clock", "the answer of AWS carried no date to compare with", "try again");
    };
    let off = theirs.duration_since(ours).unsigned_abs();
    // The date of an answer is in whole seconds.
    let what = format!("{} s from the clock of AWS", off.as_secs());
    let remedy = "set this host's clock (chronyc tracking, timedatectl)";
    match off {
        off if off > CLOCK_LIMIT => Finding::bad(FAILED, "clock", what, remedy),
        off if off > CLOCK_WARNING => Finding::bad(WARNING, "clock", what, remedy),
        _ => Finding::ok("clock", what),
    }
}

/// Every permission the group needs: they are all used to read its roster.
fn allowed(group: &GroupRef, roster: &Result<Roster, RosterError>) -> Vec<Finding> {
    let actions = permissions(group);
    match roster {
        Ok(_) => actions.iter().map(|action| Finding::ok("permission", *action)).collect(),
        // Without credentials nothing was asked: such an error names no action.
        Err(error)
            if error.kind == RosterErrorKind::Denied
                && actions.iter().any(|action| error.message.starts_with(action)) =>
        {
            vec![Finding::bad(FAILED, "permission", &error.message, &error.remedy)]
        }
        // Whether they are given cannot be told; the group's own line says why.
        Err(_) => Vec::new(),
    }
}

fn members(
    group: &GroupRef,
    identity: &Result<Identity, IdentityError>,
    roster: &Result<Roster, RosterError>,
) -> Finding {
    let roster = match roster {
        Ok(roster) => roster,
        Err(error) => return Finding::bad(FAILED, "group", &error.message, &error.remedy),
    };
    let count = roster.members().count();
    let members = if count == 1 { "1 member".to_owned() } else { format!("{count} members") };
    let counts = format!("{group}: {members}, {} healthy", roster.healthy().count());
    match identity.as_ref().map(|identity| roster.standing(identity)) {
        Ok(Standing::Healthy { rank }) => Finding::ok("group", format!("{counts}; this node has rank {rank}")),
        Ok(Standing::Unhealthy { state, reason }) => {
            let remedy = format!(
                "it takes no part until it is healthy{}",
                if reason.is_empty() { String::new() } else { format!(": {reason}") }
            );
            Finding::bad(WARNING, "group", format!("{counts}; this node is {state}"), remedy)
        }
        Ok(Standing::Stranger) => Finding::bad(
            WARNING,
            "group",
            format!("{counts}; this node is not one of them"),
            "add it, or name it with --node ID",
        ),
        Err(_) => Finding::bad(WARNING, "group", counts, "see 'identity'"),
    }
}

async fn store_works(
    context: &Context,
    store: &StoreRef,
    aws: &AwsArgs,
    identity: &Result<Identity, IdentityError>,
) -> Finding {
    let opened = match store {
        StoreRef::None => return Finding::ok("store", "none: best effort by health alone"),
        store => context.open(store, aws).await,
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(failure) => return Finding::bad(FAILED, "store", failure.message, failure.remedy.unwrap_or_default()),
    };

    let node = identity.as_ref().ok().map(|identity| identity.id.clone());
    let began = clock::mono();
    match swaps(opened.claims.as_ref(), node).await {
        Ok(Ok(())) => {
            let took = bellwether_core::duration::display(clock::mono().since(began));
            let works = format!("{}: compare-and-swap works ({took} for two swaps and a refusal)", opened.name);
            match opened.doubts.is_empty() {
                true => Finding::ok("store", works),
                false => Finding::bad(WARNING, "store", works, opened.doubts.join("; ")),
            }
        }
        Ok(Err(why)) => Finding::bad(
            FAILED,
            "store",
            format!("{}: {why}", opened.name),
            "do not use this store: claims would not hold",
        ),
        Err(error) => Finding::bad(FAILED, "store", error.to_string(), error.remedy()),
    }
}

/// Tries the store's one promise on a record of its own: a swap from a version that is past must be refused.
async fn swaps(store: &dyn ClaimStore, node: Option<NodeId>) -> Result<Result<(), String>, StoreError> {
    let unusable =
        |why: String| StoreError::Unavailable { what: "the check".to_owned(), why, remedy: "run again".to_owned() };
    let job = JobName::new("bellwether doctor").map_err(|error| unusable(error.to_string()))?;
    let run_id = random::run_id().map_err(|error| unusable(error.to_string()))?;
    let node = node.map_or_else(|| NodeId::new("unknown"), Ok).map_err(|error| unusable(error.to_string()))?;
    let before = store.read(&job).await?.current;
    let now = clock::now().wall;
    let first = Record {
        tick: before.as_ref().map_or(Tick::at(now), |(record, _)| record.tick.max(Tick::at(now))),
        run_id,
        node,
        fence: before.as_ref().map_or(1, |(record, _)| record.fence.saturating_add(1)),
        attempt: 1,
        state: State::Done,
        beat: 1,
        lease: Duration::from_secs(30),
        started: None,
        ended: Some(now),
        status: Some(0),
        displaced: None,
        next: None,
    };
    let second = Record { beat: 2, ..first.clone() };
    let Swap::Swapped(version) = store.swap(&job, before.as_ref().map(|(_, version)| version), &first, &[]).await?
    else {
        return Ok(Err("another doctor is at work; try again".to_owned()));
    };
    if store.swap(&job, Some(&version), &second, &[]).await? == Swap::Conflict {
        return Ok(Err("a swap from the current version was refused".to_owned()));
    }
    if store.swap(&job, Some(&version), &first, &[]).await? != Swap::Conflict {
        return Ok(Err("a swap from a past version was made".to_owned()));
    }
    let read = store.read(&job).await?.current.map(|(record, _)| record);
    Ok(if read == Some(second) { Ok(()) } else { Err("a confirmed swap was not read back".to_owned()) })
}

fn as_table(findings: &[Finding], colour: bool) -> String {
    let rows = findings.iter().map(|finding| {
        let remedy = if finding.remedy.is_empty() { String::new() } else { format!("; to do: {}", finding.remedy) };
        let tone = match finding.state {
            OK => Tone::Good,
            WARNING => Tone::Doubtful,
            _ => Tone::Bad,
        };
        let what = format!("{}{remedy}", finding.what);
        [Text::toned(finding.state, tone), finding.check.as_str().into(), what.into()]
    });
    table(["STATE", "CHECK", "FINDING"], rows, colour)
}

fn as_json(findings: &[Finding]) -> String {
    let list: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "state": finding.state.to_lowercase(),
                "check": finding.check,
                "finding": finding.what,
                "remedy": (!finding.remedy.is_empty()).then_some(&finding.remedy),
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(list))
}
