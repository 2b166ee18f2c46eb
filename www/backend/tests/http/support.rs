//! The server under test, and its answers.
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use whippet_demo_backend::graph::{Graph, Package, PackageId};
use whippet_demo_backend::http::{App, AppConfig, router};
use whippet_demo_backend::store::Store;

pub struct Server {
    router: Router,
    folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The names in a list, in its order.
    pub fn names(&self) -> Vec<String> {
        let json = self.json();
        json["packages"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned()).collect()
    }
}

fn id(ecosystem: &str, name: &str) -> PackageId {
    PackageId { ecosystem: ecosystem.into(), name: name.into(), version: "1.0.0".into() }
}

/// Three packages: `app` depends on `serde` and `@scope/pkg`.
fn graph() -> Graph {
    let app = Package {
        dependencies: [id("cargo", "serde"), id("npm", "@scope/pkg")].map(|d| (d, "normal".into())).into(),
        ..Package::default()
    };
    let serde = Package {
        description: Some("Serialization".into()),
        licence: Some("MIT".into()),
        features: [("std".into(), vec![]), ("default".into(), vec!["std".into()])].into(),
        ..Package::default()
    };
    let packages = [
        (id("cargo", "app"), app),
        (id("cargo", "serde"), serde),
        (id("npm", "@scope/pkg"), Package::default()),
    ];
    Graph { packages: packages.into() }
}

impl Server {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir(&site).unwrap();
        std::fs::write(site.join("index.html"), "<!doctype html><title>page</title>").unwrap();
        std::fs::write(site.join("main-ABC.js"), "console.log(1)\n".repeat(100)).unwrap();
        let mut store = Store::open(&folder.path().join("data")).unwrap();
        store.import(&graph()).unwrap();
        let collector = "http://collector.test:7300".into();
        let app = App::new(store, AppConfig { site, collector, ..AppConfig::default() });
        Self { router: router(app), folder }
    }

    /// Restarts the server on the same data.
    pub fn restart(self) -> Self {
        let mut store = Store::open(&self.folder.path().join("data")).unwrap();
        store.import(&graph()).unwrap();
        Self { router: router(App::new(store, AppConfig::default())), folder: self.folder }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn send(&self, method: &str, path: &str) -> Answer {
        self.ask(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await
    }

    pub async fn switch(&self, body: &'static str) -> Answer {
        let request = Request::put("/api/faults").header("content-type", "application/json");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
