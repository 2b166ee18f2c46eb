use std::path::Path;
use std::time::Duration;

use axum::http::header;

use super::Config;
use crate::scrape::Place;

fn env(name: &str) -> Option<String> {
    let value = match name {
        "SHOP_TOKEN" => "s3cret",
        "SHOP_URL" => "https://me:s3cret@shop.example/metrics\n",
        _ => return None,
    };
    Some(value.to_owned())
}

fn parse(text: &str) -> Config {
    Config::parse(text, Path::new("/etc/whippet"), &env).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn refused(text: &str) -> String {
    let faults = Config::parse(text, Path::new(""), &env).map(drop).unwrap_err();
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_store_is_a_server_and_shows_no_password() {
    let config = parse(r#"store = "postgres://me:s3cret@db/shop?schema=rum""#);
    assert_eq!((config.flags[0].id.as_str(), config.flags.len()), ("store", 1));
    assert!(!format!("{config:?}").contains("s3cret"), "secrets are not printed");
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
        (
            "retention = '9d'\nretention = '8d'",
            "line 2: `retention` stands there before: leave one of the two out",
        ),
        (
            "\n[[target]]\nname = 'a'\nurl = 'http://a/'\ninterval = 5",
            "line 5: `interval` must be a time such as \"5s\", not a number",
        ),
        (
            "[[target]]\nname = 'a'\nurl = 'http://a/'\ninterval = '5 s'",
            "line 4: `interval` must be a whole number and a unit: 500ms, 5s, 15m, 12h or 30d",
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
    let all = refused("zzz = 1");
    assert!(all.starts_with("line 1: `zzz` is not known: there is listen, data, store, "), "{all}");
    assert!(
        all.ends_with(
            "target, mapping, prometheus, remote_write, level, objective, alert, receiver, silence, regressions"
        ),
        "{all}"
    );
    assert!(refused("[[target").starts_with("line 1: "));
    let mapping = refused("\n[[mapping]]\nsignal = 'http.server.request'\nmetric = 'm'");
    assert!(mapping.starts_with("line 3: ") && mapping.contains("http.server.requests"), "{mapping}");
}

#[test]
fn a_key_that_is_a_flag_is_checked_by_it() {
    for (text, expected) in [
        (
            "listen = '7300'",
            "line 1: `listen` must be an address and a port: 127.0.0.1:7300 for this machine only, 0.0.0.0:7300 for all",
        ),
        (
            "\nretention = '5 d'",
            "line 2: `retention` must be a whole number and a unit: 500ms, 5s, 15m, 12h or 30d",
        ),
        (
            "rate_limit = -1",
            "line 1: `rate_limit` must be a whole number from 0, which is no limit, to 4294967295",
        ),
        (
            "trust_proxy = 'a'",
            "line 1: `trust_proxy` must be a whole number: 1 with one proxy in front, 0 without any",
        ),
        (
            "prometheus = 'http://me:s3cret@a:9090'",
            "line 1: `prometheus` is a table: write [prometheus], and the address below it as `url`",
        ),
        (
            "\nremote_write = ['http://a/']",
            "line 2: `remote_write` is a table: write [remote_write], and the address below it as `url`",
        ),
        ("export_pages_limit = 0", "line 1: `export_pages_limit`: 0 is not in 1..=100000"),
        ("log_format = 'xml'", "line 1: `log_format` must be one of text, json"),
        (
            "min_sample_rate = 2.0",
            "line 1: `min_sample_rate` must be from 0.0001 to 1: 0.01 if pages sample one visit in a hundred",
        ),
        ("allow_origin = ['https://a.b', 'c']", "line 1: `allow_origin` must be as browsers send it"),
        (
            "token = 's3cret'",
            "line 1: `token` must have at least 16 characters, without spaces: take 32 random ones",
        ),
        ("token = { env = 'NONE' }", "line 1: `token`: the environment variable NONE is not set"),
        ("token = { file = 'a' }", "line 1: `token` must be a text, or { env = \"NAME\" }"),
        ("listen = true", "line 1: `listen` must be a text"),
        ("[remote_write]\nurl = 'http://a/'\nnative = 'yes'", "line 3: `native` must be true or false"),
        ("[remote_write]\nurl = 'http://a/'\nqueue = '1KB'", "line 3: `queue` must be from 4MB to 1000TB"),
        ("config = 'a'", "line 1: `config` is not known"),
        ("external_url = 'https://me:s3cret@a.b'", "line 1: `external_url` must be an address such as"),
    ] {
        let error = refused(text);
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let faults =
        refused("lisen = 'a'\nmax_size = '4'\n[[target]]\nname = 'a'\nurll = 'b'\n[[target]]\nname = 'b'\n");
    let lines: Vec<&str> = faults.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["line 1", "line 2", "line 5", "line 6"], "{faults}");
    assert_eq!(refused("a = \nb = 1\n[c\n").lines().count(), 2, "all that is no TOML, too");
}

#[test]
fn a_wrong_rule_is_named_and_the_others_stay() {
    let config = parse(
        r#"
        [[alert]]
        name = "slow"
        app = "shop"
        expr = "p75 LCP > 4s"
        receivers = ["ops", "opps"]

        [[alert]]
        name = "odd"
        epxr = "p75 LCP > 4s"

        [[alert]]
        name = "slow"
        app = "shop"
        expr = "p75 LCP > 5s"

        [[alert]]
        name = "nothing"
        level = "not there"

        [[receiver]]
        name = "ops"
        type = "webhook"
        url = "https://hooks.example/s3cret"

        [[receiver]]
        name = "chat"
        type = "text"
        url = "https://hooks.example/s3cret"
        body = "{{ stauts }}"

        [regressions]
        alpha = 2
        "#,
    );
    let said: Vec<String> = config.rules.faults.iter().map(ToString::to_string).collect();
    let begins = [
        "line 2: alert \"slow\": there is no receiver 'opps': did you mean `ops`?",
        "line 10: alert \"odd\": `epxr` is not known: did you mean `expr`?",
        "line 12: alert \"slow\": there is one of this name before it: give it another",
        "line 17: alert \"nothing\": there is no level 'not there'",
        "line 26: receiver \"chat\": `body`: `stauts` is not known: did you mean `status`?",
        "line 32: [regressions]: ",
    ];
    assert_eq!(said.len(), begins.len(), "{said:#?}");
    for (said, begin) in said.iter().zip(begins) {
        assert!(said.starts_with(begin), "{said}");
    }
    assert_eq!(config.rules.watch.alerts.len(), 1);
    assert_eq!(config.rules.watch.alerts[0].receivers, ["ops"]);
    assert_eq!(config.rules.receivers.len(), 1);
    assert_eq!(config.rules.receivers[0].shown(), "https://hooks.example/…");
}

#[test]
fn a_rule_of_which_nothing_would_ever_be_known_is_named() {
    let said = |expr: &str| -> Vec<String> {
        let text = format!("[[alert]]\nname = 'a'\ntarget = '*'\nexpr = '{expr}'\n");
        parse(&text).rules.faults.iter().map(ToString::to_string).collect()
    };
    for right in [
        "p95 http.server.duration > 1s",
        "share > 1s http.server.duration > 5%",
        "http.server.requests < 1/s",
        "sum http.server.requests < 10",
        "last process.memory > 1GB",
        "process.memory > 1GB",
        "p95 metric:http_server_duraton > 1",
    ] {
        assert_eq!(said(right), [""; 0], "{right}");
    }
    for (wrong, why) in [
        (
            "p95 http.server.duraton > 1s",
            "there is no signal `http.server.duraton`: did you mean `http.server.duration`?",
        ),
        ("zz.qq > 1", "there is no signal `zz.qq`: docs/backends.md says where all are listed"),
        (
            "max http.server.duration > 1s",
            "http.server.duration has no max: it has percentiles such as p95, mean, rate, sum, share > 1s",
        ),
        ("p95 http.server.requests > 1", "http.server.requests has no p95: it has rate, sum"),
        ("p95 process.memory > 1GB", "process.memory has no p95: it has mean, last, min, max"),
    ] {
        assert_eq!(said(wrong), [format!("line 1: alert \"a\": {why}")], "{wrong}");
    }
    let level = "[[level]]\nname = 'l'\ntarget = '*'\nfigure = 'db.durations'\nbelow = '1s'\n";
    let config = parse(level);
    let message = "line 1: level \"l\": there is no signal `db.durations`: did you mean `db.duration`?";
    assert_eq!(config.rules.faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [message]);
    assert!(config.rules.watch.level("l").is_none());
}

#[test]
fn a_split_that_no_page_view_has_is_named() {
    let said = |split: &str| -> Vec<String> {
        let text = format!("[[alert]]\nname = 'a'\napp = 'shop'\nexpr = 'views < 10'\nsplit = '{split}'\n");
        parse(&text).rules.faults.iter().map(ToString::to_string).collect()
    };
    for right in
        ["device:phone", "browser:Chrome", "connection:4g", "release:any", "release_device:1.2:tablet"]
    {
        assert_eq!(said(right), [""; 0], "{right}");
    }
    for (wrong, why) in [
        ("browser:chrome", "browser `chrome`: did you mean `Chrome`?"),
        ("release_device:1.2:phon", "device `phon`: did you mean `phone`?"),
        ("connection:5G", "connection `5G`: there are slow-2g, 2g, 3g, 4g, (unknown)"),
    ] {
        assert_eq!(said(wrong), [format!("line 1: alert \"a\": `split`: there is no {why}")], "{wrong}");
    }
}

#[test]
fn an_alert_that_would_reach_nobody_is_left_out_and_told_to_nobody_else() {
    let config = parse(
        r#"
        [[alert]]
        name = "lost"
        app = "shop"
        expr = "p75 LCP > 4s"
        receivers = ["opps", "nobody"]

        [[alert]]
        name = "heard"
        app = "shop"
        expr = "p75 LCP > 4s"

        [[receiver]]
        name = "ops"
        type = "webhook"
        url = "https://hooks.example/"
        "#,
    );
    let names: Vec<&str> = config.rules.watch.alerts.iter().map(|alert| alert.name.as_str()).collect();
    assert_eq!(names, ["heard"]);
    let said: Vec<String> = config.rules.faults.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(
        said.iter().all(|said| said.contains("alert \"lost\"") && said.ends_with("the alert is left out"))
    );
}

#[test]
fn a_silence_has_times_with_zones_and_names_something() {
    let config = parse(
        r#"
        [[silence]]
        name = "night"
        matchers = { app = "shop" }
        except = { severity = "page" }
        from = 2024-02-29T23:00:00+01:00
        until = 2024-03-01T04:00:00Z
        reason = "the database moves"
        "#,
    );
    assert_eq!(config.rules.faults, []);
    let silence = &config.rules.silences[0];
    assert_eq!((silence.id.as_str(), silence.matchers.len()), ("file:night", 2));
    assert_eq!((silence.from, silence.until), (1_709_244_000_000, 1_709_265_600_000));
    let active = [silence.from - 1, silence.from, silence.until].map(|now| silence.is_active(now));
    assert_eq!(active, [false, true, false]);
    for (keys, expected) in [
        ("until = 2024-03-01", "must be a time with its zone"),
        ("from = 2024-03-01T05:00:00Z\nuntil = 2024-03-01T04:00:00Z", "`until` must be after `from`"),
        ("from = 2020-03-01T05:00:00Z\nuntil = 2024-03-01T04:00:00Z", "within a year"),
        ("reason2 = ''\nuntil = 2024-03-01T04:00:00Z", "`reason2` is not known: did you mean `reason`?"),
    ] {
        let text = format!("[[silence]]\nname = 'a'\nmatchers = {{ app = 'b' }}\nreason = 'c'\n{keys}");
        let said = &parse(&text).rules.faults[0].message;
        assert!(said.contains(expected), "{said}");
    }
    let all = parse(
        "[[silence]]\nname = 'a'\nreason = 'c'\nmatchers = { app = '*' }\nuntil = 2024-03-01T04:00:00Z",
    );
    assert!(all.rules.faults[0].message.contains("would silence every alert"));
}

#[test]
fn a_wrong_setting_does_not_hide_wrong_rules() {
    let text = "rate_limmit = 5\n[[alert]]\nname = \"odd\"\nepxr = \"views > 1\"\n[regressions]\nalpha = 2\n";
    let said = Config::parse(text, Path::new(""), &|_| None).unwrap_err();
    let lines: Vec<Option<usize>> = said.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [Some(1), Some(4), Some(5)], "{said:?}");
    assert!(said[1].message.starts_with("alert \"odd\": `epxr` is not known"), "{said:?}");
}

#[test]
fn a_secret_of_another_type_is_not_repeated() {
    for (text, expected) in [
        (
            "bearer = 8172635",
            "`bearer` must be a text, or { env = \"NAME\" } for an environment variable, not a number",
        ),
        (
            "bearer = [ 's8172635' ]",
            "`bearer` must be a text, or { env = \"NAME\" } for an environment variable, not a list",
        ),
        ("bearer = { env = 8172635 }", "`env` must be a text in quotation marks, not a number"),
        ("basic = 'me:8172635'", "`basic` must be a table such as { KEY = \"VALUE\" }, not a text"),
        (
            "basic = 'me:8172635, expected a'",
            "`basic` must be a table such as { KEY = \"VALUE\" }, not a text",
        ),
        (
            "basic = { username = 'me', password = 8172635 }",
            "`password` must be a text, or { env = \"NAME\" } for an environment variable, not a number",
        ),
        ("headers = 'X-Key: 8172635'", "`headers` must be a table such as { NAME = \"VALUE\" }, not a text"),
        ("bearer = 1979-05-27", "a date or a time stands where a text or a table is expected"),
        ("ca_file = true", "`ca_file` must be the path of a file, in quotation marks, not true or false"),
        ("type = 5", "`type` must be a text"),
        ("send_resolved = 'yes'", "`send_resolved` must be true or false, not a text"),
    ] {
        let kind = if text.starts_with("type") { "" } else { "type = 'webhook'\n" };
        let config = parse(&format!("[[receiver]]\nname = 'a'\nurl = 'http://a/'\n{kind}{text}"));
        let said = &config.rules.faults[0];
        assert!(said.message.starts_with(expected) && !said.message.contains("8172635"), "{said}");
        assert_eq!(said.line, Some(if kind.is_empty() { 4 } else { 5 }), "{said}");
    }
}

#[test]
fn a_token_without_signs_is_refused_wherever_one_may_stand() {
    let empty = "`bearer` is empty: write the token, or leave it out";
    for table in [
        "[[target]]\nname = 'a'\nurl = 'http://a/'\n",
        "[prometheus]\nurl = 'http://a/'\n",
        "[remote_write]\nurl = 'http://a/'\n",
    ] {
        for token in ["''", "' '"] {
            assert_eq!(refused(&format!("{table}bearer = {token}")), format!("line 1: {empty}"));
        }
    }
    let config = parse("[[receiver]]\nname = 'a'\ntype = 'webhook'\nurl = 'http://a/'\nbearer = ''\n");
    assert_eq!(config.rules.faults[0].message, empty);
}

#[test]
fn a_receiver_says_what_is_wrong_with_it() {
    for (text, expected) in [
        ("type = 'webhook'", "`url` is missing: where it is sent"),
        ("type = 'webhok'\nurl = 'http://a/'", "`type` must be one of webhook, alertmanager, text"),
        ("type = 'webhook'\nurl = 'ftp://me:s3cret@a/'", "`url` must be an address such as"),
        ("type = 'webhook'\nurls = ['http://a/']", "only an Alertmanager has `urls`"),
        (
            "type = 'webhook'\nurl = 'http://a/'\nbody = 'a'",
            "`body` belongs to receivers of the type \"text\"",
        ),
        ("type = 'webhook'\nurl = 'http://a/'\nresend = '1m'", "`resend` belongs to receivers"),
        (
            "type = 'webhook'\nurl = 'http://a/'\nsigning_key = 's3cret'",
            "`signing_key` must have at least 16",
        ),
        (
            "type = 'alertmanager'\nurl = 'http://a/'\nsigning_key = 's3cret0123456789'",
            "an Alertmanager checks no signature",
        ),
        (
            "type = 'webhook'\nurl = 'http://a/'\nheaders = { Host = 'b' }",
            "the header `host` is set by the sender",
        ),
        ("type = 'webhook'\nurl = 'http://a/'\ntimeout = '5m'", "`timeout` must not be longer than 2m"),
        ("type = 'text'\nurl = 'http://a/'", "`body` is missing"),
        ("type = 'text'\nurl = 'http://a/'\nbody = 'a'\nmethod = 'GET'", "`method` must be POST or PUT"),
    ] {
        let config = parse(&format!("[[receiver]]\nname = 'a'\n{text}"));
        let said = &config.rules.faults[0].message;
        assert!(said.contains(expected) && !said.contains("s3cret"), "{said}");
        assert!(config.rules.receivers.is_empty());
    }
}

#[test]
fn the_address_of_an_alertmanager_may_have_its_path() {
    for url in ["http://am:9093", "http://am:9093/api/v2/alerts", "http://am:9093/api/v2/alerts/"] {
        let config = parse(&format!("[[receiver]]\nname = 'am'\ntype = 'alertmanager'\nurl = '{url}'"));
        assert_eq!(config.rules.faults, []);
        let asked = config.rules.receivers[0].endpoints[0].join("/api/v2/alerts");
        assert_eq!(asked.url.to_string(), "http://am:9093/api/v2/alerts", "{url}");
    }
}

#[test]
fn a_list_of_one_may_be_a_text_alone() {
    let config = parse(
        r#"
        [[target]]
        name = "shop"
        urls = "http://shop/metrics"
        include = "http_*"
        exclude = "*_created"
        drop_labels = "instance"

        [[target]]
        name = "files"
        file_sd = "targets/*.json"
        paths = "/health"

        [[receiver]]
        name = "am"
        type = "alertmanager"
        urls = { env = "SHOP_URL" }

        [[alert]]
        name = "down"
        target = "*"
        watch = "down"
        receivers = "am"
        "#,
    );
    assert_eq!(config.rules.faults, []);
    let filter = &config.targets[0].settings.filter;
    assert_eq!(
        (config.targets[0].addresses.len(), filter.include.len(), filter.exclude.len(), &filter.drop_labels),
        (1, 1, 1, &vec!["instance".to_owned()])
    );
    let list = &config.lists[0];
    assert!(
        matches!(&list.place, Place::Files(paths) if paths[..] == [Path::new("/etc/whippet/targets/*.json")])
    );
    assert_eq!(list.paths, ["/health"]);
    assert_eq!(config.rules.receivers[0].endpoints.len(), 1);
    assert_eq!(config.rules.watch.alerts[0].receivers, ["am"]);
    // What is neither is named, with its line.
    let error = refused("[[target]]\nname = 'a'\nurl = 'http://a/'\ninclude = 5");
    assert!(error.starts_with("line 4: ") && error.contains("a text, or a list of texts"), "{error}");
}

#[test]
fn an_address_may_be_a_secret() {
    let config = parse(
        r#"
        [prometheus]
        url = { env = "SHOP_URL" }

        [remote_write]
        url = { env = "SHOP_URL" }

        [[target]]
        name = "one"
        url = { env = "SHOP_URL" }

        [[target]]
        name = "two"
        urls = ["http://shop/metrics", { env = "SHOP_URL" }]

        [[target]]
        name = "fleet"
        http_sd = { env = "SHOP_URL" }
        "#,
    );
    assert_eq!(config.prometheus.unwrap().endpoint.url.host(), Some("shop.example"));
    assert_eq!(config.remote_write.unwrap().endpoint.url.host(), Some("shop.example"));
    let addresses: Vec<usize> = config.targets.iter().map(|target| target.addresses.len()).collect();
    assert_eq!((addresses, config.lists.len()), (vec![1, 2], 1));
    let error = refused("[[target]]\nname = 'a'\nurl = { env = 'MISSING' }");
    assert!(error.contains("the environment variable MISSING is not set"), "{error}");
}

#[test]
fn a_flag_whose_value_may_be_left_out_is_on_or_off() {
    let values = |text: &str| parse(text).flags[0].values.clone();
    assert_eq!(values("export_pages = true"), ["true"]);
    assert!(values("export_pages = false").is_empty());
    assert_eq!(values("export_pages = ['app', 'page']"), ["app,page"]);
    assert!(refused("listen = true").contains("`listen` must be a text"));
}
