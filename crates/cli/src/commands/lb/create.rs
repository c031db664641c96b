//! `bellwether lb create`: a new load balancer.

use bellwether_core::balancer::{
    BalancerName, Listener, NewBalancer, Scheme, SecurityGroupId, SubnetId, Tag, ZoneName,
};
use clap::Args;
use serde_json::{Value, json};

use super::change::Change;
use super::listener::in_the_apis_words;
use super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Create a load balancer, and print its DNS name
///
/// One of the same name and the same settings that is there already is taken for it; one of the same name and other
/// settings is an error.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb create web --listener 80:8080/http --listener 443:8443/tcp --zone eu-west-1a,eu-west-1b\n  bellwether lb create api --listener 443:80/https/http,arn:aws:acm:eu-west-1:123456789012:certificate/ID --subnet subnet-0123456789abcdef0 --security-group sg-0123456789abcdef0 --scheme internal --tag Team=web"
)]
pub(crate) struct CreateArgs {
    /// The name: 1 to 32 letters, digits and hyphens
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// What it listens on, PORT:INSTANCE-PORT/PROTOCOL[/INSTANCE-PROTOCOL][,CERTIFICATE-ARN]; may be given again
    #[arg(long = "listener", value_name = "LISTENER", required = true)]
    listeners: Vec<Listener>,

    /// The zones it is in; instead of --subnet
    #[arg(long = "zone", value_name = "ZONE", value_delimiter = ',')]
    zones: Vec<ZoneName>,

    /// The subnets it is in, one of each zone; instead of --zone
    #[arg(long = "subnet", value_name = "SUBNET-ID", value_delimiter = ',')]
    subnets: Vec<SubnetId>,

    /// Its security groups [default: that of the VPC]
    #[arg(long = "security-group", value_name = "GROUP-ID", value_delimiter = ',')]
    security_groups: Vec<SecurityGroupId>,

    /// Who can reach it: internet-facing or internal [default: internet-facing]
    #[arg(long, value_name = "SCHEME")]
    scheme: Option<Scheme>,

    /// A tag, KEY=VALUE; may be given again
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: CreateArgs, context: Context) -> Result<u8, Failure> {
    let new = NewBalancer {
        listeners: args.listeners,
        zones: args.zones,
        subnets: args.subnets,
        security_groups: args.security_groups,
        scheme: args.scheme,
        tags: args.tags,
    };
    new.check()?;
    let change = Change::new(context, &args.change);
    if change.is_dry {
        return change.show(&[call(&args.name, &new)]).await;
    }
    let dns_name = change.balancers.create(&args.name, &new).await?;
    change.done(&dns_name)
}

fn call(name: &BalancerName, new: &NewBalancer) -> Call {
    let some = |list: Value| Some(list).filter(|list| list.as_array().is_some_and(|list| !list.is_empty()));
    let tags: Vec<_> = new.tags.iter().map(|tag| json!({"Key": tag.key, "Value": tag.value})).collect();
    Call::elb(
        "CreateLoadBalancer",
        json!({
            "LoadBalancerName": name,
            "Listeners": new.listeners.iter().map(in_the_apis_words).collect::<Vec<_>>(),
            "AvailabilityZones": some(json!(new.zones)),
            "Subnets": some(json!(new.subnets)),
            "SecurityGroups": some(json!(new.security_groups)),
            "Scheme": new.scheme.map(Scheme::name),
            "Tags": some(json!(tags)),
        }),
    )
}
