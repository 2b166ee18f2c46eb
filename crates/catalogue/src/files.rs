//! The pattern files, each one family of exporters.

/// Name and text of each file of the folder `patterns`. Of equally specific patterns those of the first file count.
pub const FILES: &[(&str, &str)] = &[
    ("prometheus.toml", include_str!("../patterns/prometheus.toml")),
    ("process.toml", include_str!("../patterns/process.toml")),
    ("opentelemetry.toml", include_str!("../patterns/opentelemetry.toml")),
    ("spring.toml", include_str!("../patterns/spring.toml")),
    ("dotnet.toml", include_str!("../patterns/dotnet.toml")),
    ("python.toml", include_str!("../patterns/python.toml")),
    ("starlette.toml", include_str!("../patterns/starlette.toml")),
    ("flask.toml", include_str!("../patterns/flask.toml")),
    ("django.toml", include_str!("../patterns/django.toml")),
    ("nodejs.toml", include_str!("../patterns/nodejs.toml")),
    ("go.toml", include_str!("../patterns/go.toml")),
    ("axum.toml", include_str!("../patterns/axum.toml")),
    ("ruby.toml", include_str!("../patterns/ruby.toml")),
    ("caddy.toml", include_str!("../patterns/caddy.toml")),
    ("traefik.toml", include_str!("../patterns/traefik.toml")),
    ("nginx.toml", include_str!("../patterns/nginx.toml")),
    ("envoy.toml", include_str!("../patterns/envoy.toml")),
    ("haproxy.toml", include_str!("../patterns/haproxy.toml")),
    ("gateways.toml", include_str!("../patterns/gateways.toml")),
    ("frameworks.toml", include_str!("../patterns/frameworks.toml")),
    ("node_exporter.toml", include_str!("../patterns/node_exporter.toml")),
    ("containers.toml", include_str!("../patterns/containers.toml")),
    ("postgres.toml", include_str!("../patterns/postgres.toml")),
    ("mysqld.toml", include_str!("../patterns/mysqld.toml")),
    ("redis.toml", include_str!("../patterns/redis.toml")),
    ("stores.toml", include_str!("../patterns/stores.toml")),
    ("models.toml", include_str!("../patterns/models.toml")),
    ("queues.toml", include_str!("../patterns/queues.toml")),
    ("json.toml", include_str!("../patterns/json.toml")),
    ("conventions.toml", include_str!("../patterns/conventions.toml")),
];

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_of_the_folder_is_in_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/patterns");
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        let mut listed: Vec<&str> = FILES.iter().map(|file| file.0).collect();
        found.sort_unstable();
        listed.sort_unstable();
        assert_eq!(found, listed);
    }
}
