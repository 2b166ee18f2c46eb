//! Reads a list.
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::entries::{Entries, entries};
use super::{List, Place};
use crate::scrape::fetch::{FetchError, Fetcher};
use crate::scrape::filter::Glob;
use crate::scrape::settings::Settings;

/// The largest list, bytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// The most files of one pattern.
const FILES: usize = 100;

/// Why a list could not be read.
#[derive(Debug)]
pub enum ListError {
    /// It could not be fetched.
    Fetch(FetchError),
    /// A file could not be read.
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is no list.
    Format(serde_json::Error),
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(error) => error.fmt(f),
            Self::File { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Self::Format(error) => {
                write!(
                    f,
                    "the list must be JSON, [{{\"targets\": [\"host:port\"], \"labels\": {{}}}}]: {error}"
                )
            }
        }
    }
}

impl std::error::Error for ListError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fetch(error) => Some(error),
            Self::File { source, .. } => Some(source),
            Self::Format(error) => Some(error),
        }
    }
}

impl List {
    /// Reads all of it.
    ///
    /// # Errors
    /// If any part of it cannot be read: a list that is half there would end targets that are still there.
    pub async fn read(&self, fetcher: &Fetcher) -> Result<Entries, ListError> {
        match &self.place {
            Place::Http(address) => {
                let settings = Settings {
                    headers: self.settings.headers.clone(),
                    tls: self.settings.tls.clone(),
                    max_size: Some(LARGEST),
                    ..Settings::default()
                };
                let text = fetcher.get(address, &settings).await.map_err(ListError::Fetch)?;
                entries(&text.bytes, self).map_err(ListError::Format)
            }
            Place::Files(patterns) => {
                let (list, patterns) = (self.clone(), patterns.clone());
                let read = move || read_files(&list, &patterns);
                tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| {
                    Err(ListError::File { path: PathBuf::new(), source: std::io::Error::other(error) })
                })
            }
        }
    }
}

fn read_files(list: &List, patterns: &[PathBuf]) -> Result<Entries, ListError> {
    let mut all = Entries::default();
    let mut paths = Vec::new();
    for pattern in patterns {
        let (found, more) = files(pattern)?;
        paths.extend(found);
        if more > 0 {
            all.leave_out(format!(
                "{} stands for more than {FILES} files: write several patterns",
                pattern.display()
            ));
            all.left_out += more - 1;
        }
    }
    for path in paths {
        let failed = |source| ListError::File { path: path.clone(), source };
        let mut text = Vec::new();
        let file = std::fs::File::open(&path).map_err(failed)?;
        file.take(LARGEST as u64 + 1).read_to_end(&mut text).map_err(failed)?;
        if text.len() > LARGEST {
            return Err(failed(std::io::Error::other("it is larger than 4 MiB")));
        }
        // Of many files it matters which one.
        let part = entries(&text, list)
            .map_err(|error| failed(std::io::Error::other(ListError::Format(error).to_string())))?;
        for target in part.targets {
            if all.targets.iter().any(|other| other.name == target.name) {
                all.leave_out(format!("two targets are called {}", target.name));
            } else {
                all.targets.push(target);
            }
        }
        all.left_out += part.left_out;
        all.first = all.first.or(part.first);
    }
    Ok(all)
}

/// The files that a path with `*` in its last part stands for, sorted, and how many more there are than are read.
fn files(pattern: &Path) -> Result<(Vec<PathBuf>, usize), ListError> {
    let name = pattern.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !name.contains('*') {
        return Ok((vec![pattern.to_owned()], 0));
    }
    let folder = pattern.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let glob = Glob::new(name);
    let read = std::fs::read_dir(folder);
    let mut files: Vec<PathBuf> = read
        .map_err(|source| ListError::File { path: folder.to_owned(), source })?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| glob.matches(name)))
        .collect();
    files.sort_unstable();
    let more = files.len().saturating_sub(FILES);
    files.truncate(FILES);
    Ok((files, more))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::super::{List, Place};
    use super::{FILES, read_files};

    #[test]
    fn what_is_left_out_of_files_is_said() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..FILES + 2 {
            let text = format!(r#"[{{"targets": ["h{number}:1"]}}]"#);
            std::fs::write(folder.path().join(format!("{number:03}.json")), text).unwrap();
        }
        let read = |files: &[&str]| {
            let files: Vec<PathBuf> = files.iter().map(|file| folder.path().join(file)).collect();
            let paths = vec!["/metrics".to_owned()];
            let list = List::new("shop", Place::Files(files.clone()), paths, None, Arc::default()).unwrap();
            read_files(&list, &files).unwrap()
        };
        let found = read(&["*.json"]);
        assert_eq!((found.targets.len(), found.left_out), (FILES, 2));
        let first = found.first.unwrap();
        assert!(first.ends_with("*.json stands for more than 100 files: write several patterns"), "{first}");
        let found = read(&["0*.json", "1*.json"]);
        assert_eq!((found.targets.len(), found.left_out), (FILES + 2, 0));
        let found = read(&["000.json", "000.json"]);
        assert_eq!((found.targets.len(), found.left_out), (1, 1));
        assert_eq!(found.first.as_deref(), Some("two targets are called shop-h0-1"));
    }

    #[test]
    fn a_file_that_is_no_list_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), r#"[{"targets": ["a:1"]}]"#).unwrap();
        std::fs::write(folder.path().join("b.json"), r#"[{"targets": ["b:1"]"#).unwrap();
        let files = vec![folder.path().join("*.json")];
        let place = Place::Files(files.clone());
        let list = List::new("shop", place, vec!["/metrics".to_owned()], None, Arc::default()).unwrap();
        let error = read_files(&list, &files).unwrap_err().to_string();
        assert!(error.contains("b.json: the list must be JSON"), "{error}");
    }
}
