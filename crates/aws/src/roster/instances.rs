//! The answer of EC2's `DescribeInstances`.

use bellwether_core::roster::Health;

use super::unhealthy;
use crate::xml::{ends_with, visit_elements};

/// A page of instances, without those that are gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) instances: Vec<(String, Health)>,
    pub(super) next: Option<String>,
}

pub(super) fn parse(xml: &str) -> Result<Page, String> {
    let mut page = Page::default();
    let mut answered = false;
    let (mut id, mut state, mut reason) = (None, String::new(), String::new());
    visit_elements(xml, |path, text| {
        let instance = |names: &[&str]| ends_with(path, names);
        if instance(&["instancesSet", "item", "instanceId"]) {
            id = Some(text.to_owned());
        } else if instance(&["instancesSet", "item", "instanceState", "name"]) {
            text.clone_into(&mut state);
        } else if instance(&["instancesSet", "item", "stateReason", "message"]) {
            text.clone_into(&mut reason);
        } else if instance(&["instancesSet", "item"]) {
            let (state, reason) = (std::mem::take(&mut state), std::mem::take(&mut reason));
            page.instances.extend(id.take().zip(health(&state, &reason)));
        } else if path == ["DescribeInstancesResponse", "nextToken"] {
            page.next = Some(text.to_owned()).filter(|token| !token.is_empty());
        } else if path == ["DescribeInstancesResponse", "reservationSet"] {
            answered = true;
        }
    })?;
    if answered { Ok(page) } else { Err("it is no answer to DescribeInstances".to_owned()) }
}

/// None for an instance that is no more: EC2 lists it for an hour after its end.
fn health(state: &str, reason: &str) -> Option<Health> {
    match state {
        "running" => Some(Health::Healthy),
        "terminated" => None,
        "" => Some(unhealthy("unknown", None, Some(reason))),
        other => Some(unhealthy(other, None, Some(reason))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(id: &str, state: &str) -> String {
        format!(
            "<item><instanceId>{id}</instanceId><instanceState><code>16</code><name>{state}</name></instanceState>\
             <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName></item></blockDeviceMapping>\
             <networkInterfaceSet><item><attachment><instanceId>other</instanceId></attachment></item></networkInterfaceSet>\
             <tagSet><item><key>instanceId</key><value>i-tag</value></item></tagSet></item>"
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
    fn running_instances_are_healthy_and_terminated_ones_gone() {
        let all = [instance("i-1", "running"), instance("i-2", "stopped"), instance("i-3", "terminated")].concat();
        let page = parse(&response(&all, "<nextToken>abc</nextToken>")).unwrap();
        assert_eq!(page.next.as_deref(), Some("abc"));
        assert_eq!(page.instances.len(), 2);
        assert_eq!(page.instances[0], ("i-1".to_owned(), Health::Healthy));
        assert!(matches!(&page.instances[1].1, Health::Unhealthy { state, .. } if state == "stopped"));
    }

    #[test]
    fn an_empty_answer_is_an_answer_and_anything_else_is_not() {
        let none = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";
        assert_eq!(parse(none).unwrap(), Page::default());
        assert!(parse("<html></html>").is_err());
        assert!(parse(&response(&instance("i-1", "running"), "")[..300]).is_err());
    }
}
