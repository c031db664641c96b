//! `bellwether lb certificate`: the certificates that a load balancer shows.

use bellwether_core::balancer::{BalancerName, Invalid, check_certificate};
use clap::{Args, Subcommand, value_parser};
use serde_json::json;

use super::change::Change;
use super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Set the certificate of a listener
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bellwether lb certificate set web 443 arn:aws:acm:eu-west-1:123456789012:certificate/ID"
)]
pub(crate) struct CertificateArgs {
    #[command(subcommand)]
    command: CertificateCommand,
}

#[derive(Debug, Subcommand)]
enum CertificateCommand {
    Set(SetArgs),
}

/// Replace the certificate of a listener
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bellwether lb certificate set web 443 arn:aws:acm:eu-west-1:123456789012:certificate/ID"
)]
struct SetArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The port that the listener is on
    #[arg(value_name = "PORT", value_parser = value_parser!(u16).range(1..))]
    port: u16,

    /// The ARN of the certificate in ACM or IAM
    #[arg(value_name = "ARN", value_parser = arn)]
    certificate: String,

    #[command(flatten)]
    change: ChangeArgs,
}

fn arn(text: &str) -> Result<String, Invalid> {
    check_certificate(text).map(|()| text.to_owned())
}

pub(super) async fn run(args: CertificateArgs, context: Context) -> Result<u8, Failure> {
    let CertificateCommand::Set(SetArgs { name, port, certificate, change }) = args.command;
    let change = Change::new(context, &change);
    if change.is_dry {
        let parameters = json!({"LoadBalancerName": name, "LoadBalancerPort": port, "SSLCertificateId": certificate});
        return change.show(&[Call::elb("SetLoadBalancerListenerSSLCertificate", parameters)]).await;
    }
    change.balancers.set_certificate(&name, port, &certificate).await?;
    change.done(&format!("{name}: port {port} has {certificate}"))
}
