//! What is waiting to be sent: files in a folder, so that it survives a restart. Beyond a size the oldest goes.
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::metrics::{Backlog, Dropped};

/// The most requests that are kept in memory while the folder cannot be written.
const IN_MEMORY: usize = 32;

/// Each file begins with the CRC-32 of the rest.
const HEAD: usize = 4;

const ENDING: &str = "write";

/// A request that is waiting.
#[derive(Debug)]
struct Entry {
    number: u64,
    time: i64,
    samples: u64,
    bytes: u64,
    /// The body, where it is in no file.
    body: Option<Vec<u8>>,
}

/// A request to be sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Names it in the queue.
    pub number: u64,
    /// How many samples it has.
    pub samples: u64,
    /// Its body.
    pub body: Vec<u8>,
}

/// The queue.
#[derive(Debug)]
pub struct Queue {
    folder: PathBuf,
    entries: VecDeque<Entry>,
    next: u64,
    bytes: u64,
    limit: u64,
}

impl Queue {
    /// Opens the queue in `folder`, with what is in it. It takes at most `limit` bytes.
    pub fn open(folder: &Path, limit: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut entries = Vec::new();
        for file in fs::read_dir(folder)? {
            let path = file?.path();
            match described(&path) {
                Some((number, time, samples)) => {
                    let bytes = fs::metadata(&path)?.len();
                    entries.push(Entry { number, time, samples, bytes, body: None });
                }
                // A file that a crash left half written.
                None if path.extension().is_some_and(|ending| ending == "new") => {
                    drop(fs::remove_file(&path))
                }
                None => {}
            }
        }
        entries.sort_unstable_by_key(|entry| entry.number);
        let next = entries.last().map_or(0, |entry| entry.number + 1);
        let bytes = entries.iter().map(|entry| entry.bytes).sum();
        Ok(Self { folder: folder.to_owned(), entries: entries.into(), next, bytes, limit })
    }

    /// Adds a request with that many samples, taken at `time`. With `sync` it is on disk when this returns, and otherwise
    /// soon. Returns what had to go for it, and the error where it could only be kept in memory.
    pub fn push(
        &mut self,
        body: Vec<u8>,
        (samples, time): (u64, i64),
        sync: bool,
    ) -> (Dropped, Option<io::Error>) {
        let number = self.next;
        self.next += 1;
        let mut entry = Entry { number, time, samples, bytes: (HEAD + body.len()) as u64, body: None };
        let error = self.write(&entry, &body, sync).err();
        if error.is_some() {
            entry.body = Some(body);
        }
        self.bytes += entry.bytes;
        self.entries.push_back(entry);
        let mut dropped = Dropped::default();
        while self.bytes > self.limit && self.entries.len() > 1 {
            dropped.full += self.drop_at(0);
        }
        while self.entries.iter().filter(|entry| entry.body.is_some()).count() > IN_MEMORY
            && let Some(oldest) = self.entries.iter().position(|entry| entry.body.is_some())
        {
            dropped.full += self.drop_at(oldest);
        }
        (dropped, error)
    }

    fn write(&self, entry: &Entry, body: &[u8], sync: bool) -> io::Result<()> {
        let path = self.path(entry);
        let new = path.with_extension("new");
        let write = || {
            let mut file = File::create(&new)?;
            file.write_all(&crc32(body).to_le_bytes())?;
            file.write_all(body)?;
            if sync {
                file.sync_data()?;
            }
            fs::rename(&new, &path)
        };
        write().inspect_err(|_| drop(fs::remove_file(&new)))
    }

    /// The oldest request. Those that are damaged are dropped; none is where files cannot be opened now.
    pub fn first(&mut self) -> (Option<Waiting>, Dropped) {
        let mut dropped = Dropped::default();
        while let Some(entry) = self.entries.front() {
            let (number, samples) = (entry.number, entry.samples);
            let body = match &entry.body {
                Some(body) => Some(body.clone()),
                None => match fs::read(self.path(entry)) {
                    Ok(file) => checked(file),
                    Err(error) if is_passing(&error) => return (None, dropped),
                    Err(_) => None,
                },
            };
            match body {
                Some(body) => return (Some(Waiting { number, samples, body }), dropped),
                None => dropped.damaged += self.drop_at(0),
            }
        }
        (None, dropped)
    }

    /// Removes a request, unless it was dropped meanwhile. Returns whether it was there.
    pub fn remove(&mut self, number: u64) -> bool {
        let place = self.entries.iter().position(|entry| entry.number == number);
        place.map(|place| self.drop_at(place)).is_some()
    }

    fn drop_at(&mut self, place: usize) -> u64 {
        let Some(entry) = self.entries.remove(place) else { return 0 };
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        if entry.body.is_none() {
            let _ = fs::remove_file(self.path(&entry));
        }
        entry.samples
    }

    fn path(&self, entry: &Entry) -> PathBuf {
        self.folder.join(format!("{:016}-{}-{}.{ENDING}", entry.number, entry.time, entry.samples))
    }

    /// All that waits.
    pub fn backlog(&self) -> Backlog {
        Backlog { bytes: self.bytes, samples: self.samples(), oldest: self.oldest() }
    }

    /// How many bytes wait.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many samples wait.
    pub fn samples(&self) -> u64 {
        self.entries.iter().map(|entry| entry.samples).sum()
    }

    /// The time of the oldest samples, ms since the epoch.
    pub fn oldest(&self) -> Option<i64> {
        self.entries.front().map(|entry| entry.time)
    }
}

/// Number, time and samples of a file of the queue.
fn described(path: &Path) -> Option<(u64, i64, u64)> {
    let name = path.file_name()?.to_str()?.strip_suffix(ENDING)?.strip_suffix('.')?;
    let mut parts = name.split('-');
    let found = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(found)
}

/// Whether the process or its rights are to blame, and not the file: too many files are open (`EMFILE`, `ENFILE`).
fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, OutOfMemory, PermissionDenied};
    matches!(error.raw_os_error(), Some(23 | 24))
        || matches!(error.kind(), Interrupted | OutOfMemory | PermissionDenied)
}

/// The body of a file, unless it is damaged.
fn checked(file: Vec<u8>) -> Option<Vec<u8>> {
    let (head, body) = file.split_first_chunk::<HEAD>()?;
    (u32::from_le_bytes(*head) == crc32(body)).then(|| body.to_vec())
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_opened_now_is_not_damaged() {
        for code in [23, 24] {
            assert!(is_passing(&io::Error::from_raw_os_error(code)), "{code}");
        }
        assert!(!is_passing(&io::ErrorKind::NotFound.into()) && !is_passing(&io::ErrorKind::Other.into()));
    }

    fn open(folder: &tempfile::TempDir, limit: u64) -> Queue {
        Queue::open(&folder.path().join("queue"), limit).unwrap()
    }

    fn bodies(queue: &mut Queue) -> Vec<Vec<u8>> {
        let mut bodies = Vec::new();
        while let (Some(first), _) = queue.first() {
            assert!(queue.remove(first.number));
            bodies.push(first.body);
        }
        bodies
    }

    #[test]
    fn it_survives_a_restart_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = open(&folder, 1000);
        for body in 0..12 {
            assert!(queue.push(vec![body], (2, body.into()), true).1.is_none());
        }
        assert!(queue.remove(0) && !queue.remove(0));
        std::fs::write(folder.path().join("queue/0000000000000099-0-0.new"), "half").unwrap();
        let mut queue = open(&folder, 1000);
        assert_eq!((queue.samples(), queue.bytes(), queue.oldest()), (22, 55, Some(1)));
        queue.push(vec![99], (1, 99), false);
        let expected: Vec<Vec<u8>> = (1..12).chain([99]).map(|body| vec![body]).collect();
        assert_eq!(bodies(&mut queue), expected);
        assert_eq!(std::fs::read_dir(folder.path().join("queue")).unwrap().count(), 0);
    }

    #[test]
    fn the_oldest_goes_when_it_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = open(&folder, 30);
        queue.push(vec![1; 6], (5, 1), true);
        queue.push(vec![2; 6], (7, 2), true);
        let (first, _) = queue.first();
        assert_eq!(queue.push(vec![3; 16], (1, 3), true).0, Dropped { full: 5, damaged: 0 });
        assert!(!queue.remove(first.unwrap().number), "it was being sent");
        assert_eq!(queue.push(vec![4; 100], (1, 4), true).0.full, 8, "one always stays");
        assert_eq!(bodies(&mut queue), [vec![4; 100]]);
    }

    #[test]
    fn a_damaged_file_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = open(&folder, 1000);
        for body in 0..3 {
            queue.push(vec![body; 8], (4, 0), true);
        }
        let mut files: Vec<_> = std::fs::read_dir(folder.path().join("queue"))
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        files.sort();
        std::fs::write(&files[0], [1, 2]).unwrap();
        std::fs::remove_file(&files[1]).unwrap();
        let (first, dropped) = queue.first();
        assert_eq!((first.unwrap().body, dropped), (vec![2; 8], Dropped { full: 0, damaged: 8 }));
    }

    #[test]
    fn what_cannot_be_written_is_kept_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = open(&folder, 100_000);
        queue.push(vec![0], (1, 0), true);
        std::fs::remove_dir_all(folder.path().join("queue")).unwrap();
        let mut dropped = 0;
        for body in 0..IN_MEMORY as u8 + 3 {
            let (gone, error) = queue.push(vec![body], (1, 0), true);
            assert!(error.is_some());
            dropped += gone.full;
        }
        assert_eq!(dropped, 3);
        assert_eq!(bodies(&mut queue).len(), IN_MEMORY);
    }

    proptest! {
        // Files and JSON take their time.
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn its_size_is_bounded(sizes in prop::collection::vec(0..60usize, 0..40), limit in 40..200u64) {
            let folder = tempfile::tempdir().unwrap();
            let mut queue = open(&folder, limit);
            let (mut kept, mut dropped) = (0, 0);
            for (time, size) in sizes.into_iter().enumerate() {
                dropped += queue.push(vec![1; size], (1, time as i64), false).0.full;
                kept += 1;
                prop_assert!(queue.bytes() <= limit.max(64));
            }
            prop_assert_eq!(bodies(&mut queue).len() as u64, kept - dropped);
            prop_assert_eq!(queue.bytes(), 0);
        }
    }
}
