//! Servers as their owners set them up: with TLS, with time limits, full of connections, behind a pooler. What cannot work is
//! said when the collector starts.
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use whippet_load::beacons::Beacons;
use whippet_load::client::Client;
use whippet_load::server::{Data, Server as Collector};
use whippet_test_postgres::{Account, Programs, Server, Settings};

use crate::faults::program;
use crate::many::folder;
use crate::schema::Schema;

fn programs() -> Option<Programs> {
    if std::env::var(whippet_test_postgres::URL).is_err() {
        println!("left out: {} names no server", whippet_test_postgres::URL);
        return None;
    }
    Programs::find(None)
}

/// What a collector says that does not start.
fn refused(url: &str) -> String {
    match Collector::collector(program(), &Data::Url(url.to_owned()), &[]) {
        Ok(_) => panic!("it started at {url}"),
        Err(error) => error.to_string(),
    }
}

/// The same of a server that was told just now to read its settings again.
fn refused_soon(url: &str) -> String {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        match Collector::collector(program(), &Data::Url(url.to_owned()), &[]) {
            Ok(_) => assert!(Instant::now() < until, "it started at {url}"),
            Err(error) => return error.to_string(),
        }
    }
}

/// Starts a collector, which acknowledges some beacons, each after a pause.
fn acknowledges(url: &str, pause: Duration) {
    let collector = Collector::collector(program(), &Data::Url(url.to_owned()), &[]).unwrap();
    let beacons = Beacons { seed: 9, start: 1_790_000_000_000, open: 10 };
    for number in 0..6 {
        let answer = Client::new(&collector.address).post(&beacons.beacon(number)).unwrap();
        assert_eq!(answer.status, 204, "{}", collector.log());
        std::thread::sleep(pause);
    }
    let status: serde_json::Value = serde_json::from_str(&collector.get("/api/status").unwrap()).unwrap();
    assert_eq!(
        (status["beacons"].as_u64(), &status["store"]["trouble"]),
        (Some(6), &serde_json::Value::Null)
    );
    collector.stop().unwrap();
}

/// An authority, and what it signs.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate of that name, until the end of that year, and its key.
    fn signs(&self, name: &str, year: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn write(&self, file: &Path) -> String {
        std::fs::write(file, self.0.pem()).unwrap();
        file.to_str().unwrap().replace('/', "%2F")
    }
}

#[test]
fn the_certificate_of_a_server_is_checked_as_sslmode_says() {
    let (folder, Some(programs)) = (folder(), programs()) else { return };
    let (authority, stranger) = (Authority::new("known"), Authority::new("unknown"));
    let known = authority.write(&folder.path().join("known.pem"));
    let unknown = stranger.write(&folder.path().join("unknown.pem"));
    let settings = Settings { certificate: Some(authority.signs("localhost", 2090)), ..Settings::default() };
    let mut server = Server::create(programs.clone(), &folder.path().join("tls"), settings).unwrap();
    // By the name that the certificate has, and by an address that it has not.
    let [by_name, by_address] = ["localhost", "127.0.0.1"].map(|host| {
        let url = server.url().replace("127.0.0.1", host);
        move |options: &str| format!("{url}?schema=tls&{options}")
    });
    for url in [
        by_name(&format!("sslmode=verify-full&sslrootcert={known}")),
        // Of what a certificate may have, only the name is not looked at.
        by_address(&format!("sslmode=verify-ca&sslrootcert={known}")),
        by_address("sslmode=require"),
        by_address("sslmode=prefer"),
        by_address("sslmode=disable"),
    ] {
        acknowledges(&url, Duration::ZERO);
    }
    let encrypted = "SELECT count(*) FROM pg_stat_ssl WHERE ssl AND pid <> pg_backend_pid()";
    let collector = Collector::collector(program(), &Data::Url(by_address("sslmode=require")), &[]).unwrap();
    assert_ne!(server.sql(encrypted).unwrap(), "0");
    drop(collector);
    for (url, reason) in [
        (by_address(&format!("sslmode=verify-full&sslrootcert={known}")), "not valid for name"),
        (by_name(&format!("sslmode=verify-full&sslrootcert={unknown}")), "UnknownIssuer"),
        (by_address(&format!("sslmode=verify-ca&sslrootcert={unknown}")), "UnknownIssuer"),
        // As PostgreSQL's own client has it, whoever names authorities wants them asked.
        (by_address(&format!("sslmode=require&sslrootcert={unknown}")), "UnknownIssuer"),
        (by_name("sslmode=verify-full&sslrootcert=%2Fnone.pem"), "cannot read the certificates /none.pem"),
    ] {
        let said = refused(&url);
        assert!(said.contains(reason), "{url}: {said}");
    }
    // A server that has TLS, and lets users in without it only.
    std::fs::write(server.data().join("pg_hba.conf"), "hostnossl all all 127.0.0.1/32 trust\n").unwrap();
    server.sql("SELECT pg_reload_conf()").unwrap();
    let said = refused_soon(&by_address("sslmode=require"));
    assert!(said.contains("no pg_hba.conf entry"), "{said}");
    acknowledges(&by_address("sslmode=prefer"), Duration::ZERO);
    server.stop();
    let settings = Settings { certificate: Some(authority.signs("localhost", 2021)), ..Settings::default() };
    let mut server = Server::create(programs.clone(), &folder.path().join("old"), settings).unwrap();
    let url = server.url().replace("127.0.0.1", "localhost");
    for mode in ["verify-full", "verify-ca"] {
        let said = refused(&format!("{url}?sslmode={mode}&sslrootcert={known}"));
        assert!(said.contains("expired"), "{said}");
    }
    server.stop();
    let server = Server::create(programs, &folder.path().join("plain"), Settings::default()).unwrap();
    let said = refused(&format!("{}?sslmode=require", server.url()));
    assert!(said.contains("server does not support TLS"), "{said}");
    acknowledges(&format!("{}?sslmode=prefer", server.url()), Duration::ZERO);
}

#[test]
fn certificates_that_are_renewed_while_a_collector_runs_are_read_again() {
    let (folder, Some(programs)) = (folder(), programs()) else { return };
    let (first, second) = (Authority::new("first"), Authority::new("second"));
    let file = folder.path().join("roots.pem");
    let roots = first.write(&file);
    let settings = Settings { certificate: Some(first.signs("localhost", 2090)), ..Settings::default() };
    let server = Server::create(programs, &folder.path().join("renewed"), settings).unwrap();
    let url = server.url().replace("127.0.0.1", "localhost");
    let url = format!("{url}?sslmode=verify-full&sslrootcert={roots}");
    let collector = Collector::collector(program(), &Data::Url(url), &[]).unwrap();
    let beacons = Beacons { seed: 9, start: 1_790_000_000_000, open: 10 };
    let post = |number| Client::new(&collector.address).post(&beacons.beacon(number)).unwrap().status;
    assert_eq!(post(0), 204);
    second.write(&file);
    let (certificate, key) = second.signs("localhost", 2090);
    for (name, text) in [("server.crt", certificate), ("server.key", key)] {
        std::fs::write(folder.path().join("renewed").join(name), text).unwrap();
    }
    server.sql("SELECT pg_reload_conf()").unwrap();
    server
        .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'whippet'")
        .unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while post(1) != 204 {
        assert!(Instant::now() < until, "{}", collector.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    collector.stop().unwrap();
}

#[test]
fn time_limits_of_a_server_are_not_the_collectors() {
    let (folder, Some(programs)) = (folder(), programs()) else { return };
    let limits = [
        "statement_timeout=50ms",
        "lock_timeout=1ms",
        "idle_in_transaction_session_timeout=20ms",
        "idle_session_timeout=300ms",
        "default_transaction_isolation=serializable",
        "default_transaction_deferrable=on",
        "bytea_output=escape",
        "standard_conforming_strings=off",
        "synchronous_commit=off",
        "search_path=nowhere",
        "row_security=off",
        "datestyle=SQL,DMY",
    ];
    // The setting is of PostgreSQL 17.
    let transactions = (programs.version() >= Some(17)).then_some("transaction_timeout=50ms");
    let server = Server::create(programs, &folder.path().join("limits"), Settings::default()).unwrap();
    for limit in limits.into_iter().chain(transactions) {
        let (name, value) = limit.split_once('=').unwrap();
        server.sql(&format!("ALTER SYSTEM SET {name} = '{value}'")).unwrap();
    }
    server.sql("SELECT pg_reload_conf()").unwrap();
    // Longer than a session may be idle.
    acknowledges(&server.url(), Duration::from_millis(400));
}

#[test]
fn a_server_without_a_connection_to_spare_is_said_at_the_start() {
    let (Some(schema), Some(programs)) = (Schema::new(), Programs::find(None)) else { return };
    let server = std::env::var(whippet_test_postgres::URL).unwrap();
    let sql = |text: &str| whippet_test_postgres::psql(&programs, &server, text).unwrap();
    let role = format!("crowded_{}", std::process::id());
    sql(&format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 0; GRANT CREATE ON DATABASE whippet TO {role}"));
    let user = server.split("://").nth(1).and_then(|rest| rest.split('@').next()).unwrap();
    let url = schema.url().replacen(user, &role, 1);
    let said = refused(&url);
    assert!(
        said.contains("cannot connect to the database at") && said.contains("too many connections"),
        "{said}"
    );
    sql(&format!("ALTER ROLE {role} CONNECTION LIMIT -1"));
    acknowledges(&url, Duration::ZERO);
    drop(schema);
    sql(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"));
}

#[test]
fn of_several_hosts_the_one_that_can_be_written_is_found() {
    let (Some(schema), Some(programs)) = (Schema::new(), Programs::find(None)) else { return };
    let (server, folder) = (host(&schema.url()), folder());
    let reader = Server::create(programs, &folder.path().join("reader"), Settings::default()).unwrap();
    reader.sql("ALTER SYSTEM SET default_transaction_read_only = on").unwrap();
    reader.sql("SELECT pg_reload_conf()").unwrap();
    // The first is not there, and the second, as a standby, only reads.
    let hosts = ["127.0.0.1:1".to_owned(), format!("127.0.0.1:{}", reader.port())];
    acknowledges(
        &schema.url().replacen(&server, &format!("{},{server}", hosts.join(",")), 1),
        Duration::ZERO,
    );
    let said = refused(&schema.url().replacen(&server, &hosts.join(","), 1));
    for host in hosts {
        assert!(said.contains(&format!("cannot connect to the database at {host}: ")), "{said}");
    }
}

/// `HOST:PORT` of `postgres://USER@HOST:PORT/DATABASE`.
fn host(url: &str) -> String {
    let (_, rest) = url.split_once('@').unwrap();
    rest.split(['/', '?']).next().unwrap().to_owned()
}

/// A running PgBouncer, ended when dropped.
struct Pooler(Child, u16);

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// PgBouncer before the server for tests, to which it has that many connections. `None` where it is not installed.
fn pooler(folder: &Path, mode: &str, connections: u16) -> Option<Pooler> {
    pooler_with(folder, mode, connections, "")
}

/// The same with a setting more.
fn pooler_with(folder: &Path, mode: &str, connections: u16, more: &str) -> Option<Pooler> {
    let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
    let Some(program) = program.iter().find(|program| Path::new(program).exists()) else {
        println!("left out: there is no PgBouncer (Debian: apt-get install pgbouncer)");
        return None;
    };
    let server = host(&std::env::var(whippet_test_postgres::URL).ok()?);
    let (name, port) = server.rsplit_once(':').unwrap();
    let own = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::fs::write(folder.join("users"), "\"whippet\" \"\"\n").unwrap();
    let settings = format!(
        "[databases]\n* = host={name} port={port} user=whippet\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {own}\nunix_socket_dir =\n\
         auth_type = any\nauth_file = {}\npool_mode = {mode}\ndefault_pool_size = {connections}\n{more}\n",
        folder.join("users").display()
    );
    let file = folder.join("pgbouncer.ini");
    std::fs::write(&file, settings).unwrap();
    let mut command = Account::here().command(program);
    let child = command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pooler = Pooler(child, own);
    let until = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", own)).is_err() {
        assert!(Instant::now() < until, "PgBouncer does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(pooler)
}

#[test]
fn a_pooler_may_keep_sessions_and_not_share_them() {
    let (Some(schema), folder) = (Schema::new(), folder()) else { return };
    let server = host(&schema.url());
    let through = |pooler: &Pooler| schema.url().replacen(&server, &format!("127.0.0.1:{}", pooler.1), 1);
    for (mode, connections) in [("transaction", 20), ("transaction", 1), ("statement", 20)] {
        let Some(pooler) = pooler(folder.path(), mode, connections) else { return };
        let said = refused(&through(&pooler));
        assert!(said.contains("pool_mode=session"), "{mode}: {said}");
        let (url, to) = (through(&pooler), folder.path().join("to"));
        let to = to.to_str().unwrap();
        for arguments in [
            &["migrate", "--to", to, "--from", &url][..],
            &["backup", to, "--store", &url],
            &["names", "list", "--store", &url],
        ] {
            let moved = Command::new(program()).args(arguments).output().unwrap();
            assert!(String::from_utf8_lossy(&moved.stderr).contains("pool_mode=session"), "{moved:?}");
        }
    }
    let pooler = pooler(folder.path(), "session", 20).unwrap();
    acknowledges(&through(&pooler), Duration::ZERO);
}

#[test]
fn a_pooler_that_hands_out_its_connections_in_turn_is_refused() {
    let (Some(schema), Some(programs), folder) = (Schema::new(), Programs::find(None), folder()) else {
        return;
    };
    let Some(pooler) = pooler_with(folder.path(), "transaction", 2, "server_round_robin = 1") else { return };
    let url = schema.url().replacen(&host(&schema.url()), &format!("127.0.0.1:{}", pooler.1), 1);
    let plain = url.split('?').next().unwrap();
    // Both connections are open: of two, each session would get its own again and again.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| whippet_test_postgres::psql(&programs, plain, "SELECT pg_sleep(0.5)").unwrap());
        }
    });
    let said = refused(&url);
    assert!(said.contains("pool_mode=session"), "{said}");
}

#[test]
fn a_pooler_that_begins_to_share_sessions_is_refused_while_a_collector_runs() {
    let (Some(schema), Some(programs), folder) = (Schema::new(), Programs::find(None), folder()) else {
        return;
    };
    let Some(pooler) = pooler(folder.path(), "session", 20) else { return };
    let name = format!("shares_{}", std::process::id());
    let through = schema.url().replacen(&host(&schema.url()), &format!("127.0.0.1:{}", pooler.1), 1);
    let url = format!("{through}&application_name={name}");
    let collector = Collector::collector(program(), &Data::Url(url), &[]).unwrap();
    let beacons = Beacons { seed: 9, start: 1_790_000_000_000, open: 10 };
    assert_eq!(Client::new(&collector.address).post(&beacons.beacon(0)).unwrap().status, 204);
    let file = folder.path().join("pgbouncer.ini");
    let settings = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, settings.replace("pool_mode = session", "pool_mode = transaction")).unwrap();
    assert!(Command::new("kill").args(["-HUP", &pooler.0.id().to_string()]).status().unwrap().success());
    // Its sessions end, and new ones begin, which the pooler shares.
    let server = std::env::var(whippet_test_postgres::URL).unwrap();
    let end = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{name}'"
    );
    let until = Instant::now() + Duration::from_secs(30);
    for number in 1.. {
        whippet_test_postgres::psql(&programs, &server, &end).unwrap();
        let _ = Client::new(&collector.address).post(&beacons.beacon(number));
        if collector.log().contains("pool_mode=session") {
            break;
        }
        assert!(Instant::now() < until, "{}", collector.log());
        std::thread::sleep(Duration::from_millis(200));
    }
}
