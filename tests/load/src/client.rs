//! One connection after another. A client costs as little as it can: it shares the machine with what is measured.
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::beacons::Beacon;

/// How long an answer may take. A collector answers 503 before.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What `Retry-After` says, s.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

/// A connection to a server.
pub struct Client {
    address: String,
    stream: Option<BufReader<TcpStream>>,
    /// How many more requests the connection is used for.
    left: u64,
    per_connection: u64,
}

impl Client {
    /// Connects with the first request.
    pub fn new(address: &str) -> Self {
        Self::limited(address, u64::MAX)
    }

    /// The same; after `per_connection` requests it opens another connection.
    pub fn limited(address: &str, per_connection: u64) -> Self {
        Self { address: address.to_owned(), stream: None, left: 0, per_connection }
    }

    /// Posts a beacon.
    ///
    /// # Errors
    /// Where the connection breaks before the answer is complete. The next request opens another.
    pub fn post(&mut self, beacon: &Beacon) -> io::Result<Answer> {
        let Beacon { agent, body } = beacon;
        let head = format!(
            "POST /v1/beacons HTTP/1.1\r\nhost: {}\r\nuser-agent: {agent}\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        self.exchange(&(head + body))
    }

    /// Asks for a path.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address))
    }

    fn exchange(&mut self, request: &str) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(&self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                self.left = self.per_connection;
                BufReader::new(stream)
            }
        };
        stream.get_mut().write_all(request.as_bytes())?;
        let (answer, open) = read(&mut stream)?;
        self.left = self.left.saturating_sub(1);
        if open && self.left > 0 {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

/// Reads an answer, and whether the connection stays open after it.
fn read(stream: &mut BufReader<TcpStream>) -> io::Result<(Answer, bool)> {
    let mut line = String::new();
    let broken = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text.to_owned());
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut answer =
        Answer { status: status.ok_or_else(|| broken(&line))?, retry_after: None, body: Vec::new() };
    let (mut length, mut chunked, mut open) = (0, false, true);
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().map_err(|_| broken(&line))?,
            "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
            "connection" => open = !value.eq_ignore_ascii_case("close"),
            "retry-after" => answer.retry_after = value.parse().ok(),
            _ => {}
        }
    }
    if !chunked {
        answer.body.resize(length, 0);
        stream.read_exact(&mut answer.body)?;
        return Ok((answer, open));
    }
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(|_| broken(&line))?;
        let from = answer.body.len();
        answer.body.resize(from + size, 0);
        stream.read_exact(&mut answer.body[from..])?;
        line.clear();
        stream.read_line(&mut line)?;
        if size == 0 {
            return Ok((answer, open));
        }
    }
}
