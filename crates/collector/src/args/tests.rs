//! Whole command lines, and the variables beside them.
use std::ffi::OsString;

use clap::{Arg, CommandFactory, Parser};

use super::environment::variable;
use super::{Cli, Command, FromFile, Serve};

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

/// The arguments of `whippet serve`, where the environment is `variables`.
fn serve(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Serve, String> {
    let lookup = |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    };
    let all = ["whippet", "serve"].iter().chain(arguments);
    match Cli::read(all, &lookup).map_err(|error| error.to_string())?.command {
        Command::Serve(serve) => Ok(*serve),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_flag_of_serve_has_a_variable() {
    let mut command = Cli::command();
    command.build();
    let serve = command.find_subcommand("serve").unwrap();
    for arg in serve.get_arguments().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version")) {
        let name = arg.get_env().map(|name| name.to_string_lossy().into_owned());
        match arg.get_id().as_str() {
            // WHIPPET_APPS adds to it: see server.rs.
            "app" => assert_eq!(name, None),
            _ => assert_eq!(name, variable(arg), "{arg}"),
        }
    }
    assert_eq!(variable(&Arg::new("a").long("max-size")).as_deref(), Some("WHIPPET_MAX_SIZE"));
}

#[test]
fn a_list_is_read_from_a_variable_and_a_flag_replaces_it() {
    let variables = [("WHIPPET_ALLOW_HOST", "a.example, b.example"), ("WHIPPET_DATA", "")];
    let read = serve(&[], &variables).unwrap();
    assert_eq!(read.allow_host, ["a.example", "b.example"]);
    assert_eq!(read.data.to_str(), Some("whippet-data"));
    assert_eq!(serve(&["--allow-host", "c.example"], &variables).unwrap().allow_host, ["c.example"]);
    let scraped =
        serve(&[], &[("WHIPPET_SCRAPE", "shop=http://a/metrics\nblog=http://b/metrics?c=d,e")]).unwrap();
    let addresses: Vec<String> = scraped.scrape.iter().map(|target| target.shown().clone()).collect();
    assert_eq!(addresses, ["http://a/metrics", "http://b/metrics?…"]);
}

#[test]
fn a_flag_counts_more_than_a_variable_and_that_more_than_the_file() {
    let given = |id: &str, values: &[&str]| FromFile {
        id: id.to_owned(),
        values: values.iter().map(ToString::to_string).collect(),
    };
    let file = [
        given("max_size", &["5GB"]),
        given("rate_limit", &["7"]),
        given("allow_host", &["file.example", "b.example"]),
        given("remote_write_native", &["true"]),
        given("log_level", &["debug"]),
    ];
    let read = |arguments: &[&str], variables: &[(&str, &str)]| {
        let lookup = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        let (cli, values) =
            Cli::read_with(["whippet", "serve"].iter().chain(arguments), &lookup, &file).unwrap();
        match cli.command {
            Command::Serve(serve) => (*serve, cli.log, values),
            other => panic!("{other:?}"),
        }
    };
    let (serve, log, values) = read(&[], &[]);
    assert_eq!((serve.max_size, serve.rate_limit, serve.remote_write_native), (Some(5_000_000_000), 7, true));
    assert_eq!(serve.allow_host, ["file.example", "b.example"]);
    assert!(log.log_level.is_some());
    assert_eq!(values["allow_host"], ["file.example", "b.example"]);
    assert_eq!(values["log_level"], ["debug"]);
    // A list of a variable, as clap does not read it, replaces that of the file.
    let (serve, ..) = read(&["--rate-limit", "9"], &[("WHIPPET_ALLOW_HOST", "variable.example")]);
    assert_eq!((serve.rate_limit, serve.allow_host), (9, vec!["variable.example".to_owned()]));
    let (serve, log, _) =
        read(&["--allow-host", "flag.example", "--log-level", "off"], &[("WHIPPET_MAX_SIZE", "")]);
    assert_eq!((serve.allow_host, serve.max_size), (vec!["flag.example".to_owned()], Some(5_000_000_000)));
    assert_eq!(log.log_level.map(|level| level.to_string()).as_deref(), Some("off"));
}

#[test]
fn a_flag_whose_value_may_be_left_out_is_switched_by_words() {
    let all = serve(&["--export-pages"], &[]).unwrap().export_pages;
    assert!(all.is_some());
    for word in ["true", "1", "YES", "on"] {
        assert_eq!(serve(&[&format!("--export-pages={word}")], &[]).unwrap().export_pages, all, "{word}");
    }
    // The file switches it on, and the variable off.
    let file = [FromFile { id: "export_pages".to_owned(), values: vec!["app".to_owned()] }];
    let read = |variable: Option<&str>, file: &[FromFile]| {
        let lookup = |name: &str| variable.filter(|_| name == "WHIPPET_EXPORT_PAGES").map(OsString::from);
        match Cli::read_with(["whippet", "serve"], &lookup, file).unwrap().0.command {
            Command::Serve(serve) => serve.export_pages,
            other => panic!("{other:?}"),
        }
    };
    assert!(read(None, &file).is_some());
    for word in ["false", "0", "No", "off"] {
        assert_eq!(read(Some(word), &file), None, "{word}");
    }
    let off = [FromFile { id: "export_pages".to_owned(), values: Vec::new() }];
    assert_eq!(read(None, &off), None);
}

#[test]
fn every_flag_has_a_key_that_follows_from_its_name() {
    let paths: Vec<String> = Cli::keys().into_iter().map(|key| key.path).collect();
    for path in
        ["scrape_interval", "allow_origin", "prometheus.url", "prometheus.selectors", "remote_write.native"]
    {
        assert!(paths.iter().any(|known| known == path), "{path}");
    }
    let mut command = Cli::command();
    command.build();
    let flags = command.find_subcommand("serve").unwrap().get_arguments().count();
    // Without --help and --config. Each key stands once.
    let unique: std::collections::HashSet<&String> = paths.iter().collect();
    assert_eq!((unique.len(), paths.len()), (flags - 2, flags - 2));
}

#[test]
fn a_wrong_value_of_a_variable_is_said_to_be_one() {
    let error = serve(&[], &[("WHIPPET_ALLOW_ORIGIN", "https://a.example,nonsense")]).unwrap_err();
    assert!(error.contains("'nonsense'") && error.contains("the variable WHIPPET_ALLOW_ORIGIN"), "{error}");
    let error = serve(&[], &[("WHIPPET_SCRAPE", "shop=ftp://me:secret@a.b/")]).unwrap_err();
    assert!(error.contains("--scrape") && !error.contains("secret"), "{error}");
}

#[test]
fn a_level_is_a_word_or_some_by_module() {
    for right in ["debug", "WARN", "info,hyper=warn", "off"] {
        assert!(serve(&["--log-level", right], &[]).is_ok(), "{right}");
    }
    for wrong in ["", "loud", "info,hyper=loud"] {
        assert!(serve(&["--log-level", wrong], &[]).is_err(), "{wrong}");
    }
}

#[test]
fn a_bad_endpoint_shows_no_password() {
    for wrong in ["me:secret@a.b/", "http://me:sec/secret@a.b/"] {
        let error = Cli::try_parse_from(["whippet", "serve", "--remote-write", wrong]).unwrap_err();
        assert!(
            error.to_string().contains("--remote-write") && !error.to_string().contains("secret"),
            "{error}"
        );
    }
}

#[test]
fn a_bad_target_says_what_to_write() {
    let error =
        Cli::try_parse_from(["whippet", "serve", "--scrape", "http://127.0.0.1/metrics"]).unwrap_err();
    assert!(error.to_string().contains("--scrape shop=http://127.0.0.1:8080/metrics"), "{error}");
    for wrong in ["shop=ftp://me:secret@a.b/", "http://me:secret@a.b/", "shop=http://me:sec/secret@a.b/"] {
        let error = Cli::try_parse_from(["whippet", "serve", "--scrape", wrong]).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

/// That a variable counts less is tried with the program, whose variables clap reads: tests/it/moving.rs.
#[test]
fn a_server_on_the_command_line_stays_beside_a_folder() {
    let lookup = |_: &str| None;
    let server = ["--store", "postgres://db/whippet"];
    let store = |arguments: &[&str]| {
        let all = std::iter::once("whippet").chain(arguments.iter().copied());
        match Cli::read(all, &lookup).unwrap().command {
            Command::Backup(backup) => backup.store,
            Command::Check(check) => check.store,
            Command::Names(names) => names.store,
            other => panic!("{other:?}"),
        }
    };
    for command in [&["check"][..], &["backup", "a.db"], &["names"], &["names", "list"]] {
        assert!(store(&[command, &server].concat()).is_some(), "{command:?}");
        assert!(store(&[command, &server, &["--data", "copy"]].concat()).is_some(), "{command:?}");
        assert!(store(&[command, &["--data", "copy"]].concat()).is_none(), "{command:?}");
    }
}

#[test]
fn an_address_is_no_folder_and_its_password_is_not_shown() {
    let none = |_: &str| None::<OsString>;
    for place in
        ["postgres://me:secret@db/shop", "postgress://me:secret@db/shop", "mysql://me:secret@db/shop"]
    {
        for command in ["serve", "names", "backup", "check"] {
            let line = match command {
                "backup" => vec!["whippet", command, "copy.db", "--data", place],
                _ => vec!["whippet", command, "--data", place],
            };
            let said = Cli::read(line, &none).unwrap_err().to_string();
            assert!(said.contains("--store names a server") && !said.contains("secret"), "{said}");
        }
    }
    for place in
        ["postgress://me:secret@db/shop", "mysql://me:secret@db/shop", "POSTGRES://me:secret@db/shop"]
    {
        for line in [
            ["whippet", "migrate", "--from", "whippet-data", "--to", place],
            ["whippet", "migrate", "--to", "whippet-data", "--from", place],
        ] {
            let said = Cli::read(line, &none).unwrap_err().to_string();
            assert!(
                said.contains("must be an address like postgres://") && !said.contains("secret"),
                "{said}"
            );
        }
    }
}
