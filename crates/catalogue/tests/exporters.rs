//! Exporters that are not recorded: which of their series tell a signal, what their labels mean, and which are left out because another
//! series counts the same.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]
use whippet_catalogue::{Catalogue, Gather, Labels, Signal};

/// A series of a line `name{label="value"}`: its name, its labels, and whether it is a counter. `+` before the name declares a
/// counter, `=` a gauge; otherwise the name tells.
fn series(line: &str) -> (String, Labels, bool) {
    let (line, declared) = match line.strip_prefix('+') {
        Some(rest) => (rest, Some(true)),
        None => (line.strip_prefix('=').unwrap_or(line), line.starts_with('=').then_some(false)),
    };
    let (name, labels) = line.split_once('{').unwrap_or((line, ""));
    let labels = labels
        .trim_end_matches('}')
        .split(',')
        .filter_map(|label| label.split_once('='))
        .map(|(label, value)| (label.to_owned(), value.trim_matches('"').to_owned()))
        .collect();
    let by_name = ["_total", "_bucket", "_sum", "_count"].iter().any(|suffix| name.ends_with(suffix));
    (name.to_owned(), labels, declared.unwrap_or(by_name))
}

/// The series of a text that tell a signal, those of the best metric first: name, group and route, how it ended, and how many ms,
/// bytes or ones its unit is.
fn told(text: &str, signal: &str) -> Vec<String> {
    let all: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(series).collect();
    let mut gather = Gather::default();
    for (name, labels, is_counter) in &all {
        let labels = labels.iter().map(|(label, value)| (label.as_str(), value.as_str()));
        gather.add(name, labels, *is_counter);
    }
    let told = Catalogue::new().told(&gather.finish());
    let mut found = Vec::new();
    for choice in told.choices(Signal::from_name(signal).unwrap()) {
        let names = choice.series();
        for (name, labels, _) in all.iter().filter(|one| names.contains(&one.0)) {
            let Some(tags) = choice.tags(labels) else { continue };
            let class = tags.class.map(|class| format!("{class:?}").to_lowercase()).unwrap_or_default();
            let factor = tags.factor.to_string();
            let parts = [name.as_str(), &tags.group, &tags.route, &class, &factor];
            found.push(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "));
        }
    }
    found
}

#[test]
fn a_part_of_all_requests_is_not_added_to_them() {
    let gin = "gin_uri_request_total{uri=\"/a\",method=\"GET\",code=\"200\"}
         gin_slow_request_total{uri=\"/a\",method=\"GET\",code=\"200\"}
         gin_request_duration_bucket{uri=\"/a\",le=\"0.3\"}";
    let requests = told(gin, "http.server.requests");
    assert_eq!(requests[0], "gin_uri_request_total /a good 1");
    assert!(!requests.iter().any(|line| line.contains("slow")), "{requests:?}");
    assert_eq!(told(gin, "http.server.duration"), ["gin_request_duration_bucket /a 1000"]);
    for (all, part, signal) in [
        ("shop_http_requests_total", "shop_failed_http_requests_total", "http.server.requests"),
        ("shop_http_requests_total", "shop_rejected_http_requests_total", "http.server.requests"),
        ("shop_client_requests_total", "shop_failed_client_requests_total", "http.client.requests"),
        ("shop_db_queries_total", "shop_slow_db_queries_total", "db.queries"),
        // Bulk statements are in the number of all statements.
        ("django_db_execute_total", "django_db_execute_many_total", "db.queries"),
    ] {
        assert_eq!(told(&format!("{all}\n{part}"), signal), [format!("{all} 1")], "{part}");
    }
}

#[test]
fn errors_of_anything_are_errors_of_requests_only_beside_them() {
    let errors = |text: &str| told(text, "http.server.errors");
    assert!(errors("errors_total\njobs_processed_total").is_empty());
    assert!(errors("errors_total\nhttp_requests_total{code=\"200\"}").is_empty());
    assert_eq!(errors("errors_total\nrequests_total"), ["errors_total 1"]);
}

#[test]
fn successes_and_failures_are_all_requests_together() {
    let requests = |text: &str| told(text, "http.server.requests");
    for (good, bad) in [
        ("requests_success_total", "requests_failed_total"),
        ("http_successful_requests_total", "http_failed_requests_total"),
        ("shop_http_requests_success_total", "shop_http_requests_failure_total"),
        ("shop_api_http_request_success_total", "shop_api_http_request_errors_total"),
        ("shop_requests_succeeded_total{method=\"GET\"}", "shop_requests_failed_total{method=\"GET\"}"),
    ] {
        let name = |series: &str| series.split('{').next().unwrap_or_default().to_owned();
        let mut expected = [format!("{} good 1", name(good)), format!("{} failed 1", name(bad))];
        let mut found = requests(&format!("{good}\n{bad}"));
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
        // One without the other tells only a part.
        assert!(requests(good).is_empty() && requests(bad).is_empty(), "{good}");
    }
    for (good, bad) in [
        ("a_http_requests_success_total", "b_http_requests_failed_total"),
        ("shop_client_http_requests_success_total", "shop_client_http_requests_failed_total"),
        ("kafka_requests_success_total", "kafka_requests_failed_total"),
        ("job_success_total", "job_failure_total"),
    ] {
        assert!(requests(&format!("{good}\n{bad}")).is_empty(), "{good}");
    }
    // Where all of them are counted, that is best, and the two say which failed.
    let all = requests("requests_total\nrequests_success_total\nrequests_failed_total");
    assert_eq!(all.first().map(String::as_str), Some("requests_total 1"));
    assert_eq!(all.len(), 3);
}

#[test]
fn symfony_counts_each_action_and_all_of_them() {
    let text = "shop_http_requests_total{action=\"all\"}
         shop_http_requests_total{action=\"GET-home\"}
         shop_http_2xx_responses_total{action=\"all\"}
         shop_http_2xx_responses_total{action=\"GET-home\"}
         shop_http_5xx_responses_total{action=\"all\"}
         shop_request_durations_histogram_seconds_bucket{action=\"all\",le=\"1\"}
         shop_request_durations_histogram_seconds_bucket{action=\"GET-home\",le=\"1\"}";
    let requests = told(text, "http.server.requests");
    assert_eq!(
        requests,
        [
            "shop_http_2xx_responses_total good 1",
            "shop_http_5xx_responses_total server 1",
            "shop_http_requests_total GET-home 1",
        ]
    );
    let durations = told(text, "http.server.duration");
    assert_eq!(durations, ["shop_request_durations_histogram_seconds_bucket GET-home 1000"]);
    // Without actions these are names of an application's own.
    assert!(told("hook_http_2xx_responses_total{path=\"/\"}", "http.server.requests").is_empty());
}

#[test]
fn a_sidecar_tells_apart_what_comes_in_and_what_goes_out() {
    let envoy = "+envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"inbound_0.0.0.0_8080\"}
         +envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"outbound_0.0.0.0_80\"}
         +envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"stats\"}
         +envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"5\",envoy_cluster_name=\"outbound|80||bank\"}
         +envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"2\",envoy_cluster_name=\"inbound|8080||\"}
         +envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"2\",envoy_cluster_name=\"xds-grpc\"}";
    let requests = told(envoy, "http.server.requests");
    assert_eq!(requests, ["envoy_http_downstream_rq_xx inbound_0.0.0.0_8080 good 1"]);
    let calls = told(envoy, "http.client.requests");
    assert_eq!(calls, ["envoy_cluster_upstream_rq_xx outbound|80||bank server 1"]);
    let gateway = "+envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"outbound_0.0.0.0_8080\"}
         +envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"stats\"}";
    let requests = told(gateway, "http.server.requests");
    assert_eq!(requests, ["envoy_http_downstream_rq_xx outbound_0.0.0.0_8080 good 1"]);
}

#[test]
fn a_word_within_another_one_is_no_part_of_all_requests() {
    for name in [
        "unlimited_http_requests_total",
        "memcached_proxy_http_requests_total",
        "error_tracker_http_requests_total",
    ] {
        assert_eq!(told(name, "http.server.requests"), [format!("{name} 1")]);
    }
    for (name, signal) in [
        ("http_api_db_pool_in_use", "db.pool.in_use"),
        ("worker_pg_pool_active", "db.pool.in_use"),
        ("http_server_db_connections_max", "db.pool.size"),
    ] {
        assert_eq!(told(name, signal), [format!("{name} 1")]);
    }
}

#[test]
fn grpc_that_failed_with_200_is_an_error() {
    let istio = "istio_requests_total{reporter=\"destination\",destination_service_name=\"items\",response_code=\"200\",grpc_response_status=\"14\"}
         istio_requests_total{reporter=\"destination\",destination_service_name=\"items\",response_code=\"404\"}
         istio_requests_total{reporter=\"waypoint\",destination_service_name=\"cart\",response_code=\"200\",grpc_response_status=\"0\"}
         istio_requests_total{reporter=\"source\",destination_service_name=\"bank\",response_code=\"200\",grpc_response_status=\"5\"}";
    let requests = told(istio, "http.server.requests");
    let expected = ["items server 1", "items client 1", "cart good 1"];
    assert_eq!(requests, expected.map(|rest| format!("istio_requests_total {rest}")));
    assert_eq!(told(istio, "http.client.requests"), ["istio_requests_total bank client 1"]);
    let linkerd = "response_total{direction=\"inbound\",authority=\"items\",status_code=\"200\",grpc_status=\"13\",classification=\"failure\"}
         response_total{direction=\"inbound\",authority=\"items\",status_code=\"503\",classification=\"failure\"}";
    let requests = told(linkerd, "http.server.requests");
    assert_eq!(requests, ["response_total items server 1", "response_total items server 1"]);
}

#[test]
fn what_a_proxy_does_for_itself_is_no_traffic() {
    let traefik = "traefik_entrypoint_requests_total{entrypoint=\"web\",code=\"200\",method=\"GET\"}
         traefik_entrypoint_requests_total{entrypoint=\"traefik\",code=\"200\",method=\"GET\"}
         traefik_entrypoint_requests_total{entrypoint=\"metrics\",code=\"200\",method=\"GET\"}
         traefik_service_requests_total{service=\"shop@file\",code=\"200\",method=\"GET\"}
         traefik_service_requests_total{service=\"prometheus@internal\",code=\"200\",method=\"GET\"}";
    let requests = told(traefik, "http.server.requests");
    assert_eq!(requests, ["traefik_entrypoint_requests_total web good 1"]);
    let calls = told(traefik, "http.client.requests");
    assert_eq!(calls, ["traefik_service_requests_total shop@file good 1"]);
    let haproxy = "haproxy_backend_http_responses_total{proxy=\"shop\",code=\"2xx\"}
         haproxy_backend_http_responses_total{proxy=\"stats\",code=\"2xx\"}
         haproxy_backend_http_responses_total{backend=\"stats\",code=\"2xx\"}";
    let calls = told(haproxy, "http.client.requests");
    assert_eq!(calls, ["haproxy_backend_http_responses_total shop good 1"]);
    let pgbouncer = "pgbouncer_stats_queries_pooled_total{database=\"shop\"}
         pgbouncer_stats_queries_pooled_total{database=\"pgbouncer\"}";
    assert_eq!(told(pgbouncer, "db.queries"), ["pgbouncer_stats_queries_pooled_total shop 1"]);
}

#[test]
fn streams_of_grpcs_own_services_are_no_requests() {
    let text = "grpc_server_handled_total{grpc_service=\"shop.Items\",grpc_method=\"Get\",grpc_code=\"OK\"}
         grpc_server_handled_total{grpc_service=\"grpc.health.v1.Health\",grpc_method=\"Watch\",grpc_code=\"Canceled\"}
         grpc_server_handling_seconds_bucket{grpc_service=\"shop.Items\",grpc_method=\"Get\",le=\"1\"}
         grpc_server_handling_seconds_bucket{grpc_service=\"grpc.reflection.v1.ServerReflection\",grpc_method=\"Ask\",le=\"1\"}";
    assert_eq!(told(text, "http.server.requests"), ["grpc_server_handled_total Get good 1"]);
    assert_eq!(told(text, "http.server.duration"), ["grpc_server_handling_seconds_bucket Get 1000"]);
    let text = "rpc_server_duration_milliseconds_bucket{rpc_service=\"shop.Items\",rpc_method=\"Get\",rpc_grpc_status_code=\"0\",le=\"5\"}
         rpc_server_duration_milliseconds_bucket{rpc_service=\"grpc.health.v1.Health\",rpc_method=\"Watch\",rpc_grpc_status_code=\"1\",le=\"5\"}
         rpc_server_call_duration_seconds_bucket{rpc_method=\"grpc.health.v1.Health/Check\",le=\"5\"}";
    let durations = told(text, "http.server.duration");
    assert_eq!(durations, ["rpc_server_duration_milliseconds_bucket Get good 1"]);
}

#[test]
fn a_pool_of_threads_is_no_pool_of_a_database() {
    let others = "worker_pool_active{pool_name=\"vert.x-worker-thread\"}
         worker_pool_idle{pool_name=\"vert.x-worker-thread\"}
         thread_pool_active
         thread_pool_size
         mysql_global_variables_thread_pool_size
         httpcomponents_httpclient_pool_total_connections{state=\"leased\"}
         object_pool_available";
    for signal in ["db.pool.in_use", "db.pool.idle", "db.pool.size"] {
        assert_eq!(told(others, signal), [""; 0], "{signal}");
    }
    assert_eq!(told("pool_active{pool=\"main\"}", "db.pool.in_use"), ["pool_active main 1"]);
    let agroal = "=agroal_active_count{datasource=\"default\"}
         =agroal_available_count{datasource=\"default\"}
         =agroal_awaiting_count{datasource=\"default\"}";
    assert_eq!(told(agroal, "db.pool.in_use"), ["agroal_active_count default 1"]);
    assert_eq!(told(agroal, "db.pool.idle"), ["agroal_available_count default 1"]);
    assert_eq!(told(agroal, "db.pool.waiting"), ["agroal_awaiting_count default 1"]);
}

#[test]
fn micrometers_times_are_in_milliseconds_where_it_pushes_them() {
    let text = "http_server_requests_milliseconds_bucket{uri=\"/a\",method=\"GET\",status=\"500\",outcome=\"SERVER_ERROR\",le=\"100\"}
         http_client_requests_milliseconds_bucket{client_name=\"bank\",method=\"GET\",status=\"200\",le=\"100\"}
         hikaricp_connections_acquire_milliseconds_bucket{pool=\"main\",le=\"1\"}
         jvm_gc_pause_milliseconds_sum{gc=\"G1\"}
         jvm_gc_pause_milliseconds_count{gc=\"G1\"}
         process_cpu_time_nanoseconds_total
         process_uptime_milliseconds
         process_start_time_milliseconds";
    for (signal, expected) in [
        ("http.server.duration", "http_server_requests_milliseconds_bucket /a server 1"),
        ("http.client.duration", "http_client_requests_milliseconds_bucket bank good 1"),
        ("db.pool.wait_duration", "hikaricp_connections_acquire_milliseconds_bucket main 1"),
        ("runtime.gc_time", "jvm_gc_pause_milliseconds_sum 1"),
        ("process.cpu", "process_cpu_time_nanoseconds_total 0.000001"),
        ("process.uptime", "process_uptime_milliseconds 1"),
        ("process.start_time", "process_start_time_milliseconds 1"),
    ] {
        assert_eq!(told(text, signal), [expected], "{signal}");
    }
}

#[test]
fn a_counter_of_time_and_one_of_how_often_tell_the_mean() {
    for (text, signal, expected) in [
        (
            "pgbouncer_stats_queries_duration_seconds_total{database=\"shop\"}
             pgbouncer_stats_queries_pooled_total{database=\"shop\"}",
            "db.duration",
            [
                "pgbouncer_stats_queries_duration_seconds_total shop 1000",
                "pgbouncer_stats_queries_pooled_total shop 1000",
            ],
        ),
        (
            "+elasticsearch_indices_search_query_time_seconds{name=\"n1\"}
             elasticsearch_indices_search_query_total{name=\"n1\"}",
            "db.duration",
            [
                "elasticsearch_indices_search_query_time_seconds n1 1000",
                "elasticsearch_indices_search_query_total n1 1000",
            ],
        ),
        // Nobody declares the types of MongoDB's.
        (
            "mongodb_ss_opLatencies_latency{op_type=\"reads\"}
             mongodb_ss_opLatencies_ops{op_type=\"reads\"}",
            "db.duration",
            ["mongodb_ss_opLatencies_latency 0.001", "mongodb_ss_opLatencies_ops 0.001"],
        ),
        (
            "apache_duration_ms_total\napache_accesses_total",
            "http.server.duration",
            ["apache_duration_ms_total 1", "apache_accesses_total 1"],
        ),
    ] {
        assert_eq!(told(text, signal), expected, "{text}");
    }
}

#[test]
fn one_histogram_of_kong_has_the_whole_and_its_parts() {
    let text = "kong_latency_bucket{type=\"request\",route=\"items\",service=\"shop\",le=\"25\"}
         kong_latency_bucket{type=\"kong\",route=\"items\",service=\"shop\",le=\"25\"}
         kong_latency_bucket{type=\"upstream\",route=\"items\",service=\"shop\",le=\"25\"}";
    assert_eq!(told(text, "http.server.duration"), ["kong_latency_bucket items 1"]);
    assert_eq!(told(text, "http.client.duration"), ["kong_latency_bucket shop 1"]);
}
