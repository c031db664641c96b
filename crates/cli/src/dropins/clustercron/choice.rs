//! Whether this node is the chosen one: asked of AWS, or remembered.

use bellwether_aws::{Aws, ImdsError};
use bellwether_core::names::NodeId;
use bellwether_core::roster::{Choice, Identity, Roster, RosterError};
use bellwether_host::names;

use super::args::{Kind, Options};
use super::cache::{Cache, Key};
use super::config::Config;
use super::log::Log;
use crate::render::level::Level;

/// Why it cannot be told; clustercron then runs nothing.
pub(super) struct Error {
    pub(super) logger: &'static str,
    pub(super) message: String,
    pub(super) remedy: String,
}

const LB: &str = "clustercron.lb";

impl From<ImdsError> for Error {
    fn from(error: ImdsError) -> Self {
        Self { logger: LB, message: format!("Could not get instance data: {error}"), remedy: error.remedy().to_owned() }
    }
}

fn unhealthy_answer(kind: Kind, error: RosterError) -> Error {
    let what = match kind {
        Kind::Elb => "instance health",
        Kind::Alb => "target health",
    };
    Error { logger: kind.logger(), message: format!("Could not get {what}: {error}"), remedy: error.remedy }
}

/// Asks AWS. Who this node is and who is healthy are asked at the same time.
pub(super) async fn ask(options: &Options, aws: &Aws, log: &Log) -> Result<bool, Error> {
    let (identity, roster) = tokio::try_join!(identity(aws, log), roster(options, aws))?;
    Ok(choose(options, &identity, &roster, log))
}

/// Takes a fresh answer from the cache; else asks AWS and remembers what it says.
pub(super) async fn ask_cache_first(options: &Options, aws: &Aws, config: &Config, log: &Log) -> Result<bool, Error> {
    let identity = identity(aws, log).await?;
    let (region, _) = aws.region().await.map_err(|error| unhealthy_answer(options.kind, error))?;
    let key = Key { kind: options.kind, name: &options.name, region: &region, instance: identity.id.as_str() };
    let Some(mut cache) = Cache::lock(config, &key, log).await? else { return Ok(false) };
    if let Some(master) = cache.fresh(config.expire_time, log) {
        return Ok(master);
    }
    let roster = roster(options, aws).await?;
    let master = choose(options, &identity, &roster, log);
    cache.remember(master)?;
    Ok(master)
}

async fn identity(aws: &Aws, log: &Log) -> Result<Identity, Error> {
    let mut identity = Identity::from(aws.identity().await?);
    log.write(Level::Info, LB, &format!("Instance ID: {}", identity.id));
    identity.names.extend(names::addresses().unwrap_or_default().iter().map(ToString::to_string));
    Ok(identity)
}

async fn roster(options: &Options, aws: &Aws) -> Result<Roster, Error> {
    match aws.roster(&options.group()) {
        Some(source) => source.roster().await.map_err(|error| unhealthy_answer(options.kind, error)),
        None => Ok(Roster::new()),
    }
}

fn choose(options: &Options, identity: &Identity, roster: &Roster, log: &Log) -> bool {
    let healthy: Vec<_> = roster.healthy().map(NodeId::as_str).collect();
    log.write(Level::Info, options.kind.logger(), &format!("Healty instances: {}", healthy.join(", ")));
    roster.choose(identity) == Choice::Chosen
}
