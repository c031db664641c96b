//! What EC2 tells of this instance, as facts: its identity document and its tags.

use bellwether_core::facts::Facts;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::client::Aws;
use crate::ec2::Ec2;
use crate::imds::{Imds, ImdsError, InstanceIdentity};

/// Where the metadata service has the names of the tags, and below that their values, once that is enabled.
const TAGS: &str = "/latest/meta-data/tags/instance";
/// More tags than an instance can have (EC2 user guide, "Tag restrictions").
const MOST_TAGS: usize = 64;
/// How many tags are asked for at the same time.
const AT_ONCE: usize = 8;
/// What makes the tags known.
const TAGS_REMEDY: &str = "enable tags in the metadata (aws ec2 modify-instance-metadata-options --instance-id ID \
    --instance-metadata-tags enabled), or allow ec2:DescribeInstances";

/// What EC2 tells of this instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceFacts {
    /// `instance_id`, `instance_type`, `region`, `availability_zone`, `account`, `ami`, and for each tag `tag.NAME`.
    /// Empty on a host that is no instance.
    pub facts: Facts,
    /// Why facts are missing, and what to do, each a line for a log.
    pub problems: Vec<String>,
}

/// Asks the metadata service for the identity document, which is asked once in the life of `aws`, and for the tags.
/// Where it does not tell tags, EC2 does, by `DescribeInstances` with the credentials of `aws`: not to be asked often.
///
/// Never fails as a whole: what cannot be had is left out, and told.
pub async fn instance_facts(aws: &Aws) -> InstanceFacts {
    let instance = match aws.identity().await {
        Ok(instance) => instance,
        Err(error) => return InstanceFacts { facts: Facts::default(), problems: vec![told(&error)] },
    };
    let mut found = InstanceFacts { facts: identity_facts(&instance), problems: Vec::new() };
    match tags(aws, &instance).await {
        Ok(tags) => found.add_tags(tags),
        Err(why) => found.problems.push(format!("the tags of this instance are not known: {why}")),
    }
    found
}

/// The IAM actions that the facts need where the metadata service does not tell the tags.
pub fn instance_facts_permissions() -> &'static [&'static str] {
    &["ec2:DescribeInstances"]
}

impl InstanceFacts {
    fn add_tags(&mut self, tags: Vec<(String, String)>) {
        for (name, value) in tags {
            if !self.facts.insert(format!("tag.{name}"), value) {
                self.problems.push("a tag of this instance is left out: its name or value is too long".to_owned());
            }
        }
    }
}

fn identity_facts(instance: &InstanceIdentity) -> Facts {
    let mut facts = Facts::default();
    facts.insert("instance_id", instance.instance_id.as_str());
    let known = [
        ("instance_type", &instance.instance_type),
        ("region", &instance.region),
        ("availability_zone", &instance.zone),
        ("account", &instance.account),
        ("ami", &instance.image),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            facts.insert(name, value.as_str());
        }
    }
    facts
}

async fn tags(aws: &Aws, instance: &InstanceIdentity) -> Result<Vec<(String, String)>, String> {
    match tags_in_metadata(aws.imds()).await {
        Ok(Some(tags)) => Ok(tags),
        Ok(None) => tags_of_ec2(aws, instance).await,
        Err(error) => Err(told(&error)),
    }
}

/// None where the metadata service does not tell tags.
async fn tags_in_metadata(imds: &Imds) -> Result<Option<Vec<(String, String)>>, ImdsError> {
    let Some(list) = imds.get(TAGS).await? else { return Ok(None) };
    let names: Vec<&str> = list.lines().map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.len() > MOST_TAGS || !names.iter().all(|name| is_name(name)) {
        let why = "it is no list of the names of tags".to_owned();
        return Err(ImdsError::Malformed { what: TAGS.to_owned(), why });
    }
    let tags = stream::iter(names).map(|name| tag(imds, name)).buffered(AT_ONCE);
    let tags: Vec<Option<(String, String)>> = tags.try_collect().await?;
    Ok(Some(tags.into_iter().flatten().collect()))
}

/// None for one that has been taken away meanwhile.
async fn tag(imds: &Imds, name: &str) -> Result<Option<(String, String)>, ImdsError> {
    let value = imds.get(&format!("{TAGS}/{name}")).await?;
    Ok(value.map(|value| (name.to_owned(), value)))
}

/// Whether a text can be the name of a tag in the metadata (EC2 user guide, "View tags using instance metadata"): it
/// becomes part of a path.
fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-=.,_:@".contains(&byte);
    text.bytes().all(is_allowed) && !text.bytes().all(|byte| byte == b'.')
}

async fn tags_of_ec2(aws: &Aws, instance: &InstanceIdentity) -> Result<Vec<(String, String)>, String> {
    let id = instance.instance_id.as_str();
    let denied = |why: String| format!("{why}; {TAGS_REMEDY}");
    let ec2 = Ec2::open(aws, instance.region.as_deref()).await.map_err(|error| denied(error.message))?;
    let found = ec2.instances("instance-id", &[id]).await;
    let found = found.map_err(|failure| denied(ec2.asked("ec2:DescribeInstances", id).failed(&failure).message))?;
    match found.into_iter().find(|found| found.id == id) {
        Some(found) => Ok(found.tags),
        None => Err(denied(format!("EC2 in {} does not know {id}", ec2.region()))),
    }
}

fn told(error: &ImdsError) -> String {
    format!("{error}; {}", error.remedy())
}
