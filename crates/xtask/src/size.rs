//! What a page has to load: each import bundled as a user would, minified, brotli, beside its peers.
use crate::project::Project;
use crate::report::Report;
use crate::{build, flags, leptos_size, setup};
use anyhow::Result;
use xshell::cmd;

/// Prints the table, and fails where an import is over its budget, which `tests/bench/size/budgets.json` has. With `--why`, prints what
/// one import is made of; with `--leptos`, what a query cache adds to a Leptos app.
pub fn run(project: &Project, report: &Report, flags: &flags::Size) -> Result<()> {
    if flags.leptos {
        return leptos_size::run(project, report);
    }
    setup::run(project, report)?;
    build::package(project, report, false)?;
    let Some(name) = &flags.why else {
        return Ok(cmd!(project.shell, "node tests/bench/size.mjs").run()?);
    };
    report.step("build: source maps and names of functions", || build::named(project))?;
    Ok(cmd!(project.shell, "node tests/bench/size.mjs --why {name}").run()?)
}
