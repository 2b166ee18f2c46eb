//! Flags that do nothing because the one is missing that they belong to.
use super::all::Settings;

/// Says which they are: somebody believes that they do something.
pub fn warn_if_idle(settings: &Settings) {
    for (flag, missing) in idle(settings) {
        tracing::warn!("{flag} has no effect without {missing}");
    }
}

/// Each with what it belongs to.
fn idle(settings: &Settings) -> Vec<(&'static str, &'static str)> {
    let (serve, config) = (&settings.serve, &settings.config);
    let reads = serve.prometheus.is_some() || config.prometheus.is_some();
    let writes = serve.remote_write.is_some() || config.remote_write.is_some();
    let given = [
        (!reads && !serve.prometheus_selector.is_empty(), "--prometheus-selector", "--prometheus"),
        (!reads && !serve.prometheus_header.is_empty(), "--prometheus-header", "--prometheus"),
        (!writes && !serve.remote_write_label.is_empty(), "--remote-write-label", "--remote-write"),
        (!writes && !serve.remote_write_header.is_empty(), "--remote-write-header", "--remote-write"),
        (!writes && serve.remote_write_scraped, "--remote-write-scraped", "--remote-write"),
        (!writes && serve.remote_write_native, "--remote-write-native", "--remote-write"),
    ];
    given.into_iter().filter(|(is_idle, ..)| *is_idle).map(|(_, flag, missing)| (flag, missing)).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::idle;
    use crate::args::{Cli, Command};
    use crate::settings::Sources;

    #[test]
    fn what_belongs_to_a_flag_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("whippet.toml");
        let found = |flags: &[&str], text: &str| {
            std::fs::write(&file, text).unwrap();
            let given = ["whippet", "serve"].iter().chain(flags).map(OsString::from);
            let arguments: Vec<OsString> = given.chain(["--config".into(), file.clone().into()]).collect();
            let Command::Serve(serve) = Cli::read(arguments.clone(), &|_| None).unwrap().command else {
                panic!()
            };
            idle(&Sources::new(arguments, &serve).load().unwrap())
        };
        let label = ["--remote-write-label", "cluster=eu"];
        let table = "[remote_write]\nurl = 'http://a:9090/api/v1/write'\n";
        assert_eq!(found(&label, ""), [("--remote-write-label", "--remote-write")]);
        assert!(found(&label, table).is_empty());
        let both = [&label[..], &["--remote-write", "http://a:9090/api/v1/write"]].concat();
        assert!(found(&both, "").is_empty());
        let several = ["--remote-write-scraped", "--prometheus-header", "X-Scope-OrgID=shop"];
        assert_eq!(
            found(&several, ""),
            [("--prometheus-header", "--prometheus"), ("--remote-write-scraped", "--remote-write")]
        );
        assert!(found(&[], "").is_empty());
    }
}
