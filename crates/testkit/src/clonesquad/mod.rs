//! A fake CloneSquad for one instance: the metadata service and EC2 name the instance and its group, a function tells
//! where the group's API is, and the API tells the state. Function and API check the signature of every request.

mod answers;
mod group;
mod sigv4;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::fake_elb::{FakeAws, Instance};
use crate::http::{Request, Server};
use crate::imds::{Builder, FakeImds, REAL_ADDRESS};
use group::Group;
pub use group::{Fault, Step};

/// The instance.
pub const INSTANCE: &str = "i-0123456789abcdef0";
/// The group.
pub const GROUP: &str = "fleet-1";
/// The region.
pub const REGION: &str = "eu-west-1";
/// The id of the group's API.
pub const API: &str = "abcd123456";
/// The group's function.
pub const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:CloneSquad-Discovery-fleet-1";
/// The access key id of the instance's role.
pub const ACCESS_KEY: &str = "ASIAIOSFODNN7EXAMPLE";
/// Its secret access key.
pub const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// Its session token.
pub const SESSION_TOKEN: &str = "AQoEXAMPLEH4aoAH0gNCAPy+rTjUc/dvh7A==";

/// A running fake; it ends when dropped.
#[derive(Debug)]
pub struct FakeCloneSquad {
    imds: FakeImds,
    aws: FakeAws,
    server: Server,
    group: Arc<Mutex<Group>>,
}

impl FakeCloneSquad {
    /// Starts one on free ports of 127.0.0.1, with an instance that is running and in the group.
    pub fn start() -> Self {
        Self::with(FakeImds::builder().v2_required(), "127.0.0.1:0")
    }

    /// The same for CloneSquad's own watcher, which knows the metadata service by its real address and version 1 alone:
    /// in a network that has this address, see [`crate::netns::private_network_with`].
    pub fn start_for_old_watcher() -> Self {
        let fake = Self::with(FakeImds::builder(), REAL_ADDRESS);
        // It puts a slash behind that URL in any case.
        let url = format!("{}/v1", fake.server.url());
        fake.change_discovery(|discovery| discovery["InteractAPIGWUrl"] = json!(url));
        fake
    }

    fn with(imds: Builder, metadata_address: &str) -> Self {
        let group = Arc::new(Mutex::new(Group::new(INSTANCE)));
        let shared = Arc::clone(&group);
        let server = Server::start("127.0.0.1:0", move |request| answers::answer(request, &mut shared.lock().unwrap()));
        let imds = imds.instance_id(INSTANCE).region(REGION);
        let imds = imds.role("watcher", ACCESS_KEY, SECRET_KEY, SESSION_TOKEN).start_at(metadata_address);
        let fake = Self { imds, aws: FakeAws::start(), server, group };
        fake.set_tags(&[("clonesquad:group-name", GROUP)]);
        let url = format!("{}/v1/", fake.server.url());
        fake.change_discovery(|discovery| *discovery = json!({"InteractAPIGWUrl": url, "InteractApi": API}));
        fake
    }

    /// The environment in which AWS programs find it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.imds.url()),
            ("AWS_ENDPOINT_URL", self.aws.url()),
            ("AWS_ENDPOINT_URL_LAMBDA", self.server.url()),
        ];
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The metadata service, to set notices and faults.
    pub fn imds(&self) -> &FakeImds {
        &self.imds
    }

    /// EC2 and STS, to set faults.
    pub fn aws(&self) -> &FakeAws {
        &self.aws
    }

    /// The URL of the function and the API, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The name and port by which the API is reached through its VPC endpoint.
    pub fn vpc_endpoint(&self) -> String {
        self.server.address().to_string()
    }

    /// Sets the instance's tags.
    pub fn set_tags(&self, tags: &[(&str, &str)]) {
        let other = Instance::new("i-0ffffffffffffffff", "running", &[("clonesquad:group-name", "other")]);
        self.aws.change(|world| world.instances = vec![other, Instance::new(INSTANCE, "running", tags)]);
    }

    /// Sets the state that the API tells.
    pub fn set_state(&self, state: &str) {
        self.change_metadata(|metadata| metadata["State"] = json!(state));
    }

    /// Changes what the API tells.
    pub fn change_metadata(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.group.lock().unwrap().metadata);
    }

    /// Changes what the function tells.
    pub fn change_discovery(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.group.lock().unwrap().discovery);
    }

    /// Sets what goes wrong with a step from now on; none: nothing.
    pub fn misbehave(&self, step: Step, fault: Option<Fault>) {
        let faults = &mut self.group.lock().unwrap().faults;
        match fault {
            Some(fault) => faults.insert(step, fault),
            None => faults.remove(&step),
        };
    }

    /// How often a step was asked for, refused calls included.
    pub fn calls(&self, step: Step) -> usize {
        self.group.lock().unwrap().calls.get(&step).copied().unwrap_or_default()
    }

    /// Why requests were refused that were not to be: their signatures and paths.
    pub fn refused(&self) -> Vec<String> {
        self.group.lock().unwrap().refused.clone()
    }

    /// The requests to the function and the API so far.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }
}

#[cfg(test)]
mod tests;
