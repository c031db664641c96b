//! The answer of EC2's `DescribeInstances`.

use crate::xml::{ends_with, visit_elements};

/// An instance, as EC2 describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) id: String,
    /// Such as `running`; empty where EC2 does not say. One that is no more is `terminated` for about an hour.
    pub(crate) state: String,
    /// Why it is in this state; may be empty.
    pub(crate) reason: String,
    /// Its tags: keys and values, with all their blanks.
    pub(crate) tags: Vec<(String, String)>,
}

impl Instance {
    /// The value of a tag.
    pub(crate) fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

/// A page of instances.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) instances: Vec<Instance>,
    pub(super) next: Option<String>,
}

pub(super) fn parse(xml: &str) -> Result<Page, String> {
    let mut page = Page::default();
    let mut answered = false;
    let (mut instance, mut key, mut value) = (Instance::default(), String::new(), String::new());
    visit_elements(xml, |path, text| {
        let part = |names: &[&str]| ends_with(path, names);
        if part(&["instancesSet", "item", "instanceId"]) {
            text.trim().clone_into(&mut instance.id);
        } else if part(&["instancesSet", "item", "instanceState", "name"]) {
            text.trim().clone_into(&mut instance.state);
        } else if part(&["instancesSet", "item", "stateReason", "message"]) {
            text.trim().clone_into(&mut instance.reason);
        } else if part(&["instancesSet", "item", "tagSet", "item", "key"]) {
            text.clone_into(&mut key);
        } else if part(&["instancesSet", "item", "tagSet", "item", "value"]) {
            text.clone_into(&mut value);
        } else if part(&["instancesSet", "item", "tagSet", "item"]) {
            instance.tags.push((std::mem::take(&mut key), std::mem::take(&mut value)));
        } else if part(&["instancesSet", "item"]) {
            page.instances.extend(Some(std::mem::take(&mut instance)).filter(|instance| !instance.id.is_empty()));
        } else if path == ["DescribeInstancesResponse", "nextToken"] {
            page.next = Some(text.trim().to_owned()).filter(|token| !token.is_empty());
        } else if path == ["DescribeInstancesResponse", "reservationSet"] {
            answered = true;
        }
    })?;
    if answered { Ok(page) } else { Err("it is no answer to DescribeInstances".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(id: &str, state: &str) -> String {
        format!(
            "<item><instanceId>{id}</instanceId><instanceState><code>16</code><name>{state}</name></instanceState>\
             <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName></item></blockDeviceMapping>\
             <networkInterfaceSet><item><attachment><instanceId>other</instanceId></attachment></item></networkInterfaceSet>\
             <tagSet><item><key>instanceId</key><value>i-tag</value></item><item><key>Name</key><value>web {id}</value>\
             </item><item><key>Role</key><value/></item></tagSet></item>"
        )
    }

    fn response(instances: &str, rest: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
             <requestId>r</requestId><reservationSet><item><groupSet/><instancesSet>{instances}</instancesSet></item>\
             </reservationSet>{rest}</DescribeInstancesResponse>"
        )
    }

    #[test]
    fn instances_come_with_their_states_and_tags() {
        let nameless = "<item><instanceId>i-3</instanceId></item>".to_owned();
        let all = [instance("i-1", "running"), nameless, instance("i-2", "terminated")].concat();
        let page = parse(&response(&all, "<nextToken>abc</nextToken>")).unwrap();
        assert_eq!(page.next.as_deref(), Some("abc"));
        let told = page.instances.iter().map(|instance| (&*instance.id, &*instance.state, instance.tag("Name")));
        let expected = [("i-1", "running", Some("web i-1")), ("i-3", "", None), ("i-2", "terminated", Some("web i-2"))];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_empty_answer_is_an_answer_and_anything_else_is_not() {
        let none = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";
        assert_eq!(parse(none).unwrap(), Page::default());
        assert!(parse("<html></html>").is_err());
        assert!(parse(&response(&instance("i-1", "running"), "")[..300]).is_err());
    }
}
