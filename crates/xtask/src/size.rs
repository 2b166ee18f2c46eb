//! What a page has to load: each subpath bundled as a user would, minified, brotli.
use crate::project::Project;
use anyhow::Result;
use xshell::cmd;

/// Prints the table, and fails where a subpath is over its budget. The budgets are in `tests/bench/size.mjs`.
pub fn run(project: &Project) -> Result<()> {
    Ok(cmd!(project.shell, "node tests/bench/size.mjs").run()?)
}
