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
pub fn run(project: &Project, report: &Report, flags: &flags::Test) -> Result<()> {
    let result = steps(project, report, flags.only.as_deref());
    report.summary();
    result
}

fn steps(project: &Project, report: &Report, only: Option<&str>) -> Result<()> {
    setup::run(project, report)?;
    let browser = &report.step("set-up: Chromium", || browser::ensure(project))?;
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

    let steps = Steps { report, only };
    // Cargo builds for one lane at a time; meanwhile the others run what is built.
    report.side_by_side(&[
        &|project| native(project, &steps),
        &|project| wasm(project, &steps, browser),
        &|project| typescript(project, &steps, browser),
    ])?;
    end_to_end(project, &steps, browser, firefox.as_deref())
}

/// The steps whose name has `only` in it.
struct Steps<'a> {
    report: &'a Report,
    only: Option<&'a str>,
}

impl Steps<'_> {
    fn run(&self, name: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.has(name) { self.report.step(name, run) } else { Ok(()) }
    }

    fn has(&self, name: &str) -> bool {
        self.only.is_none_or(|part| name.contains(part))
    }
}

fn native(project: &Project, steps: &Steps<'_>) -> Result<()> {
    let shell = &project.shell;
    let crates = &NATIVE.map(|name| ["--package", name]).concat();
    steps.run("check: format", || Ok(cmd!(shell, "cargo fmt --all --check").run()?))?;
    steps.run("check: rules of the house", || tidy::run(project))?;
    steps.run("check: clippy, native", || {
        Ok(cmd!(shell, "cargo clippy {crates...} --all-targets --all-features -- -D warnings").run()?)
    })?;
    steps.run("test: native", || Ok(cmd!(shell, "cargo test {crates...} --all-features").run()?))?;
    steps.run("test: a session recorded in JavaScript, replayed natively", || {
        Ok(cmd!(shell, "cargo test --package whippet-npm --no-default-features --features query").run()?)
    })
}

fn wasm(project: &Project, steps: &Steps<'_>, browser: &Browser) -> Result<()> {
    let shell = &project.shell;
    let crates = &BROWSER.map(|name| ["--package", name]).concat();
    steps.run("check: clippy, wasm", || {
        Ok(cmd!(
            shell,
            "cargo clippy --target wasm32-unknown-unknown {crates...} --all-targets -- -D warnings"
        )
        .run()?)
    })?;
    for name in BROWSER_TESTS {
        steps.run(&format!("test: crates/{name} in Chromium"), || wasm_tests(project, browser, name))?;
    }
    Ok(())
}

fn typescript(project: &Project, steps: &Steps<'_>, browser: &Browser) -> Result<()> {
    let shell = &project.shell;
    steps.run("check: format TypeScript", || Ok(cmd!(shell, "oxfmt --check .").run()?))?;
    steps.run("check: lint TypeScript", || Ok(cmd!(shell, "oxlint").run()?))?;
    steps.run("check: TypeScript", || {
        cmd!(shell, "tsc -p pkg").run()?;
        Ok(cmd!(shell, "tsc -p www").run()?)
    })?;
    steps.run("test: npm package in Node", || {
        let tests = test_files(&project.path("pkg/test"))?;
        Ok(cmd!(shell, "node --test {tests...}").run()?)
    })?;
    for (peer, folder) in [("TanStack Query", "query"), ("web-vitals", "vitals")] {
        steps.run(&format!("test: beside {peer}"), || {
            let tests = test_files(&project.path(&format!("tests/interop/{folder}")))?;
            Ok(cmd!(shell, "node --test {tests...}").run()?)
        })?;
    }
    steps.run("test: TanStack's adapters", || run_adapters(project, browser, "tests/adapters/light"))
}

/// TanStack's adapters in every tool, those too that take minutes to install.
pub fn adapters(project: &Project, report: &Report) -> Result<()> {
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

/// Every second test file each, side by side: they mostly wait for a browser. Each half has servers and data of its own, and
/// runs one file at a time, so that no test sees what another sends.
fn end_to_end(project: &Project, steps: &Steps<'_>, browser: &Browser, firefox: Option<&Path>) -> Result<()> {
    let halves = ["test: end to end, first half", "test: end to end, second half"];
    if !halves.iter().any(|name| steps.has(name)) {
        return Ok(());
    }
    // A development build of one module, whose panics are to be seen.
    let dev = &project.path("target/dev-wasm/pacer");
    let leptos = &project.path("target/dev-wasm/leptos");
    steps.report.step("build: pages of the end-to-end tests", || {
        build::wasm_module(project, "pacer", true, "target/dev-wasm/pacer")?;
        build::leptos_page(project, "target/dev-wasm/leptos")?;
        demo::graph(project).map(drop)
    })?;
    let tests = test_files(&project.path("tests/e2e"))?;
    let half = |project: &Project, index: usize| {
        let data = project.path(&format!("target/e2e-data-{index}"));
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let port = PORT + 2 * index as u16;
        let _servers = demo::Servers::start(project, port, &data)?;
        let tests = tests.iter().skip(index).step_by(halves.len());
        let mut command = cmd!(project.shell, "node --test --test-concurrency=1 {tests...}");
        if let Some(firefox) = firefox {
            command = command.env("FIREFOX", firefox);
        }
        Ok(command
            .env("WHIPPET_COLLECTOR", format!("http://127.0.0.1:{port}"))
            .env("WHIPPET_DEMO", format!("http://127.0.0.1:{}", port + 1))
            .env("WHIPPET_BINARY", project.binary("whippet"))
            .env("WHIPPET_DEV_WASM", dev)
            .env("WHIPPET_LEPTOS", leptos)
            .env("CHROME", &browser.chrome)
            .run()?)
    };
    steps.report.side_by_side(&[&|project| steps.run(halves[0], || half(project, 0)), &|project| {
        steps.run(halves[1], || half(project, 1))
    }])
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
