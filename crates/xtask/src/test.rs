//! Checks and tests everything, up to the browser.
use crate::browser::Browser;
use crate::project::Project;
use crate::report::Report;
use crate::{browser, build, demo, flags, prometheus, setup, tidy};
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// Crates that run on the machine itself.
const NATIVE: [&str; 7] = [
    "whippet-engine",
    "whippet-boundary",
    "whippet-api",
    "whippet-store",
    "whippet-collector",
    "whippet-demo-backend",
    "xtask",
];
/// Crates that run in a browser.
const BROWSER: [&str; 5] =
    ["whippet-web", "whippet-npm", "whippet-leptos", "whippet-dashboard", "whippet-e2e-leptos"];
/// Those of them with tests in a browser, by folder.
const BROWSER_TESTS: [&str; 3] = ["web", "npm", "leptos"];
/// The end-to-end tests have ports of their own, so that a running demo is left alone.
const PORT: u16 = 7390;

/// Runs every step; the summary comes last, also where one failed.
pub fn run(project: &Project, report: &mut Report, flags: &flags::Test) -> Result<()> {
    let result = steps(project, report, flags.only.as_deref());
    report.summary(result.is_err());
    result
}

fn steps(project: &Project, report: &mut Report, only: Option<&str>) -> Result<()> {
    setup::run(project, report)?;
    let browser = report.step("set-up: Chromium", || browser::ensure(project))?;
    let firefox = report.step("set-up: Firefox", || {
        let firefox = browser::firefox(project);
        if firefox.is_none() {
            println!("  there is none: its tests are left out (the variable FIREFOX may name one)");
        }
        Ok(firefox)
    })?;
    report.step("set-up: Prometheus", || {
        prometheus::ensure(project);
        Ok(())
    })?;
    build::run(project, report, false)?;

    let shell = &project.shell;
    let mut step = |name: &str, run: &dyn Fn() -> Result<()>| -> Result<()> {
        if only.is_none_or(|part| name.contains(part)) { report.step(name, run) } else { Ok(()) }
    };
    let native = &NATIVE.map(|name| ["--package", name]).concat();
    let wasm = &BROWSER.map(|name| ["--package", name]).concat();
    step("check: format", &|| Ok(cmd!(shell, "cargo fmt --all --check").run()?))?;
    step("check: rules of the house", &|| tidy::run(project))?;
    step("check: clippy, native", &|| {
        Ok(cmd!(shell, "cargo clippy {native...} --all-targets --all-features -- -D warnings").run()?)
    })?;
    step("check: clippy, wasm", &|| {
        Ok(cmd!(shell, "cargo clippy --target wasm32-unknown-unknown {wasm...} --all-targets -- -D warnings")
            .run()?)
    })?;
    step("test: native", &|| Ok(cmd!(shell, "cargo test {native...} --all-features").run()?))?;
    step("test: a session recorded in JavaScript, replayed natively", &|| {
        Ok(cmd!(shell, "cargo test --package whippet-npm --no-default-features --features query").run()?)
    })?;
    for name in BROWSER_TESTS {
        step(&format!("test: crates/{name} in Chromium"), &|| wasm_tests(project, &browser, name))?;
    }
    step("check: TypeScript", &|| {
        cmd!(shell, "tsc -p pkg").run()?;
        Ok(cmd!(shell, "tsc -p www").run()?)
    })?;
    step("test: npm package in Node", &|| {
        let tests = test_files(&project.path("pkg/test"))?;
        Ok(cmd!(shell, "node --test {tests...}").run()?)
    })?;
    for (peer, folder) in [("TanStack Query", "query"), ("web-vitals", "vitals")] {
        step(&format!("test: beside {peer}"), &|| {
            let tests = test_files(&project.path(&format!("tests/interop/{folder}")))?;
            Ok(cmd!(shell, "node --test {tests...}").run()?)
        })?;
    }
    step("test: TanStack's adapters", &|| run_adapters(project, &browser, "tests/adapters/light"))?;
    step("test: end to end", &|| end_to_end(project, &browser, firefox.as_deref()))
}

/// TanStack's adapters in every tool, those too that take minutes to install.
pub fn adapters(project: &Project, report: &mut Report) -> Result<()> {
    setup::run(project, report)?;
    let browser = report.step("set-up: Chromium", || browser::ensure(project))?;
    build::package(project, report, false)?;
    run_adapters(project, &browser, "tests/adapters")
}

fn run_adapters(project: &Project, browser: &Browser, folder: &str) -> Result<()> {
    let tests = test_files(&project.path(folder))?;
    Ok(cmd!(project.shell, "node --test --test-concurrency=1 {tests...}")
        .env("CHROME", &browser.chrome)
        .run()?)
}

fn wasm_tests(project: &Project, browser: &Browser, name: &str) -> Result<()> {
    let driver = &browser.driver;
    let folder = format!("crates/{name}");
    let tests = cmd!(
        project.shell,
        "wasm-pack test --headless --chrome --chromedriver {driver} --mode no-install {folder}"
    )
    // For all tests of a crate together, seconds: 20 are too few on a busy machine.
    .env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    Ok(tests.run()?)
}

fn end_to_end(project: &Project, browser: &Browser, firefox: Option<&Path>) -> Result<()> {
    let data = project.path("target/e2e-data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let _servers = demo::Servers::start(project, PORT, &data)?;
    // A development build of one module, whose panics are to be seen.
    let dev = "target/dev-wasm/timing";
    build::wasm_module(project, "timing", true, dev)?;
    let leptos = "target/dev-wasm/leptos";
    build::leptos_page(project, leptos)?;
    let (collector, site) = (format!("http://127.0.0.1:{PORT}"), format!("http://127.0.0.1:{}", PORT + 1));
    let tests = test_files(&project.path("tests/e2e"))?;
    let mut command = cmd!(project.shell, "node --test --test-concurrency=1 {tests...}");
    if let Some(firefox) = firefox {
        command = command.env("FIREFOX", firefox);
    }
    Ok(command
        .env("WHIPPET_COLLECTOR", collector)
        .env("WHIPPET_DEMO", site)
        .env("WHIPPET_BINARY", project.binary("whippet"))
        .env("WHIPPET_DEV_WASM", project.path(dev))
        .env("WHIPPET_LEPTOS", project.path(leptos))
        .env("CHROME", &browser.chrome)
        .run()?)
}

/// Every `*.test.mjs` below `folder`; Node 20 does not expand patterns itself.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files.extend(test_files(&path)?);
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
