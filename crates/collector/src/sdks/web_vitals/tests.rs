use expect_test::expect;
use proptest::prelude::*;

use super::*;

fn origin() -> Origin {
    Origin {
        app: Some("shop".to_owned()),
        visitor: "v".to_owned(),
        now: 1_790_000_100_000,
        ..Origin::default()
    }
}

fn items(body: &str) -> Vec<Item> {
    let reports = read(body.as_bytes(), &origin()).unwrap();
    reports.into_iter().flat_map(|report| report.items).collect()
}

const LCP: &str = r#"{"name":"LCP","value":2612.5,"rating":"needs-improvement","delta":2612.5,
    "id":"v6-1790000000000-4211345678901","navigationType":"reload","navigationURL":"https://shop.example/orders/1042?key=x",
    "entries":[{"name":"","entryType":"largest-contentful-paint"}],
    "attribution":{"target":"main>img.hero","url":"https://cdn.example/hero.avif?v=2","timeToFirstByte":180,
    "resourceLoadDelay":240.5,"resourceLoadDuration":700,"elementRenderDelay":1492}}"#;

#[test]
fn metrics_beyond_the_limit_count_as_lost() {
    let body =
        |count: usize| format!("[{}]", vec![r#"{"name":"FCP","value":5,"page":"/a"}"#; count].join(","));
    let last = items(&body(METRICS + 3)).pop().unwrap();
    assert_eq!((last.content, last.page.as_deref()), (Content::Lost("vitals".to_owned(), 3), Some("/a")));
    assert_eq!(items(&body(METRICS)).len(), METRICS);
}

#[test]
fn a_metric_of_the_attribution_build_is_read_whole() {
    expect![[r#"
        [
            Item {
                page: Some(
                    "/orders/:id",
                ),
                at: 1790000100000,
                mark: Some(
                    Mark {
                        slot: Vital(
                            Lcp,
                        ),
                        id: "v6-1790000000000-4211345678901",
                        born: 1790000000000,
                    },
                ),
                navigation: Some(
                    Reload,
                ),
                content: Vital(
                    Vital {
                        name: Lcp,
                        value: 2612.5,
                        rating: NeedsImprovement,
                        attribution: Attribution {
                            target: "main>img.hero",
                            url: "https://cdn.example/hero.avif",
                            state: "",
                            phases: [
                                (
                                    "ttfb",
                                    180.0,
                                ),
                                (
                                    "loadDelay",
                                    240.5,
                                ),
                                (
                                    "load",
                                    700.0,
                                ),
                                (
                                    "render",
                                    1492.0,
                                ),
                            ],
                        },
                    },
                ),
            },
        ]
    "#]]
    .assert_debug_eq(&items(LCP));
}

#[test]
fn one_or_many_however_they_are_joined() {
    let cls = r#"{"name":"CLS","value":0.1,"id":"v6-1790000000000-1"}"#;
    for (body, count) in [
        (cls.to_owned(), 1),
        (format!("[{cls},{cls}]"), 2),
        (format!("{cls}\n{cls}\n"), 2),
        (format!("{cls},{cls}"), 2),
        (format!("{cls}{cls}"), 2),
        (format!(r#"{{"page":"/a","metrics":[{cls},{cls}]}}"#), 2),
    ] {
        assert_eq!(items(&body).len(), count, "{body}");
    }
    let shared = items(&format!(r#"{{"page":"/a/1042","session":"s","metrics":[{cls}]}}"#));
    assert_eq!(shared[0].page.as_deref(), Some("/a/:id"));
}

#[test]
fn version_3_has_other_names() {
    let attribution = |body: &str| match items(body).remove(0).content {
        Content::Vital(vital) => vital.attribution,
        other => panic!("{other:?}"),
    };
    let phases = |named: &[(&str, f64)]| -> Vec<(String, f64)> {
        named.iter().map(|(phase, ms)| ((*phase).to_owned(), *ms)).collect()
    };
    let lcp = attribution(
        r#"{"name":"LCP","value":2600,"id":"v3-1790000000000-1","attribution":{"element":"main>img.hero",
        "timeToFirstByte":180,"resourceLoadDelay":240,"resourceLoadTime":700,"elementRenderDelay":1480}}"#,
    );
    assert_eq!(lcp.target, "main>img.hero");
    assert_eq!(
        lcp.phases,
        phases(&[("ttfb", 180.0), ("loadDelay", 240.0), ("load", 700.0), ("render", 1480.0)])
    );
    let ttfb = attribution(
        r#"{"name":"TTFB","value":180,"id":"v3-1790000000000-2","attribution":{"waitingTime":20,"dnsTime":30,
        "connectionTime":40,"requestTime":90}}"#,
    );
    assert_eq!(
        ttfb.phases,
        phases(&[("waiting", 20.0), ("dns", 30.0), ("connection", 40.0), ("request", 90.0)])
    );
    for (event, state) in [("pointerup", "pointer"), ("click", "pointer"), ("keyup", "keyboard"), ("", "")] {
        let inp = serde_json::json!({"name": "INP", "value": 80, "attribution": {"eventType": event}});
        assert_eq!(attribution(&inp.to_string()).state, state, "{event}");
    }
}

#[test]
fn a_metric_is_known_by_its_id_or_its_view() {
    for (body, expected) in [
        (r#"{"name":"CLS","value":0,"id":"v5-1790000000000-1"}"#, true),
        (r#"{"name":"CLS","value":0,"view":"a"}"#, true),
        (r#"{"view":"a","metrics":[{"name":"CLS","value":0}]}"#, true),
        (r#"{"name":"CLS","value":0}"#, false),
        (r#"{"name":"CLS","value":0,"id":""}"#, false),
        (r#"[{"name":"LCP","value":9,"id":"v5-1790000000000-1"},{"name":"CLS","value":0}]"#, false),
    ] {
        assert_eq!(is_identified(body.as_bytes()), expected, "{body}");
    }
}

#[test]
fn what_is_no_metric_is_refused_and_what_is_no_measurement_left_out() {
    let code = |body: &str| read(body.as_bytes(), &origin()).map_err(NotRead::code);
    assert_eq!(code("{").unwrap_err(), "not_json");
    for wrong in ["", "7", "[]", "{}", "[[{\"name\":\"LCP\",\"value\":1}]]", "null", "\"LCP\""] {
        assert_eq!(code(wrong).unwrap_err(), "invalid_field", "{wrong}");
    }
    for odd in [r#"{"name":"LCP"}"#, r#"{"name":"LCP","value":-5}"#, r#"{"name":"LCP","value":"slow"}"#] {
        assert_eq!(code(odd).unwrap().len(), 0, "{odd}");
    }
    let nameless = Origin { app: None, ..origin() };
    assert_eq!(read(br#"{"name":"LCP","value":1}"#, &nameless), Err(NotRead::NoApp));
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(
        name in "LCP|CLS|[a-z]{0,9}", value: f64, id in "(v[0-9]-)?[0-9]{0,15}(-[0-9]*)?", page: String, text: String
    ) {
        let metric = serde_json::json!({"name": name, "value": value, "id": id, "page": page, "attribution": text});
        let _ = read(metric.to_string().as_bytes(), &origin());
        let _ = read(text.as_bytes(), &origin());
    }
}
