//! What the dashboard's questions cost over ninety days of three hundred pages, on SQLite and, where `WHIPPET_TEST_POSTGRES` names a
//! server, on PostgreSQL: `cargo xtask bench reports`. A
//! word selects the questions that have it in their name.
use std::sync::Arc;
use std::time::Instant;

use whippet_store::database::{Access, Database, Server, Session, Waits, migrate, register_functions};
use whippet_store::{Options, Store, StoreMetrics};

#[path = "../tests/support/mod.rs"]
mod support;

use support::counting::Counting;
use support::history::{DAYS, PAGES, fill};
use support::questions::{QUESTIONS, last};

/// How often a question is asked. The median counts.
const TIMES: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    runtime.block_on(async {
        let store = Store::open(Options::new(folder.path()), Arc::new(StoreMetrics::default()))?;
        store.close().await;
        Ok::<_, whippet_store::StoreError>(())
    })?;
    let connection = rusqlite::Connection::open(folder.path().join("whippet.db"))?;
    register_functions(&connection)?;
    measure("SQLite", &connection)?;
    match std::env::var("WHIPPET_TEST_POSTGRES") {
        Ok(url) => on_server(&url),
        Err(_) => {
            println!("PostgreSQL is left out: WHIPPET_TEST_POSTGRES names no server");
            Ok(())
        }
    }
}

/// In a schema of its own, which is dropped at the end.
fn on_server(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let joint = if url.contains('?') { '&' } else { '?' };
    let schema = format!("bench_{}", std::process::id());
    let server = Server::new(format!("{url}{joint}schema={schema}").parse()?)?;
    let session = Session::new(server, Waits::PATIENT);
    migrate(&session)?;
    let measured = measure("PostgreSQL", &session);
    session.execute_batch(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))?;
    measured
}

fn measure(engine: &str, db: &dyn Database) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    db.transaction(Access::Write, |db| fill(db, DAYS, PAGES, 40))?;
    println!("{engine}: {DAYS} days of {PAGES} pages, written in {:.1} s", started.elapsed().as_secs_f64());
    if let Some(connection) = db.sqlite() {
        // As a collector leaves it: all is in the file, and nothing in its log.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    println!("| question | 7 days, ms | CPU, ms | rows | 90 days, ms | CPU, ms | rows |");
    println!("|---|---|---|---|---|---|---|");
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for (name, ask) in QUESTIONS.into_iter().filter(|question| question.0.contains(&only)) {
        let mut cells = Vec::new();
        for days in [7, 90] {
            let counting = Counting::new(db);
            let mut times = Vec::new();
            for _ in 0..TIMES {
                counting.take();
                let (started, cpu) = (Instant::now(), cpu());
                db.transaction(Access::Read, |_| ask(&counting, &last(days)))?;
                times.push((started.elapsed().as_secs_f64() * 1000.0, self::cpu() - cpu));
            }
            times.sort_by(|a, b| a.1.total_cmp(&b.1));
            let (wall, cpu) = times[TIMES / 2];
            cells.push(format!("{wall:.1} | {cpu:.1} | {}", counting.take()));
        }
        println!("| {name} | {} |", cells.join(" | "));
    }
    Ok(())
}

/// How long this thread has run on a processor, ms. 0 where the system does not tell.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: Option<f64> = text.split(' ').next().and_then(|field| field.parse().ok());
    nanoseconds.unwrap_or(0.0) / 1e6
}
