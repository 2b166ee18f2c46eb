//! Where PostgreSQL's programs are.
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest version that Whippet supports.
const OLDEST: u32 = 15;

/// The folder with `initdb`, `postgres` and `psql`, and what they need to run.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Those that [`crate::PROGRAMS`] names; else the newest that Debian's packages left; else those on the `PATH`.
    /// `unpacked` is a folder that packages were unpacked into.
    pub fn find(unpacked: Option<&Path>) -> Option<Self> {
        if let Some(folder) = env::var_os(crate::PROGRAMS) {
            return Self::of(PathBuf::from(folder));
        }
        let roots = [Some(Path::new("/")), unpacked];
        let debian = roots.into_iter().flatten().find_map(|root| newest(&root.join("usr/lib/postgresql")));
        debian.or_else(|| {
            let path = env::var_os("PATH")?;
            env::split_paths(&path).find_map(Self::of)
        })
    }

    /// The programs in `folder`, if all are there and not too old.
    pub fn of(folder: PathBuf) -> Option<Self> {
        let programs = Self { folder };
        let all = ["initdb", "postgres", "psql"].iter().all(|name| programs.path(name).is_file());
        (all && programs.version()? >= OLDEST).then_some(programs)
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The libraries of unpacked packages stand beside their programs, where the loader does not look.
    pub(crate) fn libraries(&self) -> Option<PathBuf> {
        let root = self.folder.ancestors().nth(5)?;
        let libraries = fs::read_dir(root.join("usr/lib")).ok()?.filter_map(Result::ok);
        let libraries = libraries.map(|entry| entry.path());
        let mut with_libpq = libraries.filter(|path| path.join("libpq.so.5").exists());
        if root == Path::new("/") { None } else { with_libpq.next() }
    }

    /// The major version: `postgres (PostgreSQL) 15.18 (Debian …)` says 15.
    pub fn version(&self) -> Option<u32> {
        let mut command = Command::new(self.path("postgres"));
        if let Some(libraries) = self.libraries() {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        let output = command.arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let number = text.split(' ').nth(2)?;
        number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }
}

fn newest(versions: &Path) -> Option<Programs> {
    let folders = fs::read_dir(versions).ok()?.filter_map(Result::ok).map(|entry| entry.path().join("bin"));
    let found = folders.filter_map(Programs::of);
    found.max_by_key(|programs| programs.version())
}
