//! `bellwether lb policy create`: a new policy.

use bellwether_core::balancer::{BalancerName, CookieName, PolicyAttribute, PolicyName};
use bellwether_core::duration;
use clap::Args;
use serde_json::json;

use super::super::change::Change;
use super::super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Create a policy; it does nothing until it is applied
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb policy create web sticky --lb-cookie --expires 10m\n  bellwether lb policy create web session --app-cookie JSESSIONID\n  bellwether lb policy create web proxy --type ProxyProtocolPolicyType --attribute ProxyProtocol=true\n  bellwether lb policy create web tls --type SSLNegotiationPolicyType --attribute Reference-Security-Policy=ELBSecurityPolicy-TLS-1-2-2017-01"
)]
pub(super) struct CreateArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The name of the new policy
    #[arg(value_name = "POLICY")]
    policy: PolicyName,

    #[command(flatten)]
    kind: KindArgs,

    /// When the cookie of --lb-cookie ends, in whole seconds [default: when the browser is closed]
    #[arg(long, value_name = "DUR", value_parser = seconds, conflicts_with_all = ["app_cookie", "type_name"])]
    expires: Option<u32>,

    /// An attribute of a policy of --type, NAME=VALUE; may be given again
    #[arg(long = "attribute", value_name = "NAME=VALUE", conflicts_with_all = ["lb_cookie", "app_cookie"])]
    attributes: Vec<PolicyAttribute>,

    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct KindArgs {
    /// Sticky sessions by a cookie of the load balancer's own
    #[arg(long)]
    lb_cookie: bool,

    /// Sticky sessions that last as long as this cookie of the application
    #[arg(long, value_name = "COOKIE")]
    app_cookie: Option<CookieName>,

    /// A policy of any type that 'policy types' shows
    #[arg(long = "type", id = "type_name", value_name = "TYPE")]
    type_name: Option<PolicyName>,
}

/// A cookie may last for years, and a day at least, so that the 16 bits of other times do not do.
fn seconds(text: &str) -> Result<u32, String> {
    let time = duration::parse(text).map_err(|error| error.to_string())?;
    let seconds = u32::try_from(time.as_secs()).ok().filter(|seconds| *seconds > 0 && time.subsec_nanos() == 0);
    seconds.ok_or_else(|| format!("'{text}' is no time for a cookie; give whole seconds, 1s at least"))
}

pub(super) async fn run(args: CreateArgs, context: Context) -> Result<u8, Failure> {
    let CreateArgs { name, policy, kind, expires, attributes, change } = args;
    let change = Change::new(context, &change);
    let kind = Kind::of(kind, expires, attributes);
    if change.is_dry {
        return change.show(&[kind.call(&name, &policy)]).await;
    }
    let balancers = &change.balancers;
    match &kind {
        Kind::LbCookie(expires) => balancers.create_lb_cookie_policy(&name, &policy, *expires).await?,
        Kind::AppCookie(cookie) => balancers.create_app_cookie_policy(&name, &policy, cookie.as_str()).await?,
        Kind::Typed(kind, attributes) => balancers.create_policy(&name, &policy, kind, attributes).await?,
    }
    change.done(&format!("{name}: has the policy {policy}, which is not applied yet"))
}

/// The three kinds that the API creates by different calls.
enum Kind {
    LbCookie(Option<u32>),
    AppCookie(CookieName),
    Typed(PolicyName, Vec<PolicyAttribute>),
}

impl Kind {
    fn of(args: KindArgs, expires: Option<u32>, attributes: Vec<PolicyAttribute>) -> Self {
        match (args.app_cookie, args.type_name) {
            (Some(cookie), _) => Self::AppCookie(cookie),
            (None, Some(kind)) => Self::Typed(kind, attributes),
            (None, None) => Self::LbCookie(expires),
        }
    }

    fn call(&self, name: &BalancerName, policy: &PolicyName) -> Call {
        match self {
            Self::LbCookie(expires) => Call::elb(
                "CreateLBCookieStickinessPolicy",
                json!({"LoadBalancerName": name, "PolicyName": policy, "CookieExpirationPeriod": expires}),
            ),
            Self::AppCookie(cookie) => Call::elb(
                "CreateAppCookieStickinessPolicy",
                json!({"LoadBalancerName": name, "PolicyName": policy, "CookieName": cookie}),
            ),
            Self::Typed(kind, attributes) => {
                let attribute = |attribute: &PolicyAttribute| json!({"AttributeName": attribute.name, "AttributeValue": attribute.value});
                let attributes: Vec<_> = attributes.iter().map(attribute).collect();
                let attributes = Some(attributes).filter(|attributes| !attributes.is_empty());
                Call::elb(
                    "CreateLoadBalancerPolicy",
                    json!({
                        "LoadBalancerName": name,
                        "PolicyName": policy,
                        "PolicyTypeName": kind,
                        "PolicyAttributes": attributes,
                    }),
                )
            }
        }
    }
}
