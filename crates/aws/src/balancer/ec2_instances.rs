//! What EC2 says of the instances behind load balancers: whether they still exist, and what they are called.

use bellwether_core::balancer::InstanceId;

use super::Balancers;
use crate::api_error::ApiError;
use crate::ec2::{Ec2, Instance};
use crate::text::{one_line, shown};

/// How many values a filter takes (`Filter` of the EC2 API reference).
const IDS_PER_CALL: usize = 200;

/// An instance as EC2 knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ec2Instance {
    /// Its id.
    pub id: String,
    /// Its state, such as `running`, `stopped` or `terminated`.
    pub state: String,
    /// The value of its tag `Name`.
    pub name: Option<String>,
}

impl Balancers {
    /// What EC2 says of these instances (`ec2:DescribeInstances`), any number of them and in EC2's order. Those that
    /// EC2 does not know are left out; it forgets one about an hour after its end.
    ///
    /// # Errors
    /// When AWS refuses, or there is no answer.
    pub async fn ec2_instances(&self, ids: &[InstanceId]) -> Result<Vec<Ec2Instance>, ApiError> {
        let ec2 = Ec2::open(&self.aws, self.checked_region()?).await?;
        let ids: Vec<&str> = ids.iter().map(InstanceId::as_str).collect();
        let mut found = Vec::new();
        for ids in ids.chunks(IDS_PER_CALL) {
            // A filter, because asking by id is refused as a whole when one of them is gone.
            let answer = ec2.instances("instance-id", ids).await;
            let asked = ec2.asked("ec2:DescribeInstances", format!("{} instances", ids.len()));
            found.extend(
                answer.map_err(|failure| asked.api_error(&failure))?.into_iter().map(|instance| told(&instance)),
            );
        }
        Ok(found)
    }
}

fn told(instance: &Instance) -> Ec2Instance {
    Ec2Instance { id: shown(&instance.id), state: shown(&instance.state), name: instance.tag("Name").map(one_line) }
}
