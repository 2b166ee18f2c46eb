//! Targets as the configuration file and lists name them, with the real program.
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::program::{Program, request};

/// What was asked: path, and headers.
type Asked = Arc<Mutex<HashMap<String, HeaderMap>>>;

/// A backend that remembers what it was asked. `/list` answers with `list`, `/moved` elsewhere, all else with metrics.
async fn backend(list: Arc<Mutex<String>>) -> (String, Asked) {
    async fn answer(
        State((asked, list)): State<(Asked, Arc<Mutex<String>>)>,
        uri: Uri,
        headers: HeaderMap,
    ) -> Response {
        asked.lock().unwrap().insert(uri.path().to_owned(), headers);
        match uri.path() {
            "/list" => list.lock().unwrap().clone().into_response(),
            "/moved" => Redirect::temporary("/metrics").into_response(),
            "/large" => "x".repeat(3000).into_response(),
            _ => (StatusCode::OK, "http_requests_total{id=\"1\"} 5\nhttp_created 7\nmemory 1\n")
                .into_response(),
        }
    }
    let asked = Asked::default();
    let router = Router::new().fallback(get(answer)).with_state((Arc::clone(&asked), list));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, asked)
}

fn start(folder: &Path, config: &str, more: &[String]) -> Program {
    let file = folder.join("whippet.toml");
    std::fs::write(&file, config).unwrap();
    Program::start_with(&folder.join("data"), |command| {
        command.arg("--config").arg(file).args(["--scrape-interval", "200ms"]).args(more);
        command.env("SHOP_TOKEN", "open-sesame").env("RUST_LOG", "trace");
    })
}

async fn status_when(program: &Program, fits: impl Fn(&whippet_api::Status) -> bool) -> whippet_api::Status {
    let mut last = String::new();
    for _ in 0..1_200 {
        last = request(&program.address, "GET /api/status", "").unwrap();
        let body = last.split_once("\r\n\r\n").unwrap().1;
        let status: whippet_api::Status = serde_json::from_str(body).unwrap();
        if fits(&status) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never came: {last}\n{}", program.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configured_target_is_scraped_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let (address, asked) = backend(Arc::default()).await;
    let config = format!(
        r#"
        [[target]]
        name = "shop"
        url = "http://{address}/one"
        interval = "100ms"
        bearer = {{ env = "SHOP_TOKEN" }}
        headers = {{ X-Tenant = "a" }}
        include = ["http_*"]
        exclude = ["*_created"]
        drop_labels = ["id"]

        [[target]]
        name = "moved"
        url = "http://{address}/moved"

        [[target]]
        name = "large"
        url = "http://{address}/large"
        max_size = "2KB"
        "#
    );
    // An argument of the same name adds a document.
    let program =
        start(folder.path(), &config, &["--scrape".to_owned(), format!("shop=http://{address}/two")]);
    // A busy machine may miss the 100 ms of a scrape: the next one is as good.
    let is_late = |error: Option<&str>| error.is_some_and(|error| error.starts_with("no answer within"));
    let status = status_when(&program, |status| {
        let is_scraped = |target: &whippet_api::Target| {
            let documents = target.documents.iter().map(|document| document.error.as_deref());
            target.last_scrape.is_some() && !documents.chain([target.error.as_deref()]).any(is_late)
        };
        status.targets[..3].iter().all(is_scraped)
            && status.targets[0].documents.first().is_some_and(|document| document.samples > 0)
    })
    .await;
    let [shop, moved, large, own] = status.targets.as_slice() else { panic!("{:?}", status.targets) };
    assert_eq!((shop.up, shop.interval, shop.documents.len()), (true, 100, 2));
    // Both documents have the same series.
    assert_eq!((shop.samples, shop.documents[0].samples), (1, 1));
    assert_eq!(
        moved.error.as_deref(),
        Some("answered 307 Temporary Redirect: give the address it redirects to")
    );
    assert_eq!(large.error.as_deref(), Some("the metrics are larger than 1 KiB"));
    assert_eq!((own.name.as_str(), own.interval), ("collector", 200));
    let asked = asked.lock().unwrap().clone();
    for path in ["/one", "/two"] {
        assert_eq!(asked[path]["authorization"], "Bearer open-sesame");
        assert_eq!(asked[path]["x-tenant"], "a");
    }
    assert!(!asked.contains_key("/metrics"), "no redirect is followed");
    assert!(!program.log().contains("sesame"), "{}", program.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn targets_of_a_list_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let list = Arc::new(Mutex::new(String::new()));
    let (address, _) = backend(Arc::clone(&list)).await;
    let entry =
        |job: &str| format!(r#"{{"targets": ["{address}"], "labels": {{"job": "{job}", "env": "prod"}}}}"#);
    *list.lock().unwrap() = format!("[{}, 5]", entry("blog"));
    let file = folder.path().join("targets.json");
    std::fs::write(&file, format!("[{}]", entry("files"))).unwrap();
    let config = format!(
        "[[target]]\nname = 'fleet'\nhttp_sd = 'http://{address}/list'\nrefresh = '1s'\n\
         [[target]]\nname = 'files'\nfile_sd = ['targets*.json']\nrefresh = '1s'\n"
    );
    let program = start(folder.path(), &config, &[]);
    let names = |status: &whippet_api::Status| {
        let mut names: Vec<String> = status.targets.iter().map(|target| target.name.clone()).collect();
        names.sort();
        names
    };
    let host = address.replace(':', "-");
    let all = vec![format!("blog-{host}"), "collector".to_owned(), format!("files-{host}")];
    // A list is told of after its targets. It may not have been answered in time.
    let is_told = |status: &whippet_api::Status| {
        let of_entry = |error: &String| error.starts_with("an entry");
        status.lists.iter().any(|list| list.name == "fleet" && list.error.as_ref().is_some_and(of_entry))
    };
    let status = status_when(&program, |status| {
        names(status) == all && status.targets.iter().all(|target| target.up) && is_told(status)
    })
    .await;
    let fleet = status.lists.iter().find(|list| list.name == "fleet").unwrap();
    assert_eq!((fleet.targets, fleet.left_out), (1, 1));
    assert_eq!(fleet.error.as_deref(), Some("an entry is no object with a list `targets`"));
    assert_eq!(status.targets.last().unwrap().name, "collector");

    *list.lock().unwrap() = format!("[{}]", entry("shop"));
    std::fs::write(&file, "no list").unwrap();
    let changed = vec!["collector".to_owned(), format!("files-{host}"), format!("shop-{host}")];
    let status = status_when(&program, |status| {
        names(status) == changed
            && status.lists.iter().any(|list| list.name == "files" && list.error.is_some())
    })
    .await;
    // A list that cannot be read changes nothing.
    let files = status.lists.iter().find(|list| list.name == "files").unwrap();
    assert!(
        files.targets == 1 && files.error.as_ref().unwrap().contains(".json: the list must be JSON"),
        "{files:?}"
    );
}

#[test]
fn a_wrong_configuration_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("whippet.toml");
    let run = |config: &str| {
        std::fs::write(&file, config).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_whippet"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(&file);
        command.arg("--data").arg(folder.path().join("data"));
        let output = command.output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = run("[[target]]\nname = 'a'\nurll = 'http://a/'\n");
    assert!(said.contains("whippet.toml: line 3: `urll` is not known: did you mean `url`?"), "{said}");
    let said = run("[[target]]\nname = 'a'\nurl = 'https://a/'\nca_file = 'none.pem'\n");
    assert!(
        said.contains("whippet.toml: line 1: target 'a': ") && said.contains("none.pem is no PEM file"),
        "{said}"
    );
    assert!(!folder.path().join("data").exists(), "nothing was touched");
}
