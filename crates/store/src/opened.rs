//! Opens what everything is kept in: a folder, or a server.
use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::cells::Marks;
use crate::database::{
    self, Access, Database, ErrorKind, Leaders, Place, Server, ServerAddress, Session, Waits, params,
};
use crate::error::StoreError;
use crate::moving::copy::check_finished;
use crate::options::Options;
use crate::{data_folder, schema};

/// How long a move that has ended may still be known to the server.
const ENDING: Duration = Duration::from_secs(5);

/// What is open.
pub struct Opened {
    pub place: Place,
    /// The session that writes.
    pub writer: Box<dyn Database + Send>,
    /// The number of this process in the table `collectors`: 0 in a folder, which one process has.
    pub collector: i64,
    pub leaders: Option<Arc<Leaders>>,
    pub lock: Option<File>,
}

pub fn open(options: &Options) -> Result<Opened, StoreError> {
    match &options.server {
        Some(address) => open_server(address.clone()),
        None => open_folder(options),
    }
}

fn open_folder(options: &Options) -> Result<Opened, StoreError> {
    let lock = data_folder::claim(&options.folder)?;
    let path = options.folder.join(data_folder::DATABASE);
    let mut connection = data_folder::open(&path)?;
    schema::migrate(&mut connection)?;
    schema::configure(&connection)?;
    check_finished(&connection)?;
    Ok(Opened {
        place: Place::File(path),
        writer: Box::new(connection),
        collector: 0,
        leaders: None,
        lock: Some(lock),
    })
}

fn open_server(address: ServerAddress) -> Result<Opened, StoreError> {
    let server = Server::new(address)?;
    // Whoever opens the store may be on a thread that must not wait for connections.
    let (session, collector) = std::thread::scope(|scope| {
        let opening = scope.spawn(|| register(&server));
        opening.join().unwrap_or_else(|_| Err(database::Error::other("opening the database panicked")))
    })?;
    Ok(Opened {
        leaders: Some(Leaders::new(Arc::clone(&server))),
        place: Place::Server(server),
        writer: Box::new(session),
        collector,
        lock: None,
    })
}

/// Brings the tables up to date, and gives this process a number: whatever the number says it wrote, nobody else changes.
fn register(server: &Arc<Server>) -> database::Result<(Session, i64)> {
    database::refuse_pooler(server)?;
    let session = Session::new(Arc::clone(server), Waits::PATIENT);
    let patient: &dyn Database = &session;
    // Taken until this session ends: whoever moves the data has it alone.
    let serving = database::key(server.address().schema(), database::SERVING);
    let sql = "SELECT CAST(pg_try_advisory_lock_shared(?1) AS INTEGER)";
    let until = Instant::now() + ENDING;
    while !patient.scalar::<bool>(sql, params![serving])? {
        if Instant::now() >= until {
            let text = format!("what {} holds is being moved: wait until that is done", server.address());
            return Err(database::Error::new(ErrorKind::Denied, text));
        }
        std::thread::sleep(ENDING / 50);
    }
    database::migrate(&session)?;
    check_finished(patient)?;
    patient.transaction(Access::Write, Marks::add_missing)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64);
    let host = std::env::var("HOSTNAME")
        .ok()
        .or_else(|| std::fs::read_to_string("/etc/hostname").ok())
        .unwrap_or_default();
    let host: String = host.trim().chars().take(255).collect();
    let collector: i64 = patient.scalar(
        "INSERT INTO collectors (host, started, seen) VALUES (?1, ?2, ?2) RETURNING id",
        params![&host, now],
    )?;
    let writer = Session::alone(Arc::clone(server), Waits::WRITER, &format!("writer:{collector}"));
    Ok((writer, collector))
}
