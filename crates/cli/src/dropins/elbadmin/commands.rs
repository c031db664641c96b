//! The commands, carried out.

use std::collections::BTreeMap;

use bellwether_aws::{ApiErrorKind, Balancers, Ec2Instance};
use bellwether_core::balancer::{BalancerName, InstanceId, LoadBalancer, NewBalancer};

use super::args::{Action, Command};
use super::details::{Details, list};
use super::failure::Failure;
use super::reap::ended;
use crate::render::console::Console;

/// Carries out a command; what it changed is shown.
pub(super) async fn run(command: Command, balancers: &Balancers, console: Console) -> Result<(), Failure> {
    match command {
        Command::List => Ok(console.result(&list(&balancers.list(None).await?))?),
        Command::Create { name, zones, listeners } => {
            balancers.create(&name, &NewBalancer { zones, listeners, ..NewBalancer::default() }).await?;
            show(find(balancers, &name).await?, &name, balancers, console).await
        }
        Command::With(text, action) => {
            // A name that cannot be is one that is not there.
            let name = BalancerName::new(&text).map_err(|_| Failure::not_found(&text))?;
            with(action, &name, balancers, console).await
        }
        Command::Lacks(text, status) => Err(Failure::Said { text, status }),
    }
}

async fn with(action: Action, name: &BalancerName, balancers: &Balancers, console: Console) -> Result<(), Failure> {
    let found = find(balancers, name).await?;
    match action {
        Action::Get => return show(found, name, balancers, console).await,
        Action::Delete => {
            balancers.delete(name).await?;
            return Ok(console.result(&format!("Load Balancer {name} deleted\n"))?);
        }
        Action::Add(ids) => drop(balancers.register(name, &ids).await?),
        Action::Remove(ids) => drop(balancers.deregister(name, &ids).await?),
        Action::Reap => reap(&found, name, balancers).await?,
        Action::Enable(zone) => drop(balancers.enable_zones(name, &[zone]).await?),
        Action::Disable(zone) => drop(balancers.disable_zones(name, &[zone]).await?),
        Action::AddListeners(listeners) => balancers.add_listeners(name, &listeners).await?,
        Action::RemoveListeners(ports) => balancers.remove_listeners(name, &ports).await?,
    }
    show(find(balancers, name).await?, name, balancers, console).await
}

async fn find(balancers: &Balancers, name: &BalancerName) -> Result<LoadBalancer, Failure> {
    balancers.get(name).await.map_err(|error| match error.kind {
        ApiErrorKind::NotFound => Failure::not_found(name.as_str()),
        _ => error.into(),
    })
}

async fn reap(found: &LoadBalancer, name: &BalancerName, balancers: &Balancers) -> Result<(), Failure> {
    let registered = registered(found);
    let ended = ended(&registered, &balancers.ec2_instances(&registered).await?);
    if !ended.is_empty() {
        balancers.deregister(name, &ended).await?;
    }
    Ok(())
}

/// Shows a load balancer with the health and the names of its instances, which are asked for at the same time.
async fn show(
    balancer: LoadBalancer,
    name: &BalancerName,
    balancers: &Balancers,
    console: Console,
) -> Result<(), Failure> {
    let ids = registered(&balancer);
    let (health, known) = tokio::try_join!(balancers.instance_health(name, &[]), balancers.ec2_instances(&ids))?;
    let details = Details { balancer, health, names: names(known) };
    Ok(console.result(&details.text())?)
}

fn registered(balancer: &LoadBalancer) -> Vec<InstanceId> {
    balancer.instances.iter().filter_map(|id| id.parse().ok()).collect()
}

fn names(known: Vec<Ec2Instance>) -> BTreeMap<String, String> {
    known.into_iter().filter_map(|it| Some((it.id, it.name?))).collect()
}
