//! Tags of load balancers.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancing::types;
use bellwether_core::balancer::{BalancerName, Tag, TagKey, check_tags};

use super::Balancers;
use super::described::text;
use super::session::{check_some, elb, texts, unwritable};
use crate::api_error::ApiError;

const READ: &str = "elasticloadbalancing:DescribeTags";

/// How many load balancers `DescribeTags` takes at once.
const NAMES_PER_CALL: usize = 20;

impl Balancers {
    /// Sets tags (`AddTags`); one of the same key is replaced.
    ///
    /// # Errors
    /// When there is none or a rule is broken (nothing is sent), there would be too many, AWS refuses, or there is no
    /// answer.
    pub async fn add_tags(&self, name: &BalancerName, tags: &[Tag]) -> Result<(), ApiError> {
        check_some(tags, "tag to set")?;
        check_tags(tags)?;
        let tags = to_sdk_tags(tags)?;
        let session = self.session().await?;
        let call = session.client.add_tags().load_balancer_names(name.as_str());
        let answer = call.set_tags(Some(tags)).send().await;
        answer.map_err(session.failed("elasticloadbalancing:AddTags", elb(name)))?;
        Ok(())
    }

    /// Removes the tags of these keys (`RemoveTags`).
    ///
    /// # Errors
    /// When there is none (nothing is sent), AWS refuses, or there is no answer.
    pub async fn remove_tags(&self, name: &BalancerName, keys: &[TagKey]) -> Result<(), ApiError> {
        check_some(keys, "tag to remove")?;
        let keys = keys.iter().map(|key| types::TagKeyOnly::builder().key(key.as_str()).build()).collect();
        let session = self.session().await?;
        let call = session.client.remove_tags().load_balancer_names(name.as_str());
        let answer = call.set_tags(Some(keys)).send().await;
        answer.map_err(session.failed("elasticloadbalancing:RemoveTags", elb(name)))?;
        Ok(())
    }

    /// The tags of load balancers by their names (`DescribeTags`), any number of them.
    ///
    /// # Errors
    /// When one does not exist, AWS refuses, or there is no answer.
    pub async fn tags(&self, names: &[BalancerName]) -> Result<BTreeMap<String, Vec<Tag>>, ApiError> {
        let session = self.session().await?;
        let mut tags = BTreeMap::new();
        for names in names.chunks(NAMES_PER_CALL) {
            let subject = names.iter().map(elb).collect::<Vec<_>>().join(", ");
            let call = session.client.describe_tags().set_load_balancer_names(texts(names, BalancerName::as_str));
            let answer = call.send().await.map_err(session.failed(READ, subject))?;
            for described in answer.tag_descriptions() {
                tags.insert(text(described.load_balancer_name()), described.tags().iter().map(tag).collect());
            }
        }
        Ok(tags)
    }
}

fn tag(tag: &types::Tag) -> Tag {
    Tag { key: text(Some(tag.key())), value: text(tag.value()) }
}

pub(super) fn to_sdk_tags(tags: &[Tag]) -> Result<Vec<types::Tag>, ApiError> {
    let sdk = |tag: &Tag| types::Tag::builder().key(&tag.key).value(&tag.value).build().map_err(unwritable);
    tags.iter().map(sdk).collect()
}
