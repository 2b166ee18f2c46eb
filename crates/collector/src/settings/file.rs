//! Whether the configuration file has changed.
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file that is looked at now and then. A link is followed each time, so that one which points elsewhere is a change, as with
/// the files of a ConfigMap.
#[derive(Debug)]
pub struct FileWatch {
    path: PathBuf,
    seen: Seen,
}

/// What was found at the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    /// The place and the time of the last change. `None` if there is no file.
    stamp: Option<(PathBuf, Option<SystemTime>, u64)>,
    content: u64,
}

impl FileWatch {
    /// Watches the file at `path`, which is as it is now.
    pub fn new(path: &Path) -> Self {
        let stamp = stamp(path);
        let content = content(path);
        Self { path: path.to_owned(), seen: Seen { stamp, content } }
    }

    /// Whether the file holds something else than at the last look. A file whose time alone has changed does not.
    pub fn changed(&mut self) -> bool {
        let stamp = stamp(&self.path);
        if stamp == self.seen.stamp {
            return false;
        }
        let content = content(&self.path);
        let changed = content != self.seen.content;
        self.seen = Seen { stamp, content };
        changed
    }
}

fn stamp(path: &Path) -> Option<(PathBuf, Option<SystemTime>, u64)> {
    let place = path.canonicalize().ok()?;
    let metadata = place.metadata().ok()?;
    Some((place, metadata.modified().ok(), metadata.len()))
}

/// A number for what a file holds; 0 for none.
fn content(path: &Path) -> u64 {
    let Ok(text) = crate::config::read_file(path) else { return 0 };
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish() | 1
}

#[cfg(test)]
mod tests {
    use super::FileWatch;

    #[test]
    fn only_another_content_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("whippet.toml");
        let mut watch = FileWatch::new(&path);
        assert!(!watch.changed());
        std::fs::write(&path, "listen = '127.0.0.1:1'").unwrap();
        assert!(watch.changed());
        assert!(!watch.changed());
        // A file that is written anew and renamed onto the old one, as editors do, with the same content.
        let other = folder.path().join("other");
        std::fs::write(&other, "listen = '127.0.0.1:1'").unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert!(!watch.changed());
        std::fs::write(&other, "listen = '127.0.0.1:2'").unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert!(watch.changed());
        std::fs::remove_file(&path).unwrap();
        assert!(watch.changed());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_points_elsewhere_is_a_change() {
        // As Kubernetes mounts a ConfigMap: whippet.toml → ..data/whippet.toml, and ..data is replaced.
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, text) in [("first", "a = 1"), ("second", "a = 2")] {
            std::fs::create_dir(at(name)).unwrap();
            std::fs::write(at(name).join("whippet.toml"), text).unwrap();
        }
        std::os::unix::fs::symlink("first", at("..data")).unwrap();
        std::os::unix::fs::symlink("..data/whippet.toml", at("whippet.toml")).unwrap();
        let mut watch = FileWatch::new(&at("whippet.toml"));
        std::os::unix::fs::symlink("second", at("..data_tmp")).unwrap();
        std::fs::rename(at("..data_tmp"), at("..data")).unwrap();
        assert!(watch.changed());
        assert!(!watch.changed());
    }
}
