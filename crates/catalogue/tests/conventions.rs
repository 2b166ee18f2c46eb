//! Exporters of which no pattern knows the names: conventions tell their signals, and nothing that only looks like one.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]
use whippet_catalogue::{Catalogue, Form, Gather, Told};

/// What is told of a text that has types where they matter: `name{label="value"}`, a histogram by `_bucket`, a counter by its name.
fn told(text: &str) -> Told {
    let mut series = Gather::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, labels) = line.split_once('{').unwrap_or((line, ""));
        let labels: Vec<(&str, &str)> = labels
            .trim_end_matches('}')
            .split(',')
            .filter_map(|label| label.split_once('='))
            .map(|(name, value)| (name, value.trim_matches('"')))
            .collect();
        let is_counter = ["_total", "_bucket", "_sum", "_count"].iter().any(|suffix| name.ends_with(suffix));
        series.add(name, labels.iter().copied(), is_counter);
    }
    Catalogue::new().told(&series.finish())
}

/// The signals, each with the metric that tells it best.
fn signals(text: &str) -> Vec<String> {
    let told = told(text);
    let best = |signal| {
        let choice = &told.choices(signal)[0];
        let form = match choice.form {
            Form::Counter => "counter",
            Form::Buckets => "histogram",
            Form::Quantiles => "summary",
            Form::Count => "count",
            Form::Sum => "sum",
            Form::Gauge => "gauge",
            other => panic!("{other:?}"),
        };
        format!("{} {} {form}", signal.name(), choice.metric)
    };
    told.signals().map(best).collect()
}

#[test]
fn frameworks_with_names_of_their_own_tell_their_requests() {
    for (name, text, expected) in [
        (
            "Gin",
            "gin_requests_total{code=\"200\",handler=\"main.list\",host=\"a\",method=\"GET\",url=\"/items\"}
             gin_request_duration_seconds_bucket{code=\"200\",method=\"GET\",url=\"/items\",le=\"0.1\"}
             gin_request_duration_seconds_sum{code=\"200\",method=\"GET\",url=\"/items\"}
             gin_request_duration_seconds_count{code=\"200\",method=\"GET\",url=\"/items\"}",
            vec![
                "http.server.requests gin_requests_total counter",
                "http.server.duration gin_request_duration_seconds histogram",
            ],
        ),
        (
            "Echo",
            "echo_requests_total{code=\"200\",host=\"a\",method=\"GET\",url=\"/items\"}
             echo_request_duration_seconds_bucket{code=\"200\",host=\"a\",method=\"GET\",url=\"/items\",le=\"+Inf\"}
             echo_response_size_bytes_sum{code=\"200\",host=\"a\",method=\"GET\",url=\"/items\"}
             echo_response_size_bytes_count{code=\"200\",host=\"a\",method=\"GET\",url=\"/items\"}",
            vec![
                "http.server.requests echo_requests_total counter",
                "http.server.duration echo_request_duration_seconds histogram",
                "http.server.response_bytes echo_response_size_bytes sum",
            ],
        ),
        (
            "Rocket",
            "rocket_http_requests_total{endpoint=\"/items/<id>\",method=\"GET\",status=\"200\"}
             rocket_http_requests_duration_seconds_bucket{endpoint=\"/items/<id>\",method=\"GET\",status=\"200\",le=\"1\"}",
            vec![
                "http.server.requests rocket_http_requests_total counter",
                "http.server.duration rocket_http_requests_duration_seconds histogram",
            ],
        ),
        (
            "Litestar",
            "litestar_requests_total{app_name=\"litestar\",method=\"GET\",path=\"/\",status_code=\"200\"}
             litestar_request_duration_seconds_bucket{app_name=\"litestar\",method=\"GET\",path=\"/\",status_code=\"200\",le=\"1\"}
             litestar_requests_in_progress{app_name=\"litestar\",method=\"GET\",path=\"/\"}",
            vec![
                "http.server.requests litestar_requests_total counter",
                "http.server.duration litestar_request_duration_seconds histogram",
                "http.server.in_flight litestar_requests_in_progress gauge",
            ],
        ),
        (
            "Ktor by Micrometer",
            "ktor_http_server_requests_seconds_sum{method=\"GET\",route=\"/\",status=\"200\",throwable=\"n/a\"}
             ktor_http_server_requests_seconds_count{method=\"GET\",route=\"/\",status=\"200\",throwable=\"n/a\"}
             ktor_http_server_requests_active",
            vec![
                "http.server.requests ktor_http_server_requests_seconds count",
                "http.server.duration ktor_http_server_requests_seconds summary",
            ],
        ),
        (
            "an application's own",
            "shop_http_requests_total{route=\"/\",status=\"2xx\"}
             shop_db_query_duration_seconds_bucket{operation=\"select\",le=\"1\"}
             shop_cache_hits_total{cache=\"items\"}
             shop_cache_misses_total{cache=\"items\"}
             shop_external_api_requests_total{service=\"bank\",status=\"200\"}
             shop_llm_requests_total{provider=\"openai\",model=\"m\",status=\"success\"}
             shop_db_pool_active",
            vec![
                "http.server.requests shop_http_requests_total counter",
                "http.client.requests shop_external_api_requests_total counter",
                "genai.requests shop_llm_requests_total counter",
                "db.duration shop_db_query_duration_seconds histogram",
                "db.pool.in_use shop_db_pool_active gauge",
                "cache.hits shop_cache_hits_total counter",
                "cache.misses shop_cache_misses_total counter",
            ],
        ),
    ] {
        assert_eq!(signals(text), expected, "{name}");
    }
}

#[test]
fn what_only_looks_like_requests_to_the_service_is_left_alone() {
    for text in [
        // The exporter's own handler of scrapes.
        "promhttp_metric_handler_requests_total{code=\"200\"}",
        "promhttp_metric_handler_requests_in_flight",
        // What a service asks of others is not what it is asked.
        "kafka_producer_requests_total{topic=\"orders\"}",
        "s3_requests_total{operation=\"get\"}",
        "caddy_admin_http_requests_total{code=\"200\",handler=\"admin\",method=\"GET\"}",
        "rate_limited_requests_total{reason=\"quota\"}",
        "node_network_up{device=\"eth0\"}",
        "queue_wait_seconds_bucket{le=\"1\"}",
    ] {
        assert_eq!(signals(text), [""; 0], "{text}");
    }
    let calls = "app_client_requests_total{method=\"GET\",host=\"bank\",code=\"200\"}
         app_client_request_duration_seconds_bucket{method=\"GET\",host=\"bank\",le=\"1\"}";
    assert_eq!(
        signals(calls),
        [
            "http.client.requests app_client_requests_total counter",
            "http.client.duration app_client_request_duration_seconds histogram"
        ]
    );
    let grpc = "grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"Get\",grpc_service=\"shop.Items\"}
         grpc_server_started_total{grpc_method=\"Get\",grpc_service=\"shop.Items\"}
         grpc_client_handled_total{grpc_code=\"OK\",grpc_method=\"Charge\",grpc_service=\"bank.Cards\"}";
    assert_eq!(
        signals(grpc),
        [
            "http.server.requests grpc_server_handled_total counter",
            "http.client.requests grpc_client_handled_total counter"
        ]
    );
}
