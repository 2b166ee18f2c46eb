//! Where settings come from, and how they are read.
use std::ffi::OsString;
use std::path::PathBuf;

use super::all::{Settings, Written};
use crate::args::{Cli, Command, Serve};
use crate::config::{Config, ConfigError, Fault, Rules};
use crate::notify::{Receiver, Sender};

/// Where settings come from.
#[derive(Clone, Debug)]
pub struct Sources {
    arguments: Vec<OsString>,
    file: PathBuf,
    /// Whether the file was asked for: else it may be missing.
    named: bool,
}

/// The name of the configuration file where no other is given. It is beside the data folder.
const NAME: &str = "whippet.toml";

impl Sources {
    /// Those of a process with these arguments, which say `serve`.
    pub fn new(arguments: Vec<OsString>, serve: &Serve) -> Self {
        let beside = || serve.data.parent().unwrap_or(std::path::Path::new("")).join(NAME);
        Self { arguments, file: serve.config.clone().unwrap_or_else(beside), named: serve.config.is_some() }
    }

    /// A file alone, with the variables of this process.
    pub fn of_file(file: &std::path::Path) -> Self {
        let arguments = ["whippet", "serve"].map(OsString::from).to_vec();
        Self { arguments, file: file.to_owned(), named: true }
    }

    /// The configuration file, which may not be there.
    pub fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// The file that there is, for everybody to see.
    pub fn shown(&self) -> Option<String> {
        self.has_file().then(|| self.file.display().to_string())
    }

    /// Whether there is a file to read.
    pub fn has_file(&self) -> bool {
        self.named || self.file.exists() && !self.is_foreign()
    }

    /// Whether no file says anything.
    pub fn say_nothing(&self) -> bool {
        !self.has_file() || self.file.metadata().is_ok_and(|metadata| metadata.len() == 0)
    }

    /// Whether there is a file that nobody named and that anybody on this machine may have put there, as into `/tmp`: it is left
    /// alone.
    pub fn is_foreign(&self) -> bool {
        let folder = self.file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(std::path::Path::new("."));
        !self.named && self.file.exists() && (is_open(&self.file) || is_open(folder))
    }

    /// Says so where the file is left alone.
    pub fn warn_if_foreign(&self) {
        if self.is_foreign() {
            let file = self.file.display();
            tracing::warn!(%file, "this file is left alone, as all users may write it or its folder: name it with --config");
        }
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn load(&self) -> Result<Settings, ConfigError> {
        let mut config = if self.has_file() { Config::load(&self.file)? } else { Config::default() };
        check_receivers(&mut config.rules);
        let wrong = |message: String| ConfigError::Wrong {
            path: self.file.clone(),
            faults: vec![Fault { line: None, message }],
        };
        let variables = |name: &str| std::env::var_os(name);
        let read = |flags: &[_]| Cli::read_with(self.arguments.clone(), &variables, flags);
        let (cli, _) = read(&[]).map_err(|error| ConfigError::Given(reason(&error)))?;
        // A table whose address stands on the command line is that of another server.
        if let Command::Serve(bare) = &cli.command
            && bare.remote_write.is_some()
        {
            config.flags.retain(|given| !given.id.starts_with("remote_write"));
        }
        let folder = self.file.parent().map(std::path::Path::to_owned).unwrap_or_default();
        for given in config.flags.iter_mut().filter(|given| given.id == "data") {
            // A path in the file is relative to its folder.
            for value in &mut given.values {
                *value = folder.join(&*value).to_string_lossy().into_owned();
            }
        }
        let (cli, values) = read(&config.flags).map_err(|error| wrong(error.to_string()))?;
        match cli.command {
            Command::Serve(serve) => {
                Ok(Settings { serve: *serve, log: cli.log, config, values: Written(values) })
            }
            _ => Err(wrong("only `whippet serve` has a configuration".to_owned())),
        }
    }
}

/// What is wrong with a flag or a variable, and where its value is from.
fn reason(error: &clap::Error) -> String {
    let text = error.to_string();
    let parts = text.trim().trim_start_matches("error: ").split("\n\n").map(str::trim);
    let said: Vec<&str> =
        parts.filter(|part| !["Usage:", "For more"].iter().any(|begin| part.starts_with(begin))).collect();
    said.join("\n")
}

/// Whether all users of this machine may write it.
#[cfg(unix)]
fn is_open(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_open(_path: &std::path::Path) -> bool {
    false
}

/// Names receivers whose certificates cannot be used. They stay: a file may come.
fn check_receivers(rules: &mut Rules) {
    let wrong = |receiver: &Receiver| Some((receiver.name.clone(), Sender::new(receiver).err()?.to_string()));
    let wrong: Vec<(String, String)> = rules.receivers.iter().filter_map(wrong).collect();
    for (receiver, message) in wrong {
        rules.blame(&receiver, message);
    }
}
