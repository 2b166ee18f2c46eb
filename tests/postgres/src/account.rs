//! Whom the server runs as: it refuses to be root.
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::Command;

/// Debian's `nobody` and `nogroup`.
const NOBODY: &str = "65534";

/// The account that a server runs under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// That of the process that starts it.
    Own,
    /// `nobody`, since that process is root's.
    Nobody,
}

impl Account {
    /// Whom a server must run as here.
    pub fn here() -> Self {
        let id = Command::new("id").arg("-u").output();
        let root = id.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
        if root { Self::Nobody } else { Self::Own }
    }

    /// A command that runs `program` under this account.
    pub fn command(self, program: impl AsRef<OsStr>) -> Command {
        match self {
            Self::Own => Command::new(program),
            Self::Nobody => {
                let mut command = Command::new("setpriv");
                let (user, group) = (format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"));
                command.args([&user, &group]).args(["--clear-groups", "--"]).arg(program);
                command
            }
        }
    }

    /// Makes `folder` the account's own.
    pub(crate) fn own(self, folder: &Path) -> io::Result<()> {
        if self == Self::Own {
            return Ok(());
        }
        let owner = format!("{NOBODY}:{NOBODY}");
        let status = Command::new("chown").arg("--recursive").arg(owner).arg(folder).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other("chown failed")) }
    }

    /// Whether the account may enter `folder`, or run that program.
    pub fn reaches(self, path: &Path) -> bool {
        let mut command = self.command("test");
        let status = command.arg("-x").arg(path).status();
        status.is_ok_and(|status| status.success())
    }
}
