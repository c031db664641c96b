//! What a server does with a request.

use std::time::Duration;

/// What a server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// It answers.
    Answer(Answer),
    /// It keeps the connection open and never answers.
    Hang,
    /// It closes the connection without an answer.
    Drop,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers; the length of the body is added.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How long to wait before answering.
    pub delay: Duration,
}

impl Reply {
    /// An answer of this media type, at once.
    pub fn answer(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self::Answer(Answer { status, headers, body: body.into(), delay: Duration::ZERO })
    }

    /// An answer in plain text, at once.
    pub fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::answer(status, "text/plain", body)
    }

    /// The same, but later.
    #[must_use]
    pub fn delayed(mut self, by: Duration) -> Self {
        if let Self::Answer(answer) = &mut self {
            answer.delay += by;
        }
        self
    }

    /// The same, with another header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer(answer) = &mut self {
            answer.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}
