//! How fast it is, beside its peers: `tests/bench/<name>.mjs`, in Chromium.
use crate::project::Project;
use crate::report::Report;
use crate::{browser, build, flags, setup};
use anyhow::{Result, bail};
use xshell::cmd;

/// What can be measured.
const NAMES: [&str; 2] = ["query", "rum"];

/// Builds the package, and prints the benchmark's table.
pub fn run(project: &Project, report: &mut Report, flags: &flags::Bench) -> Result<()> {
    let name = flags.name.as_str();
    if !NAMES.contains(&name) {
        bail!("there is no benchmark `{name}`; there is: {}", NAMES.join(", "));
    }
    setup::run(project, report)?;
    let browser = report.step("set-up: Chromium", || browser::ensure(project))?;
    build::package(project, report, false)?;
    let part = flags.only.iter();
    Ok(cmd!(project.shell, "node tests/bench/{name}.mjs {part...}").env("CHROME", browser.chrome).run()?)
}
