//! The errors of AWS, with their codes and shapes on the wire.

use super::call::Service;
use super::xml::element;
use crate::http::Reply;

/// An answer that is an error.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// "Common errors" of each API; EC2 has names of its own ("Error codes for the Amazon EC2 API").
    pub(super) fn throttled(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            _ => Self::new(400, "Throttling", "Rate exceeded"),
        }
    }

    pub(super) fn denied(service: Service, action: &str) -> Self {
        match service {
            Service::Ec2 => {
                Self::new(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
            }
            _ => {
                let message =
                    format!("User: arn:aws:iam::123456789012:user/test is not authorized to perform: {action}");
                Self::new(403, "AccessDenied", message)
            }
        }
    }

    pub(super) fn internal(service: Service) -> Self {
        let code = if service == Service::Ec2 { "InternalError" } else { "InternalFailure" };
        Self::new(500, code, "An internal error has occurred")
    }

    pub(super) fn reply(&self, service: Service) -> Reply {
        let detail = element("Code", self.code) + &element("Message", &self.message);
        let body = match service {
            Service::Ec2 => format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>{detail}</Error></Errors>\
                 <RequestID>{REQUEST_ID}</RequestID></Response>"
            ),
            _ => format!(
                "<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type>{detail}</Error>\
                 <RequestId>{REQUEST_ID}</RequestId></ErrorResponse>",
                service.namespace(),
                if self.status < 500 { "Sender" } else { "Receiver" },
            ),
        };
        Reply::answer(self.status, "text/xml", body).with_header("x-amzn-requestid", REQUEST_ID)
    }
}

/// The id of every request; a real one is a random UUID.
pub(super) const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000001";
