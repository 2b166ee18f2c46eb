//! One server, from `initdb` to its end.
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Account, Programs};

/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(20);

/// The user, who is the superuser, and the database.
const NAME: &str = "whippet";

/// Runs the server, and stops it when nobody holds the other end of standard input any more: so it ends with the process that
/// started it, also where that was killed. Ctrl-C, which goes to all processes of a terminal, must not end the watcher first.
const WATCH: &str = r#"trap '' INT TERM HUP; exec 3<&0; "$@" </dev/null & server=$!; (cat <&3 >/dev/null; kill -INT $server) & watch=$!; wait $server; kill -KILL $watch"#;

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whether a commit waits for the disk. Without it, data survives every end but that of the machine.
    pub durable: bool,
    /// The port; any that is free if it is not given.
    pub port: Option<u16>,
    /// The most connections; 200 if it is not given.
    pub connections: Option<u32>,
    /// The certificate and its key that it shows, as PEM. Without them it speaks no TLS.
    pub certificate: Option<(String, String)>,
    /// Further settings, such as `statement_timeout=1s`.
    pub options: Vec<String>,
}

/// A server in a folder. It is stopped when dropped; the folder stays.
pub struct Server {
    programs: Programs,
    account: Account,
    folder: PathBuf,
    settings: Settings,
    port: u16,
    watcher: Option<Child>,
}

impl Server {
    /// Creates a new server in `folder`, which is emptied first, and starts it.
    ///
    /// # Errors
    /// Where it cannot be created or started: the error has what the server said.
    pub fn create(programs: Programs, folder: &Path, settings: Settings) -> io::Result<Self> {
        let account = Account::here();
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        account.own(&folder)?;
        if !account.reaches(&folder) || !account.reaches(&programs.path("postgres")) {
            let text = format!(
                "root may not run PostgreSQL, and the user 'nobody' may not enter {} or {}: run this as another user",
                folder.display(),
                programs.folder().display()
            );
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
        let port = settings.port.map_or_else(free_port, Ok)?;
        let mut server = Self { programs, account, folder, settings, port, watcher: None };
        server.initialise()?;
        server.start()?;
        server.sql_in("postgres", &format!("CREATE DATABASE {NAME}"))?;
        Ok(server)
    }

    /// Creates another one in `folder` that follows this one, and can be read. It answers for this one once it is
    /// [promoted](Self::promote).
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn standby(&self, folder: &Path) -> io::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        self.account.own(&folder)?;
        let settings = Settings { port: None, ..self.settings.clone() };
        let (programs, account) = (self.programs.clone(), self.account);
        let mut standby = Self { programs, account, folder, settings, port: free_port()?, watcher: None };
        let mut copy = standby.command("pg_basebackup");
        copy.args(["--host", "127.0.0.1", "--port", &self.port.to_string(), "--username", NAME]);
        copy.args(["--checkpoint", "fast", "--no-sync", "--write-recovery-conf", "--pgdata"]);
        copy.arg(standby.data());
        run(copy)?;
        standby.start()?;
        Ok(standby)
    }

    /// Makes a standby a server of its own, as when the one that it follows has failed.
    ///
    /// # Errors
    /// Where it is none.
    pub fn promote(&self) -> io::Result<()> {
        self.sql("SELECT pg_promote()").map(drop)
    }

    fn initialise(&self) -> io::Result<()> {
        let mut command = self.command("initdb");
        command.arg("--pgdata").arg(self.data()).args(["--username", NAME, "--auth", "trust"]);
        command.args(["--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions"]);
        run(command).map(drop)
    }

    /// Starts it, and waits until it answers.
    ///
    /// # Errors
    /// Where it does not: the error has its log.
    pub fn start(&mut self) -> io::Result<()> {
        let log = self.folder.join("log");
        let connections = self.settings.connections.unwrap_or(200);
        let switch = if self.settings.durable { "on" } else { "off" };
        let socket = format!("unix_socket_directories={}", self.folder.display());
        let mut options = vec![
            "listen_addresses=127.0.0.1".to_owned(),
            // The path of a socket may have 107 bytes: it goes by TCP alone where the folder's is longer.
            if socket.len() > 100 { "unix_socket_directories=".to_owned() } else { socket },
            format!("max_connections={connections}"),
            format!("fsync={switch}"),
            // A commit reaches the system before it is answered, so that killing the server loses nothing.
            "synchronous_commit=on".to_owned(),
            format!("full_page_writes={switch}"),
            "shared_buffers=128MB".to_owned(),
            "max_wal_size=1GB".to_owned(),
        ];
        options.extend(self.settings.options.iter().cloned());
        if let Some((certificate, key)) = &self.settings.certificate {
            // Read by the server's own account alone: another key it would refuse.
            for (name, text) in [("server.crt", certificate), ("server.key", key)] {
                let file = self.folder.join(name);
                fs::write(&file, text)?;
                fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
                self.account.own(&file)?;
            }
            let file = |name: &str| self.folder.join(name).display().to_string();
            options.push("ssl=on".to_owned());
            options.push(format!("ssl_cert_file={}", file("server.crt")));
            options.push(format!("ssl_key_file={}", file("server.key")));
        }
        // The compiler that it would use is a package of 100 MB, which is not unpacked for tests.
        if self.programs.libraries().is_some() {
            options.push("jit=off".to_owned());
        }
        let mut server = self.account.command("sh");
        server.args(["-c", WATCH, "sh"]).arg(self.programs.path("postgres")).arg("-D").arg(self.data());
        server.args(["-p", &self.port.to_string()]);
        for option in &options {
            server.args(["-c", option]);
        }
        add_libraries(&self.programs, &mut server);
        // Messages are compared and shown: in one language.
        server.env("LC_ALL", "C");
        let file = fs::File::create(&log)?;
        server.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file).current_dir(&self.folder);
        self.watcher = Some(server.spawn()?);
        let until = Instant::now() + PATIENCE;
        while self.sql_in("postgres", "SELECT 1").is_err() {
            let ended = self.watcher.as_mut().is_none_or(|watcher| !matches!(watcher.try_wait(), Ok(None)));
            if ended || Instant::now() > until {
                let said = fs::read_to_string(&log).unwrap_or_default();
                return Err(io::Error::other(format!("PostgreSQL does not start: {}", said.trim())));
            }
            thread::sleep(STEP);
        }
        Ok(())
    }

    /// Its URL, of a superuser who needs no password.
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// The same through another port of this machine, such as a proxy's.
    pub fn url_at(&self, port: u16) -> String {
        format!("postgres://{NAME}@127.0.0.1:{port}/{NAME}")
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The database that the URL names.
    pub fn database(&self) -> &'static str {
        NAME
    }

    /// The folder with its data.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Makes a folder the server's own, for a tablespace.
    ///
    /// # Errors
    /// Where this process may not.
    pub fn own(&self, folder: &Path) -> io::Result<()> {
        self.account.own(folder)
    }

    /// Runs statements by `psql`, and returns the rows as text, columns between `|`.
    ///
    /// # Errors
    /// Where one fails: the error is `psql`'s.
    pub fn sql(&self, text: &str) -> io::Result<String> {
        self.sql_in(NAME, text)
    }

    fn sql_in(&self, database: &str, text: &str) -> io::Result<String> {
        psql(&self.programs, &format!("postgres://{NAME}@127.0.0.1:{}/{database}", self.port), text)
    }

    /// The process that all others of the server are children of.
    pub fn pid(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// All its processes.
    pub fn pids(&self) -> Vec<u32> {
        let Some(parent) = self.pid() else { return Vec::new() };
        let output = Command::new("ps").args(["-A", "-o", "pid=", "-o", "ppid="]).output();
        let text =
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let children = text.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            let (pid, of) = (words.next()?.parse().ok()?, words.next()?.parse::<u32>().ok()?);
            (of == parent).then_some(pid)
        });
        std::iter::once(parent).chain(children).collect()
    }

    /// Kills it: all its processes at once, as when the machine takes its memory back.
    pub fn kill(&mut self) {
        // The first one goes first, so that it starts no child anew.
        for pid in self.pids() {
            signal(pid, "KILL");
        }
        self.reap();
    }

    /// Stops all its processes where they are, as when its machine hangs: connections stay open, and nobody answers.
    pub fn pause(&self) {
        for pid in self.pids() {
            signal(pid, "STOP");
        }
    }

    /// Lets a paused server go on.
    pub fn resume(&self) {
        for pid in self.pids() {
            signal(pid, "CONT");
        }
    }

    /// Stops it in order: connections are cut, and what is committed is kept.
    pub fn stop(&mut self) {
        if let Some(watcher) = &mut self.watcher {
            drop(watcher.stdin.take());
            let until = Instant::now() + PATIENCE;
            while matches!(watcher.try_wait(), Ok(None)) && Instant::now() < until {
                thread::sleep(STEP);
            }
        }
        if self.watcher.as_mut().is_some_and(|watcher| matches!(watcher.try_wait(), Ok(None))) {
            self.kill();
        }
        self.watcher = None;
    }

    fn reap(&mut self) {
        if let Some(mut watcher) = self.watcher.take() {
            drop(watcher.stdin.take());
            let _ = watcher.wait();
        }
        // A server that was killed leaves its number behind; another process may have it by now.
        let _ = fs::remove_file(self.data().join("postmaster.pid"));
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.account.command(self.programs.path(program));
        command.current_dir(&self.folder);
        add_libraries(&self.programs, &mut command);
        command.env("LC_ALL", "C");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs statements on the server of that URL, and returns the rows as text, columns between `|`.
///
/// # Errors
/// Where one fails: the error is `psql`'s.
pub fn psql(programs: &Programs, url: &str, text: &str) -> io::Result<String> {
    let mut command = Command::new(programs.path("psql"));
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text]);
    // A server that is paused answers nobody.
    command.env("PGCONNECT_TIMEOUT", "5").env("LC_ALL", "C");
    add_libraries(programs, &mut command);
    run(command).map(|text| text.trim().to_owned())
}

fn add_libraries(programs: &Programs, command: &mut Command) {
    if let Some(libraries) = programs.libraries() {
        command.env("LD_LIBRARY_PATH", libraries);
    }
}

fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill").args([format!("-{name}"), pid.to_string()]).stderr(Stdio::null()).status();
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn run(mut command: Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
