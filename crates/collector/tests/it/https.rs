//! Backends behind TLS, and the secrets in their addresses.
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::program::{Program, request};

/// Starts a backend with a certificate of its own authority, whose certificate it writes to `folder`. Returns its port and the
/// last request.
async fn backend(folder: &Path) -> (u16, Arc<Mutex<String>>) {
    backend_for(folder, false).await
}

/// The same. `known`: only for those who show a certificate of the same authority, such as `collector.pem`.
async fn backend_for(folder: &Path, known: bool) -> (u16, Arc<Mutex<String>>) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let own = KeyPair::generate().unwrap();
    let params = CertificateParams::new([]).unwrap();
    std::fs::write(folder.join("collector.pem"), params.signed_by(&own, &authority).unwrap().pem()).unwrap();
    std::fs::write(folder.join("collector.key"), own.serialize_pem()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = match known {
        true => config.with_client_cert_verifier(verifier.build().unwrap()),
        false => config.with_no_client_auth(),
    };
    let config = config.with_single_cert(vec![certificate.der().clone()], secret).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let sent = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&sent);
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let mut head = [0; 4096];
            // On a busy machine a scrape may be given up before it has asked.
            let Ok(length @ 1..) = stream.read(&mut head).await else { continue };
            *kept.lock().unwrap() = String::from_utf8_lossy(&head[..length]).into_owned();
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nmemory 1\n";
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, sent)
}

/// All public answers and the log, once `wanted` is in them.
async fn seen(program: &Program, wanted: &str) -> String {
    for _ in 0..600 {
        let parts = ["GET /api/status", "GET /api/overview", "GET /metrics"];
        let shown: String =
            parts.map(|head| request(&program.address, head, "").unwrap()).concat() + &program.log();
        if shown.contains(wanted) {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never saw {wanted} in {}", program.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_behind_tls_is_scraped_and_its_password_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (port, sent) = backend(folder.path()).await;
    let target = format!("shop=https://prom:open%20sesame@localhost:{port}/metrics?token=opaque");
    let program = Program::start_with(&folder.path().join("data"), |command| {
        command.args(["--scrape", &target, "--scrape-interval", "5s", "--scrape-timeout", "5s"]);
        command.env("SSL_CERT_FILE", folder.path().join("ca.pem")).env("RUST_LOG", "trace");
    });
    let shown = seen(&program, "whippet_scrapes_total{target=\"shop\",result=\"success\"}").await;
    assert!(shown.contains(&format!("https://localhost:{port}/metrics?…")), "{shown}");
    for secret in ["prom:", "sesame", "opaque", "cHJvbTpvcGVuIHNlc2FtZQ"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let sent = sent.lock().unwrap().clone();
    assert!(sent.starts_with("GET /metrics?token=opaque HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("authorization: Basic cHJvbTpvcGVuIHNlc2FtZQ==\r\n"), "{sent}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_may_have_an_authority_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (port, sent) = backend(folder.path()).await;
    let file = folder.path().join("whippet.toml");
    let target = |name: &str, more: &str| {
        format!("[[target]]\nname = '{name}'\nurl = 'https://localhost:{port}/{name}'\n{more}\n")
    };
    let basic = "basic = { username = 'prom', password = { env = 'SHOP_PASSWORD' } }";
    std::fs::write(&file, target("shop", &format!("ca_file = 'ca.pem'\n{basic}")) + &target("other", ""))
        .unwrap();
    let system = tempfile::tempdir().unwrap();
    let _ = backend(system.path()).await;
    let program = Program::start_with(&folder.path().join("data"), |command| {
        command.arg("--config").arg(&file).args(["--scrape-interval", "5s"]).env("RUST_LOG", "trace");
        command.env("SSL_CERT_FILE", system.path().join("ca.pem")).env("SHOP_PASSWORD", "open sesame");
    });
    let shown = seen(&program, "whippet_scrapes_total{target=\"shop\",result=\"success\"}").await;
    assert!(!shown.contains("sesame") && !shown.contains("cHJvbTpvcGVuIHNlc2FtZQ"), "{shown}");
    let sent = sent.lock().unwrap().clone();
    assert!(
        sent.starts_with("GET /shop ") && sent.contains("authorization: Basic cHJvbTpvcGVuIHNlc2FtZQ==\r\n"),
        "{sent}"
    );
    // The target beside it trusts the system's authorities alone.
    let shown = seen(&program, "whippet_scrapes_total{target=\"other\",result=\"failure\"}").await;
    assert!(!shown.contains("whippet_scrapes_total{target=\"other\",result=\"success\"}"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_is_renewed_is_trusted_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (port, _) = backend(folder.path()).await;
    let before = tempfile::tempdir().unwrap();
    let _ = backend(before.path()).await;
    let (trusted, file) = (folder.path().join("trusted.pem"), folder.path().join("whippet.toml"));
    std::fs::copy(before.path().join("ca.pem"), &trusted).unwrap();
    let target =
        format!("[[target]]\nname = 'shop'\nurl = 'https://localhost:{port}/'\nca_file = 'trusted.pem'\n");
    std::fs::write(&file, target).unwrap();
    let program = Program::start_with(&folder.path().join("data"), |command| {
        command.arg("--config").arg(&file).args(["--scrape-interval", "1s"]);
    });
    seen(&program, "whippet_scrapes_total{target=\"shop\",result=\"failure\"}").await;
    // In the midst of the renewal, and then at its end.
    std::fs::write(&trusted, "-----BEGIN CERTIFICATE-----\n").unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    std::fs::rename(folder.path().join("ca.pem"), &trusted).unwrap();
    seen(&program, "whippet_scrapes_total{target=\"shop\",result=\"success\"}").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_untrusted_certificate_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (port, sent) = backend(folder.path()).await;
    let other = tempfile::tempdir().unwrap();
    let _ = backend(other.path()).await;
    let program = Program::start_with(&folder.path().join("data"), |command| {
        command.args(["--scrape", &format!("shop=https://me:secret@localhost:{port}/metrics")]);
        command.env("SSL_CERT_FILE", other.path().join("ca.pem"));
    });
    let shown = seen(&program, "set SSL_CERT_FILE, or the target's `ca_file`, to its certificate").await;
    assert!(shown.contains("invalid peer certificate"), "{shown}");
    assert!(sent.lock().unwrap().is_empty(), "no request was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_may_want_to_know_the_collector() {
    let folder = tempfile::tempdir().unwrap();
    let (port, _) = backend_for(folder.path(), true).await;
    let file = folder.path().join("whippet.toml");
    let target = |name: &str, more: &str| {
        format!(
            "[[target]]\nname = '{name}'\nurl = 'https://localhost:{port}/'\nca_file = 'ca.pem'\n{more}\n"
        )
    };
    let own = "cert_file = 'collector.pem'\nkey_file = 'collector.key'";
    std::fs::write(&file, target("known", own) + &target("unknown", "")).unwrap();
    let program = Program::start_with(&folder.path().join("data"), |command| {
        command.arg("--config").arg(&file).args(["--scrape-interval", "1s"]);
    });
    seen(&program, "whippet_scrapes_total{target=\"known\",result=\"success\"}").await;
    let shown = seen(&program, "the backend wants a certificate that it trusts").await;
    assert!(!shown.contains("whippet_scrapes_total{target=\"unknown\",result=\"success\"}"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_without_tls_is_said_to_have_none() {
    let folder = tempfile::tempdir().unwrap();
    let _ = backend(folder.path()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    let program = Program::start_with(&folder.path().join("data"), |command| {
        command.args(["--scrape", &format!("shop=https://localhost:{port}/metrics")]);
        command.env("SSL_CERT_FILE", folder.path().join("ca.pem"));
    });
    seen(&program, "does not speak TLS: is it http:// instead of https://?").await;
}
