//! How fast it is, beside its peers: `tests/bench/<name>.mjs`, in Chromium; `scrape` beside Prometheus; `collector` beside a
//! server that only reads what it gets, by `tests/load`.
use crate::project::{Project, find_program};
use crate::report::Report;
use crate::{browser, build, flags, postgres, prometheus, setup};
use anyhow::{Result, bail};
use std::path::Path;
use xshell::cmd;

/// What can be measured.
const NAMES: [&str; 11] = [
    "collector",
    "json",
    "lazy",
    "pace",
    "query",
    "regressions",
    "reports",
    "rum",
    "scrape",
    "start",
    "wire",
];

/// Builds the package, and prints the benchmark's table.
pub fn run(project: &Project, report: &Report, flags: &flags::Bench) -> Result<()> {
    let name = flags.name.as_str();
    if !NAMES.contains(&name) {
        bail!("there is no benchmark `{name}`; there is: {}", NAMES.join(", "));
    }
    if flags.whole && name != "json" {
        bail!("--whole is of `json` alone: cargo xtask bench json --whole");
    }
    if name == "scrape" {
        return scrape(project, report);
    }
    if name == "collector" {
        return collector(project, report, flags);
    }
    if name == "reports" {
        // A server is asked too where WHIPPET_TEST_POSTGRES names one.
        return Ok(cmd!(project.shell, "cargo bench --package whippet-store --bench reports").run()?);
    }
    if name == "regressions" {
        let only = flags.only.iter().flat_map(|part| ["--only", part]);
        let command = cmd!(
            project.shell,
            "cargo bench --package whippet-watch --features simulate --bench regressions -- {only...}"
        );
        return Ok(command.run()?);
    }
    if name == "wire" {
        return Ok(cmd!(project.shell, "cargo bench --package whippet-delta --bench wire").run()?);
    }
    setup::run(project, report)?;
    let browser = report.step("set-up: Chromium", || browser::ensure(project))?;
    build::package(project, report, false)?;
    let wasm = project.path("target/bench/json.wasm");
    let script = if flags.whole { format!("{name}-whole") } else { name.to_owned() };
    if script == "json" {
        report.step("build: the byte engine by itself", || byte_engine(project, &wasm))?;
    }
    let part = flags.only.iter();
    Ok(cmd!(project.shell, "node tests/bench/{script}.mjs {part...}")
        .env("CHROME", browser.chrome)
        .env("WHIPPET_BENCH_WASM", wasm)
        .run()?)
}

/// The collector as it is released, and Debian's Prometheus. Needs no browser.
fn scrape(project: &Project, report: &Report) -> Result<()> {
    prometheus::ensure(project);
    let Some(peer) = find_program(&["prometheus"])
        .or_else(|| Some(project.path(".tools/bin/prometheus")).filter(|program| program.is_file()))
    else {
        bail!("there is no Prometheus to compare with: apt-get install prometheus");
    };
    let shell = &project.shell;
    report.step("build: the collector, released", || {
        Ok(cmd!(shell, "cargo build --release --package whippet-collector").run()?)
    })?;
    Ok(cmd!(shell, "node tests/bench/scrape.mjs")
        .env("WHIPPET_BINARY", project.target().join("release/whippet"))
        .env("PROMETHEUS", peer)
        .run()?)
}

/// The collector as it is released, on both stores.
fn collector(project: &Project, report: &Report, flags: &flags::Bench) -> Result<()> {
    let programs = postgres::programs(project);
    let shell = &project.shell;
    report.step("build: the collector, released", || {
        Ok(cmd!(shell, "cargo build --release --package whippet-collector --package whippet-load").run()?)
    })?;
    let release = project.target().join("release");
    let load = release.join("whippet-load");
    let task = match (flags.many, flags.faults) {
        (false, false) => "bench",
        (true, false) => "many",
        (false, true) => "faults",
        (true, true) => bail!("--many and --faults are two things: give one of them"),
    };
    let only = flags.only.iter().flat_map(|part| ["--only", part]);
    let beacons = flags.beacons.map(|beacons| beacons.to_string());
    let beacons = beacons.iter().flat_map(|beacons| ["--beacons", beacons]);
    let mut command = cmd!(shell, "{load} {task} {only...} {beacons...}");
    if let Some(programs) = programs {
        command = command.env(whippet_test_postgres::PROGRAMS, programs.folder());
    }
    Ok(command.env("WHIPPET_BINARY", release.join("whippet")).run()?)
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
