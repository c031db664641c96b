//! HTTP/1.1 as bytes, as much of it as the test servers and the proxy need: no chunked requests, no trailers.

use std::io::{self, BufRead, Read, Write};

use super::Answer;

/// The most the head of a message may have.
const MAX_HEAD: u64 = 64 * 1024;
/// The most the body of a message may have.
const MAX_BODY: u64 = 32 * 1024 * 1024;

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn wants_close(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The next request, or `None` when the client has closed the connection.
pub(super) fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let Some((first, headers)) = read_head(reader)? else { return Ok(None) };
    let mut words = first.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Err(malformed("no request line")) };
    if header(&headers, "transfer-encoding").is_some() {
        return Err(malformed("a chunked request"));
    }
    let body = read_sized(reader, length(&headers)?.unwrap_or(0))?;
    Ok(Some(Request { method: method.to_owned(), path: path.to_owned(), headers, body }))
}

/// The answer to a request that asked for the connection to be closed.
pub(crate) fn read_answer(reader: &mut impl BufRead) -> io::Result<Answer> {
    let (first, headers) = read_head(reader)?.ok_or_else(|| malformed("closed without an answer"))?;
    let status =
        first.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| malformed("no status line"))?;
    let body = match (header(&headers, "transfer-encoding"), length(&headers)?) {
        (Some(_), _) => read_chunks(reader)?,
        (None, Some(length)) => read_sized(reader, length)?,
        (None, None) => read_to_end(reader)?,
    };
    Ok(Answer { status, headers, body, delay: std::time::Duration::ZERO })
}

type Head = (String, Vec<(String, String)>);

fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut reader = reader.take(MAX_HEAD);
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(malformed("the head does not end"));
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(Some((first.trim_end().to_owned(), headers)));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| malformed("a header without a colon"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn length(headers: &[(String, String)]) -> io::Result<Option<u64>> {
    let length =
        header(headers, "content-length").map(str::parse).transpose().map_err(|_| malformed("a bad length"))?;
    if length.is_some_and(|length| length > MAX_BODY) {
        return Err(malformed("a body that is too long"));
    }
    Ok(length)
}

fn read_sized(reader: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Err(malformed("the body ends early"));
    }
    Ok(body)
}

fn read_to_end(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    reader.take(MAX_BODY).read_to_end(&mut body)?;
    Ok(body)
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.take(MAX_HEAD).read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16).map_err(|_| malformed("a bad chunk"))?;
        if length.saturating_add(body.len() as u64) > MAX_BODY {
            return Err(malformed("a body that is too long"));
        }
        body.extend(read_sized(reader, length)?);
        read_sized(reader, 2)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

/// Writes a request that closes the connection after its answer.
pub(crate) fn write_request(writer: &mut impl Write, request: &Request) -> io::Result<()> {
    let mut message = format!("{} {} HTTP/1.1\r\n", request.method, request.path);
    push_headers(&mut message, &request.headers, request.body.len());
    message.push_str("connection: close\r\n\r\n");
    writer.write_all(&[message.into_bytes(), request.body.clone()].concat())
}

/// Writes an answer. In one piece: a client must not see half of it first.
pub(super) fn write_answer(writer: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let mut message = format!("HTTP/1.1 {} -\r\n", answer.status);
    push_headers(&mut message, &answer.headers, answer.body.len());
    message.push_str("\r\n");
    writer.write_all(&[message.into_bytes(), answer.body.clone()].concat())
}

fn push_headers(message: &mut String, headers: &[(String, String)], length: usize) {
    // These describe one connection, and the one written to is another than the one read from.
    let of_the_connection = ["connection", "content-length", "transfer-encoding", "keep-alive"];
    for (name, value) in headers.iter().filter(|(name, _)| !of_the_connection.contains(&name.as_str())) {
        message.push_str(&format!("{name}: {value}\r\n"));
    }
    message.push_str(&format!("content-length: {length}\r\n"));
}
