//! As whom AWS knows us: `GetCallerIdentity`, which needs no permission.

use bellwether_core::roster::RosterError;
use jiff::Timestamp;

use crate::client::Aws;
use crate::errors::{Asked, Failure};
use crate::service::Service;
use crate::signed::{Answer, Signer};
use crate::xml::{ends_with, visit_elements};

/// The version of the STS Query API.
const VERSION: &str = "2011-06-15";

/// As whom AWS knows us, and what its clock shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user or role.
    pub arn: String,
    /// The account.
    pub account: String,
    /// AWS's clock when it answered, from the `Date` of the answer, in whole seconds.
    pub aws_date: Option<Timestamp>,
    /// This host's clock when the request that was answered was signed.
    pub local_sent: Option<Timestamp>,
}

impl Aws {
    /// Asks AWS as whom it knows these credentials; in this region, else in the one that is configured.
    ///
    /// # Errors
    /// When there are no region or credentials, or AWS refuses or does not answer.
    pub async fn caller(&self, region: Option<&str>) -> Result<Caller, RosterError> {
        let ready = self.ready(region).await?;
        let endpoint = self.endpoint(Service::Sts, &ready.region).await?;
        let signer = Signer {
            http: self.http(),
            limits: self.limits(),
            service: Service::Sts,
            region: &ready.region,
            endpoint: &endpoint,
            credentials: &ready.credentials.credentials,
        };
        let asked = Asked::new("sts:GetCallerIdentity", "these credentials", &ready.region, &endpoint);
        let answer = signer.ask(VERSION, "GetCallerIdentity", &[]).await;
        answer.and_then(|answer| parse(&answer)).map_err(|failure| asked.failed(&failure))
    }
}

fn parse(answer: &Answer) -> Result<Caller, Failure> {
    let (mut arn, mut account) = (String::new(), String::new());
    visit_elements(&answer.xml, |path, text| {
        if ends_with(path, &["GetCallerIdentityResult", "Arn"]) {
            arn = crate::text::shown(text);
        } else if ends_with(path, &["GetCallerIdentityResult", "Account"]) {
            account = crate::text::shown(text);
        }
    })
    .map_err(Failure::Unreadable)?;
    if arn.is_empty() {
        return Err(Failure::Unreadable("it is no answer to GetCallerIdentity".to_owned()));
    }
    let (aws_date, local_sent) = answer.clocks.map(|clocks| (clocks.aws, clocks.local)).unzip();
    Ok(Caller { arn, account, aws_date, local_sent })
}
