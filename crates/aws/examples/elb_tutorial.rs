//! A tour of classic load balancers: regions, listing, creating, health checks, instances, zones, deleting.
//!
//! ```text
//! cargo run -p bellwether-aws --example elb_tutorial -- my-lb i-4f8cf126 i-0bb7ca62 [--keep]
//! ```
//!
//! It makes the load balancer `my-lb`, puts the instances behind it, takes them out again, moves it from one zone to
//! another and deletes it; with `--keep` it is left as it is at the end. Credentials, region and endpoint come from
//! where the program `bellwether` takes them: the environment, `~/.aws` and the boto files.

use std::error::Error;
use std::process::ExitCode;

use bellwether_aws::{ApiError, Aws, AwsSettings, Balancers};
use bellwether_core::balancer::{
    BalancerName, HealthCheck, InstanceId, Listener, LoadBalancer, NewBalancer, Protocol, ZoneName,
};
use bellwether_core::environment::Environment;

/// What the command line says.
struct Arguments {
    name: BalancerName,
    instances: Vec<InstanceId>,
    keep: bool,
}

fn main() -> ExitCode {
    let done = start();
    if let Err(error) = &done {
        show(&format!("error: {error}"));
        if let Some(error) = error.downcast_ref::<ApiError>() {
            show(&format!("hint: {}", error.remedy));
        }
    }
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn start() -> Result<(), Box<dyn Error>> {
    let arguments = read_arguments()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tour(&arguments))
}

async fn tour(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    // Creating a connection. Nothing is sent until something is asked.
    let aws = Aws::new(AwsSettings { environment: environment(), ..AwsSettings::default() });
    show_regions(&aws).await?;

    // The configured region; another one is `aws.balancers(Some("eu-west-1"))`.
    let balancers = aws.balancers(None);
    let region = balancers.region().await?;
    show(&format!("connected to {} for {region}", balancers.host().await?));

    show_all(&balancers).await?;
    create(&balancers, &arguments.name, &region).await?;
    configure_health_check(&balancers, &arguments.name).await?;
    let created = balancers.get(&arguments.name).await?;
    show(&format!("clients connect to {}", created.dns_name));

    add_and_remove_instances(&balancers, arguments).await?;
    move_to_another_zone(&balancers, &arguments.name, &region).await?;
    if arguments.keep {
        return Ok(());
    }
    balancers.delete(&arguments.name).await?;
    show(&format!("deleted {}", arguments.name));
    Ok(())
}

/// The regions of the account, each with a host of its own.
async fn show_regions(aws: &Aws) -> Result<(), ApiError> {
    for region in aws.elb_regions(None).await? {
        show(&format!("region {} at {}", region.name, region.endpoint));
    }
    Ok(())
}

/// All load balancers there are; the list is read to its last page.
async fn show_all(balancers: &Balancers) -> Result<(), ApiError> {
    let all = balancers.list(None).await?;
    show(&format!("{} load balancers", all.len()));
    all.iter().for_each(show_balancer);
    Ok(())
}

/// Port 80 as HTTP to 8080 of the instances, and port 443 as TCP to 8443, since encryption ends on the instances.
async fn create(balancers: &Balancers, name: &BalancerName, region: &str) -> Result<(), Box<dyn Error>> {
    let new = NewBalancer {
        listeners: vec![Listener::new(Protocol::Http, 80, 8_080), "443:8443/tcp".parse()?],
        zones: vec![zone(region, 'a')?, zone(region, 'b')?],
        ..NewBalancer::default()
    };
    let dns_name = balancers.create(name, &new).await?;
    show(&format!("created {name} at {dns_name}"));
    Ok(())
}

/// Every 20 seconds; an instance is healthy after 3 successes, unhealthy after 5 failures.
async fn configure_health_check(balancers: &Balancers, name: &BalancerName) -> Result<(), Box<dyn Error>> {
    let check = HealthCheck { interval: 20, ..HealthCheck::new("HTTP:8080/health".parse()?) };
    let taken = balancers.configure_health_check(name, &check).await?;
    show(&format!("checks {} every {} s", taken.target, taken.interval));
    Ok(())
}

async fn add_and_remove_instances(balancers: &Balancers, arguments: &Arguments) -> Result<(), ApiError> {
    let Arguments { name, instances, .. } = arguments;
    balancers.register(name, instances).await?;
    for instance in balancers.instance_health(name, &[]).await? {
        show(&format!("{} is {} {}", instance.id, instance.state, instance.explanation()));
    }
    balancers.deregister(name, instances).await?;
    show(&format!("registered and deregistered {} instances", instances.len()));
    Ok(())
}

/// Out of the first zone, into the third.
async fn move_to_another_zone(balancers: &Balancers, name: &BalancerName, region: &str) -> Result<(), Box<dyn Error>> {
    balancers.disable_zones(name, &[zone(region, 'a')?]).await?;
    let zones = balancers.enable_zones(name, &[zone(region, 'c')?]).await?;
    show(&format!("now in {}", zones.join(", ")));
    // Filtering by name: only this one is asked for.
    balancers.describe(std::slice::from_ref(name)).await?.iter().for_each(show_balancer);
    Ok(())
}

fn zone(region: &str, letter: char) -> Result<ZoneName, Box<dyn Error>> {
    Ok(ZoneName::new(format!("{region}{letter}"))?)
}

fn show_balancer(balancer: &LoadBalancer) {
    let listeners: Vec<_> = balancer.listeners.iter().map(|described| described.listener.to_string()).collect();
    show(&format!("{} at {}: {}", balancer.name, balancer.dns_name, listeners.join(" ")));
}

#[expect(clippy::print_stdout, reason = "this is what the example is for")]
fn show(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn environment() -> Environment {
    std::env::vars().collect()
}

#[expect(clippy::disallowed_methods, reason = "this is where the arguments are read")]
fn read_arguments() -> Result<Arguments, Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let [name, instances @ ..] = &words[..] else { return Err("give a name and instance ids".into()) };
    let keep = match options.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--keep"] => true,
        _ => return Err("the only option is --keep".into()),
    };
    let instances = instances.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
    Ok(Arguments { name: name.parse()?, instances, keep })
}
