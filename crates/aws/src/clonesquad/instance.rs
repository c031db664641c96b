//! The tags of this instance, as EC2 knows them.

use bellwether_core::names::NodeId;
use bellwether_core::notice::NoticeError;
use bellwether_core::notice::clonesquad::Tags;

use crate::client::Aws;
use crate::ec2::Ec2;
use crate::errors::Failure;

/// An answer without the instance is an error, not an instance that is not managed.
pub(super) async fn tags(aws: &Aws, id: &NodeId, region: &str) -> Result<Tags, NoticeError> {
    let ec2 = Ec2::open(aws, Some(region)).await?;
    let answer = ec2.instances("instance-id", &[id.as_str()]).await;
    let own = answer.and_then(|instances| {
        let own = instances.into_iter().find(|instance| instance.id == id.as_str());
        own.ok_or_else(|| Failure::Unreadable(format!("it does not speak of {id}")))
    });
    let asked = ec2.asked("ec2:DescribeInstances", format!("instance {id}"));
    let own = own.map_err(|failure| asked.notice_error(&failure))?;
    Ok(Tags::from_all(own.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))))
}
