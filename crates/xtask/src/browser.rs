//! Finds Chromium and its driver, or says how to get them; and Firefox, where there is one.
use crate::project::{Project, find_program};
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::PathBuf;
use xshell::cmd;

/// What browser tests run in.
pub struct Browser {
    /// Chromium or Chrome; `CHROME` overrides.
    pub chrome: PathBuf,
    /// Its WebDriver; `CHROMEDRIVER` overrides.
    pub driver: PathBuf,
}

/// The browser that is there; on Debian and Ubuntu, as root, it is installed where it is missing.
pub fn ensure(project: &Project) -> Result<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    let debian = is_debian();
    let command = if debian {
        "apt-get update && apt-get install --yes chromium chromium-driver"
    } else {
        "your system's package manager, for chromium (or Chrome) and chromedriver of the same version"
    };
    if !(debian && is_root(project)) {
        bail!(
            "browser tests need Chromium and chromedriver. Install them with:\n\n    {command}\n\nor name them in the variables CHROME and CHROMEDRIVER"
        );
    }
    install(project, &["chromium", "chromium-driver"])?;
    find().context("chromium and chromium-driver are installed, but not on the PATH")
}

/// Firefox; `FIREFOX` overrides. On Debian, as root, it is installed where it is missing; elsewhere tests do without.
pub fn firefox(project: &Project) -> Option<PathBuf> {
    let find = || given("FIREFOX").or_else(|| find_program(&["firefox", "firefox-esr"]));
    let found = find();
    if found.is_some() || !is_debian() || !is_root(project) {
        return found;
    }
    // Ubuntu has no such package.
    install(project, &["firefox-esr"]).ok()?;
    find()
}

/// Whether the system has Debian's packages.
pub fn is_debian() -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| matches!(line, "ID=debian" | "ID=ubuntu"))
}

/// Whether packages can be installed.
pub fn is_root(project: &Project) -> bool {
    cmd!(project.shell, "id -u").quiet().ignore_stderr().read().is_ok_and(|id| id == "0")
}

/// Installs Debian packages.
pub fn install(project: &Project, packages: &[&str]) -> Result<()> {
    let shell = &project.shell;
    cmd!(shell, "apt-get update --quiet").run()?;
    cmd!(shell, "apt-get install --yes --quiet --no-install-recommends {packages...}")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()?;
    Ok(())
}

fn given(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn find() -> Option<Browser> {
    let chrome = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    Some(Browser {
        chrome: given("CHROME").or_else(|| find_program(&chrome))?,
        driver: given("CHROMEDRIVER").or_else(|| find_program(&["chromedriver"]))?,
    })
}
