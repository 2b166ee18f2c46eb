use std::path::Path;
use std::time::Duration;

use axum::http::header;

use super::Config;
use crate::scrape::Place;

fn env(name: &str) -> Option<String> {
    (name == "SHOP_TOKEN").then(|| "s3cret".to_owned())
}

fn parse(text: &str) -> Config {
    Config::parse(text, Path::new("/etc/whippet"), &env).unwrap_or_else(|fault| panic!("{fault}"))
}

fn refused(text: &str) -> String {
    Config::parse(text, Path::new(""), &env).map(drop).unwrap_err().to_string()
}

#[test]
fn a_store_is_a_server_and_shows_no_password() {
    let config = parse(r#"store = "postgres://me:s3cret@db/shop?schema=rum""#);
    assert_eq!(config.store.unwrap().to_string(), "postgres://me@db:5432/shop (schema rum)");
    for wrong in [
        r#"store = "mysql://me:s3cret@db/""#,
        r#"store = { env = "SHOP_TOKEN" }"#,
        r#"store = "postgres://me:s3cret@db/shop?sslmode=yes""#,
    ] {
        let error = refused(wrong);
        assert!(
            error.contains("line 1") && error.contains("`store`") && !error.contains("s3cret"),
            "{error}"
        );
    }
    assert!(refused(r#"store = { env = "MISSING" }"#).contains("MISSING is not set"));
}

#[test]
fn a_target_is_read_whole() {
    let config = parse(
        r#"
        [[target]]
        name = "shop"
        urls = ["https://shop.example/metrics", "https://shop.example/performance"]
        interval = "15s"
        timeout = "3s"
        max_size = "4MiB"
        bearer = { env = "SHOP_TOKEN" }
        headers = { X-Tenant = "a", x-key = { env = "SHOP_TOKEN" } }
        ca_file = "ca.pem"
        include = ["http_*"]
        exclude = ["*_created"]
        drop_labels = ["instance"]
        time_unit = "ms"

        [[target.json]]
        path = "data.workers.*.done"
        metric = "jobs_done_total"
        type = "counter"
        labels = { worker = "@name" }

        [[target]]
        name = "fleet"
        http_sd = "http://127.0.0.1:9/targets"
        paths = ["/metrics", "/health"]
        refresh = "1m"

        [[target]]
        name = "files"
        file_sd = ["targets/*.json"]

        [[mapping]]
        signal = "http.server.requests"
        metric = "my_requests"

        "#,
    );
    let shop = &config.targets[0];
    assert_eq!((shop.name.as_str(), shop.addresses.len()), ("shop", 2));
    let settings = &shop.settings;
    assert_eq!(settings.interval, Some(Duration::from_secs(15)));
    assert_eq!((settings.timeout, settings.max_size), (Some(Duration::from_secs(3)), Some(4 << 20)));
    assert_eq!(settings.headers[header::AUTHORIZATION], "Bearer s3cret");
    assert_eq!(
        (&settings.headers["x-tenant"], &settings.headers["x-key"]),
        (&"a".parse().unwrap(), &"s3cret".parse().unwrap())
    );
    assert_eq!(settings.tls.ca_file.as_deref(), Some(Path::new("/etc/whippet/ca.pem")));
    assert_eq!((settings.filter.include.len(), settings.rules.len()), (1, 1));
    assert!(!format!("{config:?}").contains("s3cret"), "secrets are not printed");
    let [fleet, files] = config.lists.as_slice() else { panic!("{:?}", config.lists) };
    assert_eq!((fleet.paths.len(), fleet.refresh), (2, Duration::from_secs(60)));
    assert!(
        matches!(&files.place, Place::Files(paths) if paths[0] == Path::new("/etc/whippet/targets/*.json"))
    );
    assert_eq!(config.mappings.len(), 1);
}

#[test]
fn basic_auth_is_sent_as_its_header() {
    let config = parse(
        "[[target]]\nname = 'a'\nurl = 'http://a/'\nbasic = { username = 'aladdin', password = { env = 'SHOP_TOKEN' } }\n",
    );
    // `aladdin:s3cret`
    assert_eq!(config.targets[0].settings.headers[header::AUTHORIZATION], "Basic YWxhZGRpbjpzM2NyZXQ=");
    assert!(parse("").targets.is_empty());
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, expected) in [
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\nintervall = '5s'",
            "line 4: `intervall` is not known: did you mean `interval`?",
        ),
        ("[[targets]]\nname = 'a'", "line 1: `targets` is not known: did you mean `target`?"),
        ("zzz = 1", "line 1: `zzz` is not known: there is store, target, mapping, prometheus, remote_write"),
        (
            "\n[[target]]\nname = 'a'\nurl = 'http://a/'\ninterval = 5",
            "line 5: invalid type: integer `5`, expected a time such as \"5s\"",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\ninterval = '5 s'",
            "line 4: must be a whole number and a unit: 500ms, 5s, 15m, 12h or 30d",
        ),
        (
            "[[target]]\nname = 'a'",
            "line 1: target 'a' needs exactly one of `url`, `urls`, `http_sd` and `file_sd`: where it is scraped",
        ),
        ("[[target]]\nurl = 'http://a/'", "line 1: missing field `name`"),
        (
            "[[target]]\nname = 'a'\nurl = 'ftp://me:s3cret@a/'",
            "line 1: `url`: only http:// and https:// addresses can be scraped",
        ),
        (
            "[[target]]\nname = 'a b'\nurl = 'http://a/'",
            "line 1: the name before the = must be 1 to 64 letters, digits, '_', '-' or '.'",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\nbearer = { env = 'NONE' }",
            "line 1: the environment variable NONE is not set: set it before whippet is started",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\nbearer = { file = 'x' }",
            "line 4: `file` is not known: there is env",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\n\n[[target]]\nname = 'a'\nurl = 'http://b/'",
            "line 5: two targets are called 'a': give each a name of its own, or one of them both addresses in `urls`",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\ninterval = '1s'\ntimeout = '2s'",
            "line 1: `timeout` must not be longer than `interval`",
        ),
        (
            "[[target]]\nname = 'a'\nfile_sd = ['a.yml']",
            "line 1: `file_sd` must be 1 to 16 paths that end in .json, such as [\"targets/*.json\"]: write YAML lists as JSON",
        ),
        (
            "[[target]]\nname = 'a'\nurls = ['http://a/', 'http://a/']",
            "line 1: a target has the same address twice: leave one of them out",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\nheaders = { Host = 'b' }",
            "line 1: the header `host` is set by the client: leave it out of `headers`",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\n[[target.json]]\npath = 'a..b'\nmetric = 'm'",
            "line 1: `path` must be names with dots between them, such as data.workers.*.done; a name with a dot in it stands in double quotes, and `*` stands for any member or element",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\n[[target.json]]\npath = 'a'\nmetrik = 'm'",
            "line 6: `metrik` is not known: did you mean `metric`?",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
    assert!(refused("[[target").starts_with("line 1: "));
    let mapping = refused("\n[[mapping]]\nsignal = 'http.server.request'\nmetric = 'm'");
    assert!(mapping.starts_with("line 3: ") && mapping.contains("http.server.requests"), "{mapping}");
}
