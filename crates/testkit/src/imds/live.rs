//! What a test changes while the service runs.

use std::collections::BTreeMap;

use super::{Fault, status_page};
use crate::http::{Reply, Request};

/// What a test changes while the service runs.
#[derive(Debug)]
pub(super) struct Live {
    fault: Fault,
    /// How many requests the fault has counted.
    counted: usize,
    pages: BTreeMap<String, (u16, String)>,
}

impl Live {
    pub(super) fn new(fault: Fault) -> Self {
        Self { fault, counted: 0, pages: BTreeMap::new() }
    }

    pub(super) fn misbehave(&mut self, fault: Fault) {
        (self.fault, self.counted) = (fault, 0);
    }

    pub(super) fn set_page(&mut self, path: String, status: u16, body: &str) {
        self.pages.insert(path, (status, body.to_owned()));
    }

    pub(super) fn remove_page(&mut self, path: &str) {
        self.pages.remove(path);
    }

    pub(super) fn page(&self, path: &str) -> Option<Reply> {
        self.pages.get(path).map(|(status, body)| Reply::text(*status, body.as_bytes()))
    }

    /// The answer that goes wrong, when this one does.
    pub(super) fn fault_for(&mut self, request: &Request) -> Option<Reply> {
        let put = request.method == "PUT";
        match self.fault {
            Fault::First(count, status) => self.counts_up_to(count).then(|| status_page(status)),
            Fault::FirstGets(count, status) if !put => self.counts_up_to(count).then(|| status_page(status)),
            Fault::Always(status) => Some(status_page(status)),
            Fault::TokenRefused(status) if put => Some(status_page(status)),
            Fault::Hang => Some(Reply::Hang),
            Fault::HangOnToken if put => Some(Reply::Hang),
            Fault::Drop => Some(Reply::Drop),
            Fault::Garbage if !put => Some(Reply::text(200, *b"\x00\xff<html>{\"instanceId\": 7")),
            _ => None,
        }
    }

    fn counts_up_to(&mut self, count: usize) -> bool {
        self.counted += 1;
        self.counted <= count
    }
}
