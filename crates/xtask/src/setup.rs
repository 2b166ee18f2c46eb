//! Brings what a build needs: the wasm target, the wasm tools, the npm packages.
use crate::project::{Project, find_program};
use crate::report::Report;
use crate::stamp::Stamp;
use anyhow::{Result, bail};
use std::env;
use std::path::Path;
use xshell::cmd;

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const WASM_PACK: &str = "0.15.1";

/// Everything but the browser.
pub fn run(project: &Project, report: &Report) -> Result<()> {
    report.step("set-up: Node.js", || node(project))?;
    report.step("set-up: wasm target", || wasm_target(project))?;
    report.side_by_side(&[
        &|project| report.step("set-up: wasm-bindgen and wasm-pack", || wasm_tools(project)),
        &|project| report.step("set-up: npm packages", || npm_packages(project)),
    ])
}

fn node(project: &Project) -> Result<()> {
    if find_program(&["node"]).is_none() || find_program(&["npm", "npm.cmd"]).is_none() {
        bail!(
            "Node.js 20 or newer is needed, with npm: install it from your system's packages or nodejs.org"
        );
    }
    let version = cmd!(project.shell, "node --version").quiet().read()?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(20..) => Ok(()),
        _ => bail!("Node.js 20 or newer is needed; `node --version` says {version}"),
    }
}

fn wasm_target(project: &Project) -> Result<()> {
    let libraries =
        cmd!(project.shell, "rustc --print target-libdir --target {WASM_TARGET}").quiet().read()?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    if find_program(&["rustup"]).is_none() {
        bail!(
            "the Rust toolchain lacks the target {WASM_TARGET}, and there is no rustup to add it: install rustup, or your system's package of that target"
        );
    }
    // rustup names the toolchain in use to what it runs; the target must go to that one.
    let toolchain = env::var("RUSTUP_TOOLCHAIN").ok();
    let toolchain = toolchain.iter().flat_map(|name| ["--toolchain", name]);
    cmd!(project.shell, "rustup target add {WASM_TARGET} {toolchain...}").run()?;
    Ok(())
}

/// `wasm-bindgen` fetches nothing but from the WebDriver on this machine: it needs no TLS, which is a fifth of its build.
fn wasm_tools(project: &Project) -> Result<()> {
    let version = wasm_bindgen_version(project)?;
    let programs = ["wasm-bindgen", "wasm-bindgen-test-runner"];
    tool(project, "wasm-bindgen-cli", &version, &programs, &["--no-default-features"])?;
    tool(project, "wasm-pack", WASM_PACK, &["wasm-pack"], &[])
}

/// The CLI must be of the very version that the crate is pinned to.
fn wasm_bindgen_version(project: &Project) -> Result<String> {
    let lock = project.shell.read_file("Cargo.lock")?;
    let mut lines = lock.lines();
    while let Some(line) = lines.next() {
        if line == "name = \"wasm-bindgen\""
            && let Some(version) = lines.next().and_then(|line| line.strip_prefix("version = "))
        {
            return Ok(version.trim_matches('"').to_owned());
        }
    }
    bail!("Cargo.lock does not name wasm-bindgen: run `cargo update -p wasm-bindgen`")
}

/// Builds programs of `package` from the registry into the project's own folder, unless they are there in this version.
fn tool(project: &Project, package: &str, version: &str, programs: &[&str], features: &[&str]) -> Result<()> {
    if programs.iter().all(|program| is_installed(project, program, version)) {
        return Ok(());
    }
    println!("  building {package} {version} into .tools (once, a minute)");
    let folder = project.path("target/tools");
    let package = format!("{package}@{version}");
    let programs = programs.iter().flat_map(|program| ["--bin", program]);
    let arguments: &Vec<&str> = &programs.chain(features.iter().copied()).collect();
    // These tools run for seconds: to optimise them would cost a minute, and save some seconds of a whole test.
    let install = |locked: Option<&str>| {
        cmd!(
            project.shell,
            "cargo install {package} {arguments...} {locked...} --root .tools --target-dir {folder} --force"
        )
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .run()
    };
    if install(Some("--locked")).is_err() {
        println!("  a locked version is not to be had here: resolving anew");
        install(None)?;
    }
    Ok(())
}

fn is_installed(project: &Project, program: &str, version: &str) -> bool {
    let path = project.path(".tools/bin").join(format!("{program}{}", env::consts::EXE_SUFFIX));
    // All but `--version` of the test runner is taken for a test; what is installed with it tells its version.
    let asked = if program == "wasm-bindgen-test-runner" {
        path.with_file_name("wasm-bindgen")
    } else {
        path.clone()
    };
    let says = || cmd!(project.shell, "{asked} --version").quiet().read().unwrap_or_default();
    path.is_file() && asked.is_file() && says().split_whitespace().nth(1) == Some(version)
}

fn npm_packages(project: &Project) -> Result<()> {
    Stamp {
        name: "npm-packages",
        inputs: &["package.json", "package-lock.json", ".npmrc"],
        with: &[],
        outputs: &["node_modules/.package-lock.json", "node_modules/.bin/wasm-opt"],
    }
    .unless_fresh(project, || Ok(cmd!(project.shell, "npm ci --no-audit --no-fund").run()?))
}
