//! Lists of targets that others keep: `http_sd` and `file_sd`, in the JSON format that Prometheus reads. They are read again at
//! an interval, and targets come and go with them.
mod entries;
mod read;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::settings::Settings;
use super::target::Address;

/// The time between two readings where the configuration sets none.
const REFRESH: Duration = Duration::from_secs(30);

/// A list of targets.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name, with which the names of its targets begin.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// The paths of the documents of each target.
    pub paths: Vec<String>,
    /// The time between two readings.
    pub refresh: Duration,
    /// How each of its targets is scraped.
    pub settings: Arc<Settings>,
}

/// Where a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At a URL.
    Http(Address),
    /// In files. The last part of a path may have `*` in it.
    Files(Vec<PathBuf>),
}

/// Why a list is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadList {
    /// It is read too often.
    Refresh,
    /// It has no files, or files of a format that is not read.
    Files,
}

impl fmt::Display for BadList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refresh => "`refresh` must be at least 1s",
            Self::Files => {
                "`file_sd` must be 1 to 16 paths that end in .json, such as [\"targets/*.json\"]: write YAML lists as JSON"
            }
        })
    }
}

impl List {
    /// A list that is read every `refresh`.
    pub fn new(
        name: &str,
        place: Place,
        paths: Vec<String>,
        refresh: Option<Duration>,
        settings: Arc<Settings>,
    ) -> Result<Self, BadList> {
        let refresh = refresh.unwrap_or(REFRESH);
        if refresh < Duration::from_secs(1) {
            return Err(BadList::Refresh);
        }
        if let Place::Files(files) = &place {
            let is_json = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "json");
            if files.is_empty() || files.len() > 16 || !files.iter().all(is_json) {
                return Err(BadList::Files);
            }
        }
        Ok(Self { name: name.to_owned(), place, paths, refresh, settings })
    }

    /// Where it is, for everybody to see.
    pub fn shown(&self) -> String {
        match &self.place {
            Place::Http(address) => address.shown(),
            Place::Files(files) => {
                let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
                files.join(", ")
            }
        }
    }
}
