//! What stands between a collector and its database, and fails: it cuts connections in the midst of a statement, and around
//! commits, so that the collector cannot know whether its transaction was committed.
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

use crate::random::Random;

/// The bytes after which a connection is cut, at most. A group of beacons is some kilobytes.
const LONGEST: u64 = 400_000;
/// The share of commits that a connection does not survive.
const COMMITS: f64 = 0.05;

/// A running proxy. It takes no new connections once it is dropped.
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    ended: AtomicBool,
    /// Whether connections are cut.
    harmful: AtomicBool,
    cuts: AtomicU64,
    before_commit: AtomicU64,
    after_commit: AtomicU64,
}

/// How many connections were cut.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cuts {
    /// All of them.
    pub all: u64,
    /// Those whose commit did not arrive.
    pub before_commit: u64,
    /// Those whose commit arrived, and whose answer did not.
    pub after_commit: u64,
}

impl Proxy {
    /// Listens on a free port, in front of what listens on `server` on this machine.
    ///
    /// # Errors
    /// Where no port can be had.
    pub fn start(server: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State::default());
        let own = Arc::clone(&state);
        thread::spawn(move || {
            for (number, client) in listener.incoming().enumerate() {
                if own.ended.load(Relaxed) {
                    return;
                }
                let Ok(client) = client else { continue };
                // Where the server is not there, the client learns it at once.
                if let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)) {
                    let _ = carry(client, server, number as u64, &own);
                }
            }
        });
        Ok(Self { port, state })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether connections are cut from now on.
    pub fn harm(&self, harmful: bool) {
        self.state.harmful.store(harmful, Relaxed);
    }

    /// How many were cut so far.
    pub fn cuts(&self) -> Cuts {
        Cuts {
            all: self.state.cuts.load(Relaxed),
            before_commit: self.state.before_commit.load(Relaxed),
            after_commit: self.state.after_commit.load(Relaxed),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.ended.store(true, Relaxed);
        // It waits for a connection.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn carry(client: TcpStream, server: TcpStream, number: u64, state: &Arc<State>) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_server, to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = back(from_server, to_client);
    });
    let state = Arc::clone(state);
    thread::spawn(move || {
        let _ = forth(&client, &server, Random::new(number), &state);
        cut(&client, &server);
    });
    Ok(())
}

fn cut(one: &TcpStream, other: &TcpStream) {
    let _ = one.shutdown(Shutdown::Both);
    let _ = other.shutdown(Shutdown::Both);
}

fn back(mut server: TcpStream, mut client: TcpStream) -> io::Result<()> {
    io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}

/// Carries what the collector says, until the connection is to be cut.
fn forth(
    mut client: &TcpStream,
    mut server: &TcpStream,
    mut random: Random,
    state: &State,
) -> io::Result<()> {
    let mut left = random.below(LONGEST);
    let mut buffer = [0; 64 * 1024];
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        let chunk = &buffer[..length];
        if !state.harmful.load(Relaxed) {
            server.write_all(chunk)?;
            continue;
        }
        let commits = chunk.windows(6).any(|word| word.eq_ignore_ascii_case(b"commit"));
        if commits && random.happens(COMMITS) {
            let arrives = random.happens(0.5);
            if arrives {
                // What comes back goes nowhere: the client's side is closed before the server has answered.
                client.shutdown(Shutdown::Both)?;
                server.write_all(chunk)?;
            }
            let counted = if arrives { &state.after_commit } else { &state.before_commit };
            counted.fetch_add(1, Relaxed);
            state.cuts.fetch_add(1, Relaxed);
            if arrives {
                // The server reads to the end of what was sent before it learns that nobody is there.
                server.shutdown(Shutdown::Write)?;
                let _ = io::copy(&mut server, &mut io::sink());
            }
            return Ok(());
        }
        if length as u64 > left {
            // Half a message.
            server.write_all(&chunk[..left as usize])?;
            state.cuts.fetch_add(1, Relaxed);
            return Ok(());
        }
        left -= length as u64;
        server.write_all(chunk)?;
    }
}
