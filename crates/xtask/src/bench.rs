//! How fast it is, beside its peers: `tests/bench/<name>.mjs`, in Chromium.
use crate::project::Project;
use crate::report::Report;
use crate::{browser, build, flags, setup};
use anyhow::{Result, bail};
use std::path::Path;
use xshell::cmd;

/// What can be measured.
const NAMES: [&str; 6] = ["json", "lazy", "pace", "query", "rum", "start"];

/// Builds the package, and prints the benchmark's table.
pub fn run(project: &Project, report: &Report, flags: &flags::Bench) -> Result<()> {
    let name = flags.name.as_str();
    if !NAMES.contains(&name) {
        bail!("there is no benchmark `{name}`; there is: {}", NAMES.join(", "));
    }
    setup::run(project, report)?;
    let browser = report.step("set-up: Chromium", || browser::ensure(project))?;
    build::package(project, report, false)?;
    let wasm = project.path("target/bench/json.wasm");
    if name == "json" {
        report.step("build: the byte engine by itself", || byte_engine(project, &wasm))?;
    }
    let part = flags.only.iter();
    Ok(cmd!(project.shell, "node tests/bench/{name}.mjs {part...}")
        .env("CHROME", browser.chrome)
        .env("WHIPPET_BENCH_WASM", wasm)
        .run()?)
}

/// As `whippet/json` is built, but with its parts to be called one by one.
fn byte_engine(project: &Project, wasm: &Path) -> Result<()> {
    let shell = &project.shell;
    let _env = build::FAST_ENV.map(|(name, value)| shell.push_env(name, value));
    cmd!(shell, "cargo build --package whippet-bench-wasm --profile wasm --target wasm32-unknown-unknown")
        .run()?;
    let built = project.path("target/wasm32-unknown-unknown/wasm/whippet_bench_wasm.wasm");
    shell.create_dir(project.path("target/bench"))?;
    let level = build::FAST_OPT;
    Ok(cmd!(shell, "wasm-opt {level...} --strip-debug {built} -o {wasm}").run()?)
}
