//! The real program as an operator runs it: host names, signals, file permissions, log.
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::harness::beacon;
use crate::program::{Program, request};

fn status(program: &Program, head: &str, host: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(&program.address).unwrap();
    let body = beacon("a").to_string();
    let body = if head.starts_with("POST") { body.as_str() } else { "" };
    let length = body.len();
    write!(stream, "{head} HTTP/1.1\r\n{host}connection: close\r\ncontent-length: {length}\r\n\r\n{body}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer[9..12].to_owned()
}

#[test]
fn a_foreign_host_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start_with(folder.path(), |command| {
        command.args(["--allow-host", "metrics.shop.example"]);
    });
    let port = program.address.rsplit(':').next().unwrap();
    for own in ["127.0.0.1", "localhost", "LOCALHOST", "dash.localhost", "[::1]", "metrics.shop.example"] {
        let host = format!("host: {own}:{port}\r\n");
        assert_eq!(status(&program, "GET /api/status", &host), "200", "{own}");
    }
    for head in ["GET /api/status", "GET /metrics", "GET /vitals", "GET /api/nothing"] {
        assert_eq!(status(&program, head, &format!("host: evil.example:{port}\r\n")), "403", "{head}");
    }
    assert_eq!(status(&program, "GET /api/status", "host: localhost\r\nhost: evil.example\r\n"), "403");
    for head in ["GET /api/status", "POST /v1/beacons", "GET /healthz"] {
        assert_eq!(status(&program, head, ""), "400", "{head} names no host");
    }
    // Pages may send beacons to any host name.
    assert_eq!(status(&program, "POST /v1/beacons", "host: rum.shop.example\r\n"), "204");
    for open in ["GET /healthz", "GET /readyz"] {
        assert_eq!(status(&program, open, "host: rum.shop.example\r\n"), "200");
    }
}

#[test]
fn with_a_token_or_a_proxy_any_host_name_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start_with(folder.path(), |command| {
        command.args(["--trust-proxy", "1"]);
    });
    assert_eq!(status(&program, "GET /api/status", "host: metrics.shop.example\r\n"), "200");
    drop(program);
    let program = Program::start_with(folder.path(), |command| {
        command.env("WHIPPET_TOKEN", "0123456789abcdef");
    });
    let headers = "host: metrics.shop.example\r\nauthorization: bearer 0123456789abcdef\r\n";
    assert_eq!(status(&program, "GET /api/status", headers), "200");
    let wrong = "host: a\r\nauthorization: Bearer 0123456789abcdeX\r\n";
    assert_eq!(status(&program, "GET /api/status", wrong), "401");
    let log = program.log_with("a wrong token was sent");
    assert!(!log.contains("0123456789abcde"), "{log}");
}

#[test]
fn sighup_does_not_stop_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path());
    program.signal("HUP");
    program.signal("HUP");
    assert!(request(&program.address, "GET /healthz", "").unwrap().starts_with("HTTP/1.1 200"));
    assert!(program.child.try_wait().unwrap().is_none());
    program.signal("TERM");
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn a_reload_of_the_unit_has_the_configuration_read_again() {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/whippet.service");
    let unit = std::fs::read_to_string(unit).unwrap();
    let reload = unit.lines().find_map(|line| line.strip_prefix("ExecReload=/bin/"));
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path());
    // systemd puts the number in the variable's place.
    let command = reload.unwrap().replace("$MAINPID", &program.child.id().to_string());
    assert!(std::process::Command::new("sh").args(["-c", &command]).status().unwrap().success());
    program.log_with("there is no configuration file that counts");
}

#[test]
fn what_could_not_be_written_is_not_said_to_be_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut program = Program::start(&data);
    let post = |program: &Program| status(program, "POST /v1/beacons", "host: localhost\r\n");
    assert_eq!(post(&program), "204");
    std::fs::remove_dir_all(&data).unwrap();
    assert_eq!(post(&program), "503");
    program.signal("TERM");
    assert!(program.child.wait().unwrap().success());
    let log = program.log_with("stopped; ");
    assert!(log.contains("the last writes failed") && !log.contains("everything is on disk"), "{log}");
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_data_is_readable_by_its_user_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a/data");
    let all_private = |folder: &Path| {
        let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() >= 4, "{files:?}");
        let whippets =
            |path: &&std::path::PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("whippet.");
        for file in files.iter().filter(whippets) {
            assert_eq!(mode(file), 0o600, "{}", file.display());
        }
    };
    let program = Program::start(&folder);
    assert_eq!(mode(&folder), 0o700);
    all_private(&folder);
    drop(program);

    // Permissions of an existing folder are tightened, too.
    for (path, open) in
        [(folder.clone(), 0o755), (folder.join("whippet.db"), 0o644), (folder.join("whippet.lock"), 0o644)]
    {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(open)).unwrap();
    }
    let program = Program::start(&folder);
    assert_eq!(mode(&folder), 0o700);
    all_private(&folder);
    drop(program);

    // A folder with other files in it keeps its permissions.
    std::fs::write(folder.join("notes.txt"), "").unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let _program = Program::start(&folder);
    assert_eq!((mode(&folder), mode(&folder.join("notes.txt")) & 0o044), (0o755, 0o044));
    all_private(&folder);
}

#[test]
fn rust_log_sets_the_level_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start_with(folder.path(), |command| {
        command.env("RUST_LOG", "info,whippet_collector=debug");
    });
    request(&program.address, "POST /v1/beacons", "{}").unwrap();
    let wanted = "a beacon was refused";
    program.log_with(wanted);
    drop(program);
    let program = Program::start_with(folder.path(), |command| {
        command.env("RUST_LOG", "info,=nonsense=x");
    });
    request(&program.address, "POST /v1/beacons", "{}").unwrap();
    let log = program.log_with("RUST_LOG is not understood");
    assert!(!log.contains(wanted), "{log}");
}

#[test]
fn variables_set_what_no_flag_does() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start_with(folder.path(), |command| {
        // An empty one is none, and the flag of `--listen` counts more than its variable.
        command.env("WHIPPET_LISTEN", "203.0.113.1:1").env("WHIPPET_RETENTION", "");
        command.env("WHIPPET_ALLOW_HOST", "a.example,b.example").env("WHIPPET_LOG_LEVEL", "debug");
        command.env("WHIPPET_LOG_FORMAT", "json");
    });
    assert_eq!(status(&program, "GET /api/status", "host: b.example\r\n"), "200");
    assert_eq!(status(&program, "GET /api/status", "host: c.example\r\n"), "403");
    request(&program.address, "POST /v1/beacons", "{}").unwrap();
    let log = program.log_with("a beacon was refused");
    for line in log.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            ["timestamp", "level", "message", "target"].iter().all(|key| event[key].is_string()),
            "{line}"
        );
    }
}
