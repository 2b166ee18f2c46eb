//! Checks and tests everything, up to the browser.
use crate::browser::Browser;
use crate::end_to_end::Suite;
use crate::memory_folder::MemoryFolder;
use crate::project::Project;
use crate::report::Report;
use crate::steps::{Steps, test_files};
use crate::{api, browser, build, flags, leptos_server, native, packages, postgres, prometheus, setup, tidy};
use anyhow::Result;
use xshell::cmd;

/// Crates that run in a browser.
const BROWSER: [&str; 6] = [
    "whippet-web",
    "whippet-npm",
    "whippet-leptos",
    "whippet-dashboard",
    "whippet-e2e-leptos",
    "whippet-leptos-browser",
];
/// Those of them with tests in a browser, by folder.
const BROWSER_TESTS: [&str; 3] = ["web", "npm", "leptos"];

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
    report.step("set-up: Prometheus and proxies", || {
        prometheus::ensure(project);
        Ok(())
    })?;
    let postgres = &report.step("set-up: PostgreSQL", || postgres::start(project))?;
    let steps = Steps { report, only };
    if only.is_some() {
        build::run(project, report, false)?;
    } else {
        // The binaries are built with all tests.
        build::pages(report, false)?;
    }
    let suite = Suite::new(project, &steps, browser, firefox.as_deref())?;
    // Cargo builds for one lane at a time; meanwhile the others run what is built. The native tests run longest, so that what is
    // still to be built then is another lane's.
    report.side_by_side(&[
        &|project| native(project, &steps, postgres.as_ref()),
        &|project| {
            wasm(project, &steps, browser)?;
            published(project, &steps)?;
            suite.as_ref().map_or(Ok(()), |suite| suite.build(project))
        },
        &|project| typescript(project, &steps, browser),
    ])?;
    let Some(suite) = suite else { return Ok(()) };
    report.side_by_side(&[&|project| suite.work(project, 0), &|project| suite.work(project, 1), &|project| {
        suite.work(project, 2)
    }])
}

fn native(project: &Project, steps: &Steps<'_>, postgres: Option<&postgres::Postgres>) -> Result<()> {
    let shell = &project.shell;
    let _postgres: Vec<_> = postgres
        .into_iter()
        .flat_map(postgres::Postgres::variables)
        .map(|(name, value)| shell.push_env(name, value))
        .collect();
    let memory = MemoryFolder::new(shell);
    let _temporary = memory.as_ref().map(|memory| shell.push_env("TMPDIR", memory.path()));
    steps.run("check: format", || Ok(cmd!(shell, "cargo fmt --all --check").run()?))?;
    steps.run("check: rules of the house", || tidy::run(project))?;
    steps.run("check: public API", || api::check(project))?;
    steps.run("check: clippy, native", || native::clippy(project))?;
    let mut on_postgres = None;
    steps.run("test: native", || {
        native::build(project)?;
        // Asked for before the tests run: after them, cargo may be building for another lane.
        on_postgres = Some(postgres::test_program(project)?);
        native::test(project)
    })?;
    if postgres.is_some() {
        steps.run("test: collector, on PostgreSQL", || {
            let program = on_postgres.take().map_or_else(|| postgres::test_program(project), Ok)?;
            postgres::tests(project, &program)
        })?;
    }
    Ok(())
}

/// What others may take from a registry: documentation, parts and packages. And what JavaScript has of the engine.
fn published(project: &Project, steps: &Steps<'_>) -> Result<()> {
    let shell = &project.shell;
    steps.run("check: documentation of what is published", || packages::documentation(project))?;
    steps.run("check: parts of whippet-leptos, each alone", || leptos_server::features(project))?;
    steps.run("check: packages of what is published", || packages::check(project))?;
    steps.run(
        "test: a session recorded in JavaScript, replayed natively; rules that JavaScript has, too",
        || {
            let features = "query,lazy,pacer,timing";
            Ok(cmd!(shell, "cargo test --package whippet-npm --no-default-features --features {features}")
                .run()?)
        },
    )
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
    steps.run("test: scripts of the dashboard in Node", || {
        let tests = test_files(&project.path("crates/dashboard/js"))?;
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
    let features: &[&str] = if name == "leptos" { &["--features", "csr,devtools,otlp"] } else { &[] };
    let tests = cmd!(
        project.shell,
        "wasm-pack test --headless --chrome --chromedriver {driver} --mode no-install {folder} {features...}"
    )
    // For all tests of a crate together, seconds: 20 are too few on a busy machine.
    .env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    Ok(tests.run()?)
}
