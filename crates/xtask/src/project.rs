//! Where things are.
use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};
use xshell::Shell;

/// The workspace, and a shell in its root that finds the project's own tools first.
pub struct Project {
    /// The workspace's root.
    pub root: PathBuf,
    /// A shell there.
    pub shell: Shell,
}

impl Project {
    /// The workspace that this program was built from.
    pub fn new() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .context("xtask is not in crates/xtask")?
            .to_path_buf();
        let shell = Shell::new()?;
        shell.change_dir(&root);
        let mut path = vec![root.join(".tools/bin"), root.join("node_modules/.bin")];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        shell.set_var("PATH", env::join_paths(path)?);
        Ok(Self { root, shell })
    }

    /// A path in the workspace.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where cargo puts what it builds.
    pub fn target(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => self.root.join(dir),
            None => self.path("target"),
        }
    }

    /// A binary of the workspace, as `cargo build` leaves it.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.target().join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// The first of `names` that is on the `PATH`.
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| {
        env::split_paths(&path)
            .map(|dir| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
            .find(|program| program.is_file())
    })
}
