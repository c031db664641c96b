//! A fake EC2 instance metadata service, versions 1 and 2, with the faults people meet.
//!
//! Bind it to `169.254.169.254:80` inside a [`crate::netns`] for programs whose endpoint cannot be set, such as boto 2.

mod instance;
mod live;
mod pages;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::http::{Exchange, Reply, Request, Server};
use instance::{Instance, RoleCredentials};
use live::Live;

/// The address the real service has.
pub const REAL_ADDRESS: &str = "169.254.169.254:80";
/// The only session token the fake gives out and takes.
pub const TOKEN: &str = "AQAEABellwetherTestToken==";
/// The longest life of a session token, in seconds (EC2 user guide, "Use IMDSv2").
const MAX_TOKEN_SECONDS: u64 = 21_600;

/// Which versions of the protocol the fake speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// Both: a GET needs no token, but when it has one it must be right.
    #[default]
    Both,
    /// Version 1 alone: the PUT of a token is answered with this status, 404 or 405.
    V1Only(u16),
    /// Version 2 alone: a GET without the right token is answered with 401.
    V2Required,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// The first so many answers have this status, such as 401 or 503.
    First(usize, u16),
    /// The first so many answers to a GET have this status, such as 401 for a token that has expired.
    FirstGets(usize, u16),
    /// The PUT of a token is always answered with this status, such as 403 where the service is switched off.
    TokenRefused(u16),
    /// Every request is answered with this status.
    Always(u16),
    /// No request is ever answered.
    Hang,
    /// Every connection is closed without an answer.
    Drop,
    /// The PUT of a token is never answered, as when the hop limit is too low for a container.
    HangOnToken,
    /// Every GET is answered with 200 and something that is neither JSON nor text of any use.
    Garbage,
}

/// What a fake is going to be.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    instance: Instance,
    protocol: Protocol,
    fault: Fault,
    delay: Duration,
}

impl Builder {
    /// The instance id; `i-0123456789abcdef0` when not set.
    #[must_use]
    pub fn instance_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.instance.id);
        self
    }

    /// The region, and its first zone; `eu-west-1` when not set.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.instance.region);
        self.instance.zone = format!("{region}a");
        self
    }

    /// The availability zone; the region's `a` when not set. Set it after the region.
    #[must_use]
    pub fn zone(mut self, zone: &str) -> Self {
        zone.clone_into(&mut self.instance.zone);
        self
    }

    /// The private IPv4 address; `10.0.0.10` when not set.
    #[must_use]
    pub fn private_ip(mut self, address: &str) -> Self {
        address.clone_into(&mut self.instance.private_ip);
        self
    }

    /// The instance role and its credentials; without it the instance has none.
    #[must_use]
    pub fn role(mut self, name: &str, access_key: &str, secret_key: &str, session_token: &str) -> Self {
        self.instance.role = Some(RoleCredentials {
            role: name.to_owned(),
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
            session_token: session_token.to_owned(),
        });
        self
    }

    /// Speaks version 1 alone; the PUT of a token is answered with `put_status`, 404 or 405.
    #[must_use]
    pub fn v1_only(mut self, put_status: u16) -> Self {
        self.protocol = Protocol::V1Only(put_status);
        self
    }

    /// Speaks version 2 alone.
    #[must_use]
    pub fn v2_required(mut self) -> Self {
        self.protocol = Protocol::V2Required;
        self
    }

    /// Goes wrong in this way.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    /// Every answer waits this long.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Starts it on a free port of 127.0.0.1.
    pub fn start(self) -> FakeImds {
        self.start_at("127.0.0.1:0")
    }

    /// Starts it at this address, such as [`REAL_ADDRESS`].
    pub fn start_at(self, bind: &str) -> FakeImds {
        let live = Arc::new(Mutex::new(Live::new(self.fault)));
        let shared = Arc::clone(&live);
        let server = Server::start(bind, move |request| {
            let (fault, page) = {
                let mut live = shared.lock().unwrap();
                (live.fault_for(request), live.page(&pages::normalised(&request.path)))
            };
            fault.unwrap_or_else(|| self.healthy(request, page)).delayed(self.delay)
        });
        FakeImds { server, live }
    }

    /// `set` is the page as a test has set it.
    fn healthy(&self, request: &Request, set: Option<Reply>) -> Reply {
        let page = pages::normalised(&request.path);
        match (request.method.as_str(), page.as_str()) {
            ("PUT", "/latest/api/token") => self.token(request),
            ("GET", page) if self.lets_in(request) => {
                set.or_else(|| pages::get(&self.instance, page)).unwrap_or_else(|| status_page(404))
            }
            ("GET", _) => status_page(401),
            _ => status_page(405),
        }
    }

    fn token(&self, request: &Request) -> Reply {
        if let Protocol::V1Only(status) = self.protocol {
            return status_page(status);
        }
        // The real service refuses forwarded requests, so that an open proxy gives no credentials away.
        if request.header("x-forwarded-for").is_some() {
            return status_page(403);
        }
        let seconds =
            request.header("x-aws-ec2-metadata-token-ttl-seconds").and_then(|value| value.parse::<u64>().ok());
        match seconds {
            Some(seconds @ 1..=MAX_TOKEN_SECONDS) => {
                Reply::text(200, TOKEN).with_header("x-aws-ec2-metadata-token-ttl-seconds", &seconds.to_string())
            }
            _ => status_page(400),
        }
    }

    fn lets_in(&self, request: &Request) -> bool {
        match (self.protocol, request.header("x-aws-ec2-metadata-token")) {
            (Protocol::V1Only(_), _) | (Protocol::Both, None) => true,
            (Protocol::V2Required, None) => false,
            (_, Some(token)) => token == TOKEN,
        }
    }
}

/// The page the real service shows with a status that is not 200.
fn status_page(status: u16) -> Reply {
    Reply::answer(
        status,
        "text/html",
        format!("<html><head><title>{status}</title></head><body>{status}</body></html>"),
    )
}

/// A running fake; it ends when dropped.
#[derive(Debug)]
pub struct FakeImds {
    server: Server,
    live: Arc<Mutex<Live>>,
}

impl FakeImds {
    /// Starts describing one.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Sets what a page answers from now on, such as `/latest/meta-data/spot/instance-action`.
    pub fn set_page(&self, path: &str, status: u16, body: &str) {
        self.live.lock().unwrap().set_page(pages::normalised(path), status, body);
    }

    /// Takes a page that was set away again.
    pub fn remove_page(&self, path: &str) {
        self.live.lock().unwrap().remove_page(&pages::normalised(path));
    }

    /// Sets what goes wrong from now on.
    pub fn misbehave(&self, fault: Fault) {
        self.live.lock().unwrap().misbehave(fault);
    }

    /// Its URL, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// The requests so far and how each ended.
    pub fn log(&self) -> Vec<Exchange> {
        self.server.log()
    }
}

#[cfg(test)]
mod tests;
