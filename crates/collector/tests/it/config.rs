//! The configuration file of the real program: what counts more, what is taken while it runs, what is said of a wrong one.
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::harness::{DAY, beacon};
use crate::program::{Program, request};

fn start(folder: &Path, config: &str, more: impl FnOnce(&mut Command)) -> Program {
    std::fs::write(folder.join("whippet.toml"), config).unwrap();
    Program::start_with(&folder.join("data"), more)
}

fn status(program: &Program) -> whippet_api::Status {
    let answer = request(&program.address, "GET /api/status", "").unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn status_when(program: &Program, fits: impl Fn(&whippet_api::Status) -> bool) -> whippet_api::Status {
    for _ in 0..2_400 {
        let status = status(program);
        if fits(&status) {
            return status;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("never came: {:?}\n{}", status(program), program.log());
}

/// Writes a file as editors do: another one takes its place.
fn replace(folder: &Path, text: &str) {
    std::fs::write(folder.join("new"), text).unwrap();
    std::fs::rename(folder.join("new"), folder.join("whippet.toml")).unwrap();
}

fn whippet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_whippet")).args(arguments).output().unwrap()
}

#[test]
fn a_flag_counts_more_than_a_variable_and_that_more_than_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let config =
        "retention = '100d'\nkeep_hours = '50d'\nkeep_minutes = '3d'\nlog_format = 'json'\napp = ['shop']\n";
    let program = start(folder.path(), config, |command| {
        command
            .args(["--retention", "300d"])
            .env("WHIPPET_RETENTION", "200d")
            .env("WHIPPET_KEEP_HOURS", "60d");
    });
    let status = status(&program);
    assert_eq!((status.retention, status.keep_hours, status.keep_minutes), (300 * DAY, 60 * DAY, 3 * DAY));
    assert!(
        status.config.unwrap().file.unwrap().ends_with("whippet.toml"),
        "the file beside the data folder"
    );
    let log = program.log_with("dashboard at");
    assert!(log.lines().all(|line| line.starts_with('{')), "{log}");
}

#[test]
fn a_changed_file_is_taken_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "[[alert]]\nname = 'slow'\napp = 'shop'\nexpr = 'p75 LCP > 4s'\n";
    let program = start(folder.path(), "", |command| {
        command.env("RUST_LOG", "info");
    });
    let post = |origin: &str| {
        let head = format!("POST /v1/beacons HTTP/1.1\r\norigin: {origin}\r\nx-rest:");
        request(&program.address, &head, &beacon("a").to_string()).unwrap()[9..12].to_owned()
    };
    assert_eq!(post("https://b.example"), "204");
    let text = format!(
        "allow_origin = ['https://a.example']\nretention = '99d'\nlisten = '127.0.0.1:1'\nlog_level = 'debug'\n{rules}\
         [[target]]\nname = 'shop'\nurl = 'http://127.0.0.1:9/metrics'\ninterval = '1h'\n"
    );
    replace(folder.path(), &text);
    program.signal("HUP");
    let taken = status_when(&program, |status| status.targets.len() == 2);
    assert_eq!(taken.targets[0].name, "shop", "before the collector itself");
    let config = taken.config.unwrap();
    // What a flag says, as `--listen` here, is not the file's to change.
    assert_eq!((config.restart, config.error), (vec!["retention".to_owned()], None));
    program.log_with("this needs a restart: `retention`");
    assert_eq!(post("https://b.example"), "403");
    program.log_with("a beacon was refused");

    // A file that is wrong changes nothing, and says so.
    replace(folder.path(), &format!("allow_orign = ['https://b.example']\n{text}"));
    let kept =
        status_when(&program, |status| status.config.as_ref().is_some_and(|config| config.error.is_some()));
    assert!(
        kept.config
            .unwrap()
            .error
            .unwrap()
            .contains("line 1: `allow_orign` is not known: did you mean `allow_origin`?")
    );
    assert_eq!(kept.targets.len(), 2);
    assert_eq!(post("https://b.example"), "403");

    // One that is right again is taken without a signal, with one rule that is wrong; what the file does not say any more goes.
    replace(folder.path(), "[[alert]]\nname = 'odd'\nexpr = '?'\n");
    let last = status_when(&program, |status| status.targets.len() == 1);
    let config = last.config.unwrap();
    assert_eq!((config.restart.len(), config.error, config.wrong[0].line), (0, None, Some(1)));
    assert_eq!(post("https://b.example"), "204");

    // As a full disk leaves it: nobody has taken back anything. A comment says that somebody has.
    replace(folder.path(), "");
    let is_wrong = |status: &whippet_api::Status| !status.config.as_ref().unwrap().wrong.is_empty();
    let kept =
        status_when(&program, |status| status.config.as_ref().is_some_and(|config| config.error.is_some()));
    assert!(kept.config.as_ref().unwrap().error.as_ref().unwrap().contains("whippet.toml: is empty now"));
    assert!(is_wrong(&kept), "the rule of before stands");
    replace(folder.path(), "# Nothing.\n");
    status_when(&program, |status| !is_wrong(status) && status.config.as_ref().unwrap().error.is_none());
    drop(program);
}

#[test]
fn a_wrong_rule_is_named_and_a_wrong_setting_refuses_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[[alert]]\nname = 'odd'\nepxr = 'p75 LCP > 4s'\n[[receiver]]\nname = 'ops'\ntype = 'webhook'\nurl = 'http://127.0.0.1:9/s3cret'\n";
    let program = start(folder.path(), config, |_| {});
    let log = program.log_with("alert \"odd\": `epxr` is not known: did you mean `expr`?");
    assert!(log.contains("whippet.toml: line 3") && !log.contains("s3cret"), "{log}");
    let wrong = status(&program).config.unwrap().wrong;
    assert_eq!((wrong.len(), wrong[0].name.as_str(), wrong[0].line), (1, "alert \"odd\"", Some(3)));
    drop(program);

    let file = folder.path().join("whippet.toml");
    std::fs::write(&file, "retention = 5\nmax_sise = '4GB'\n").unwrap();
    let data = folder.path().join("data");
    let refused = whippet(&["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(said.contains("whippet.toml: line 1: `retention` must be a whole number and a unit"), "{said}");
    assert!(
        said.contains("whippet.toml: line 2: `max_sise` is not known: did you mean `max_size`?"),
        "{said}"
    );
}

#[test]
fn a_file_that_anybody_may_have_written_is_left_alone_unless_it_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o1777)).unwrap();
    let program = start(folder.path(), "keep_hours = '50d'", |_| {});
    program.log_with("this file is left alone");
    assert_eq!((status(&program).keep_hours, status(&program).config.unwrap().file), (30 * DAY, None));
    drop(program);
    let file = folder.path().join("whippet.toml");
    let program = start(folder.path(), "keep_hours = '50d'", |command| {
        command.arg("--config").arg(&file);
    });
    assert_eq!(status(&program).keep_hours, 50 * DAY);
}

#[test]
fn a_file_that_goes_while_it_runs_is_not_said_to_be_taken_and_its_token_is_missed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("whippet.toml");
    std::fs::write(&file, "token = '0123456789abcdef'").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_whippet"));
    command.args(["serve", "--listen", "0.0.0.0:0", "--data"]).arg(folder.path().join("data"));
    let program = Program::of(command);
    let open = "anyone may see the dashboard";
    assert!(!program.log().contains(open), "{}", program.log());
    std::fs::remove_file(&file).unwrap();
    program.signal("HUP");
    let none = "there is no configuration file that counts";
    program.log_with(none);
    program.log_with(open);

    let new = folder.path().join("new");
    std::fs::write(&new, "token = '0123456789abcdef'").unwrap();
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o666)).unwrap();
    std::fs::rename(&new, &file).unwrap();
    program.signal("HUP");
    program.log_with("this file is left alone");
    let log = program.log_with_all(none, 2);
    let taken = log.matches("the configuration was loaded").count();
    assert_eq!((taken, log.matches(open).count()), (1, 1), "{log}");
}

#[test]
fn config_prints_an_example_and_checks_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    let name = file.to_str().unwrap();
    let example = whippet(&["config", "--example"]);
    assert!(example.status.success());
    std::fs::write(&file, &example.stdout).unwrap();
    let right = whippet(&["config", "--check", name]);
    assert_eq!(right.status.code(), Some(0));
    let none = "is right: 0 targets, 0 mappings, 0 levels, 0 objectives, 0 alerts, 0 receivers, 0 silences\n";
    assert!(String::from_utf8_lossy(&right.stdout).ends_with(none), "{right:?}");
    std::fs::write(&file, "[[level]]\nname = 'b'\napp = '*'\nfigure = 'LCP'\nbelow = '2s'\n").unwrap();
    let one = whippet(&["config", "--check", name]);
    assert!(String::from_utf8_lossy(&one.stdout).contains(", 1 level, 0 objectives"), "{one:?}");
    let wrong = [
        (
            "a = 1\nscrape_interval = '1s'\nscrape_timeout = '2s'\n[[level]]\nname = 'b'\n",
            ["a.toml: line 1: `a` is not known", "level \"b\""],
        ),
        (
            "scrape_interval = '1s'\nscrape_timeout = '2s'\n[[level]]\nname = 'b'\n",
            ["line 3: level \"b\"", "--scrape-timeout must not be longer"],
        ),
        (
            "[[target]]\nname = 'shop'\nurl = 'https://a.example/metrics'\nca_file = 'gone.pem'\n",
            ["a.toml: line 1: target 'shop': ", "gone.pem is no PEM file"],
        ),
        (
            "\n[[receiver]]\nname = 'ops'\ntype = 'webhook'\nurl = 'https://a.example/'\nca_file = 'gone.pem'\n",
            ["a.toml: line 2: receiver \"ops\": ", "gone.pem is no PEM"],
        ),
        (
            "[[target]]\nname = 'shop'\nurl = 'http://a.example/metrics'\n\
             [prometheus]\nurl = 'http://a.example'\nselectors = { shop = '{job=\"shop\"}' }\n",
            ["two targets are called 'shop'", ""],
        ),
    ];
    for (text, words) in wrong {
        std::fs::write(&file, text).unwrap();
        let output = whippet(&["config", "--check", name]);
        assert_eq!(output.status.code(), Some(1), "the collector would not start: {text}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(words.iter().all(|words| said.contains(words)), "{said}");
    }
    std::fs::write(&file, "").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_whippet"));
    let odd = command.args(["config", "--check", name]).env("WHIPPET_RETENTION", "soon").output().unwrap();
    assert_eq!(odd.status.code(), Some(2), "the file is not what is wrong");
    let said = String::from_utf8_lossy(&odd.stderr).into_owned();
    assert!(said.contains("variable WHIPPET_RETENTION") && !said.contains("a.toml"), "{said}");
    assert_eq!(whippet(&["config", "--check", "/nowhere.toml"]).status.code(), Some(2));
    assert!(!whippet(&["config"]).status.success());
}
