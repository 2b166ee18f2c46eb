//! A folder in memory for what tests keep. They commit thousands of times, and each commit waits for a disk: on a busy one that is most
//! of their time. What is about disks asks for one (`CARGO_TARGET_TMPDIR`).
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use xshell::{Shell, cmd};

/// Where Linux has a file system in memory.
const MEMORY: &str = "/dev/shm";
/// What must be free there, KiB: tests use some hundred MB. In containers it is often 64 MB.
const FREE: u64 = 4 << 20;

/// The folder, which is gone when this is.
pub struct MemoryFolder(PathBuf);

impl MemoryFolder {
    /// `None` where there is no room, or somebody has chosen a folder for temporary files already.
    pub fn new(shell: &Shell) -> Option<Self> {
        if env::var_os("TMPDIR").is_some() {
            return None;
        }
        let told = cmd!(shell, "df -Pk {MEMORY}").quiet().ignore_stderr().ignore_status().read().ok()?;
        let folder = Path::new(MEMORY).join(format!("whippet-tests-{}", process::id()));
        (free(&told)? >= FREE && fs::create_dir(&folder).is_ok()).then_some(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for MemoryFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What is free, KiB, as POSIX' `df -Pk` tells of one file system.
fn free(told: &str) -> Option<u64> {
    told.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::free;

    #[test]
    fn df_says_what_is_free() {
        let told = "Filesystem     1024-blocks  Used Available Capacity Mounted on\ntmpfs            25165824 17980  25147844       1% /dev/shm\n";
        assert_eq!(free(told), Some(25_147_844));
        assert_eq!(free(""), None);
    }
}
