//! Builds what is shipped: wasm modules, npm package, demo site, dashboard, binaries.
use crate::boundary;
use crate::leptos_scripts;
use crate::project::Project;
use crate::report::Report;
use crate::stamp::Stamp;
use crate::translate;
use anyhow::Result;
use std::fs;
use std::path::Path;
use xshell::cmd;

/// The wasm modules of the npm package, each a feature of `crates/npm`: `json` compares bodies, `thumbhash` decodes placeholders.
pub const MODULES: [&str; 2] = ["json", "thumbhash"];

/// Those whose work is worth SIMD, and loops that are not the shortest code.
const FAST: [&str; 1] = ["json"];

/// How those are built: the profile `wasm`, but not at the cost of speed. At `z` they are half as fast, at 3 no faster and a
/// quarter larger. A profile of its own would build macros and build scripts again.
pub const FAST_ENV: [(&str, &str); 2] =
    [("RUSTFLAGS", "-Ctarget-feature=+simd128"), ("CARGO_PROFILE_WASM_OPT_LEVEL", "s")];
/// The same, for wasm-opt. The lowest KB of memory is the end of the stack, which no function comes near.
pub const FAST_OPT: [&str; 6] =
    ["--flatten", "--rereloop", "-Oz", "--converge", "--low-memory-unused", "--enable-simd"];

/// How modules get small. The first two passes undo the nesting of blocks, and the third finds a shorter one. The features are
/// rustc's, as far as they matter.
const SMALL_OPT: [&str; 9] = [
    "--flatten",
    "--rereloop",
    "-Oz",
    "--converge",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
];

/// How `wasm-opt` finishes a module.
fn level(module: &str) -> &'static [&'static str] {
    if FAST.contains(&module) { &FAST_OPT } else { &SMALL_OPT }
}

/// How a module is instantiated: exports that take and give numbers alone need nothing around them.
const INSTANTIATE: &str = "export const instantiate = (module) => new WebAssembly.Instance(module).exports\n";
/// With panics that reach the console, which wasm-bindgen's glue passes on.
const INSTANTIATE_DEV: &str = "import { initSync } from './whippet_npm.js'\n\nexport const instantiate = (module) => initSync({ module })\n";

/// What wasm-pack writes.
const WASM: &str = "whippet_npm_bg.wasm";

/// A module before `wasm-opt`, with the names of its functions.
const UNOPTIMISED: &str = "unoptimised.wasm";

/// What every wasm module is made of, and made by.
const WASM_SOURCES: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "crates/boundary",
    "crates/engine/Cargo.toml",
    "crates/engine/src",
    "crates/npm",
    "crates/web",
    "crates/xtask/src/build.rs",
];

/// Everything. The dashboard's last minute has work for one core, so the rest is built beside it.
pub fn run(project: &Project, report: &Report, dev: bool) -> Result<()> {
    // The collector embeds it; an empty one will do until the dashboard is there.
    fs::create_dir_all(project.path("crates/dashboard/dist"))?;
    report.side_by_side(&[&|_| pages(report, dev), &|project| {
        report.step("build: collector and demo backend", || binaries(project))
    }])?;
    report.step("build: collector with the dashboard in it", || binaries(project))
}

/// Everything but the binaries.
pub fn pages(report: &Report, dev: bool) -> Result<()> {
    report.side_by_side(&[&|project| report.step("build: dashboard", || dashboard(project)), &|project| {
        package(project, report, dev)?;
        report.step("build: demo site", || site(project))
    }])
}

/// The npm package, with its wasm.
pub fn package(project: &Project, report: &Report, dev: bool) -> Result<()> {
    report.step("build: constants and rules that TypeScript shares with Rust", || {
        boundary::run(project)?;
        translate::run(project)
    })?;
    report.step("build: scripts in whippet-leptos", || leptos_scripts::write(project))?;
    forget_modules(project)?;
    for module in MODULES {
        let out = format!("pkg/wasm/{module}");
        report
            .step(&format!("build: wasm of whippet/{module}"), || wasm_module(project, module, dev, &out))?;
    }
    report.step("build: npm package", || npm_package(project))
}

/// Removes what was built of modules that there are no more: the package would have them, too.
fn forget_modules(project: &Project) -> Result<()> {
    let Ok(folders) = fs::read_dir(project.path("pkg/wasm")) else { return Ok(()) };
    for folder in folders {
        let folder = folder?;
        if !MODULES.iter().any(|name| folder.file_name() == *name) {
            project.shell.remove_path(folder.path())?;
        }
    }
    Ok(())
}

/// `crates/npm` with one feature, through wasm-pack and wasm-opt, then spelled in hex.
pub fn wasm_module(project: &Project, module: &str, dev: bool, out: &str) -> Result<()> {
    // Reading bytes is worth more than a few of them.
    let fast = FAST.contains(&module);
    let (runtime, profile): (_, &[&str]) =
        if dev { ("console", &["--dev"]) } else { ("bare", &["--profile", "wasm"]) };
    let outputs = [format!("{out}/hex.js"), format!("{out}/instantiate.js")];
    Stamp {
        name: &out.replace('/', "-"),
        inputs: &WASM_SOURCES,
        with: &[runtime],
        outputs: &outputs.iter().map(String::as_str).collect::<Vec<_>>(),
    }
    .unless_fresh(project, || {
        let shell = &project.shell;
        let dir = project.path(out);
        let features = format!("{module},{runtime}");
        shell.remove_path(&dir)?;
        let _env = fast.then(|| FAST_ENV.map(|(name, value)| shell.push_env(name, value)));
        cmd!(shell, "wasm-pack --quiet build crates/npm {profile...} --target web --mode no-install --no-opt --no-pack --out-dir {dir} --out-name whippet_npm -- --no-default-features --features {features}").run()?;
        let wasm = dir.join(WASM);
        if !dev {
            own_exports(project, &wasm)?;
        }
        finish(project, &dir, dev, level(module), if dev { INSTANTIATE_DEV } else { INSTANTIATE })
    })
}

/// A linked module becomes what is shipped, and what imports it.
fn finish(project: &Project, dir: &Path, dev: bool, level: &[&str], instantiate: &str) -> Result<()> {
    let shell = &project.shell;
    let wasm = dir.join(WASM);
    if !dev {
        // For `named`.
        shell.copy_file(&wasm, dir.join(UNOPTIMISED))?;
        cmd!(
            shell,
            "wasm-opt {level...} --strip-debug --strip-producers --strip-target-features {wasm} -o {wasm}"
        )
        .run()?;
    }
    let bytes = fs::read(&wasm)?;
    fs::write(dir.join("hex.js"), format!("export default () => '{}'\n", hex(&bytes)))?;
    fs::write(
        dir.join("hex.d.ts"),
        "declare const source: () => string | WebAssembly.Module\nexport default source\n",
    )?;
    fs::write(dir.join("instantiate.js"), instantiate)?;
    fs::write(
        dir.join("instantiate.d.ts"),
        "export declare const instantiate: (module: WebAssembly.Module) => unknown\n",
    )?;
    println!("  {}: {} bytes of wasm", dir.display(), bytes.len());
    Ok(())
}

/// The package again, for `size --why`: its ES modules with source maps, and its wasm with the names of functions.
pub fn named(project: &Project) -> Result<()> {
    let shell = &project.shell;
    Stamp {
        name: "why",
        inputs: &["pkg/src", "pkg/wasm", "pkg/build.mjs", "pkg/shortExports.mjs"],
        with: &[],
        outputs: &["target/why/dist/index.js"],
    }
    .unless_fresh(project, || Ok(cmd!(shell, "node pkg/build.mjs --maps target/why/dist").run()?))?;
    shell.create_dir("target/why/wasm")?;
    for module in MODULES {
        let from = format!("pkg/wasm/{module}/{UNOPTIMISED}");
        let to = format!("target/why/wasm/{module}.wasm");
        Stamp { name: &format!("why-{module}"), inputs: &[&from], with: &[], outputs: &[&to] }.unless_fresh(
            project,
            || {
                let level = level(module);
                Ok(cmd!(shell, "wasm-opt {level...} --debuginfo {from} -o {to}").run()?)
            },
        )?;
    }
    Ok(())
}

/// Drops exports that begin with `__`, which are wasm-bindgen's own, and all that is there for them.
fn own_exports(project: &Project, wasm: &Path) -> Result<()> {
    let declarations = fs::read_to_string(wasm.with_extension("wasm.d.ts"))?;
    let own: Vec<String> = declarations
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.split_once(':'))
        .filter(|(name, _)| !name.starts_with("__"))
        .map(|(name, _)| format!(r#"{{ "name": "{name}", "export": "{name}", "root": true }}"#))
        .collect();
    let graph = wasm.with_file_name("exports.json");
    fs::write(&graph, format!("[{}]", own.join(",")))?;
    cmd!(project.shell, "wasm-metadce --quiet --debuginfo {wasm} --graph-file {graph} -o {wasm}")
        .ignore_stdout()
        .run()?;
    Ok(fs::remove_file(graph)?)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn npm_package(project: &Project) -> Result<()> {
    Stamp {
        name: "npm-package",
        inputs: &[
            "pkg/src",
            "pkg/wasm",
            "pkg/package.json",
            "pkg/browsers.mjs",
            "pkg/build.mjs",
            "pkg/commonjs.mjs",
            "pkg/declarations.mjs",
            "pkg/internalNames.mjs",
            "pkg/ruleNames.mjs",
            "pkg/shortExports.mjs",
            "pkg/spelling.mjs",
            "pkg/tsconfig.json",
            "package-lock.json",
        ],
        with: &[],
        outputs: &["pkg/dist/index.js", "pkg/dist/cjs/types/index.d.ts"],
    }
    .unless_fresh(project, || Ok(cmd!(project.shell, "node pkg/build.mjs").run()?))
}

fn site(project: &Project) -> Result<()> {
    Stamp {
        name: "demo-site",
        inputs: &["www/src", "www/build.mjs", "www/package.json", "pkg/src", "pkg/wasm", "package-lock.json"],
        with: &[],
        outputs: &["www/dist/index.html"],
    }
    .unless_fresh(project, || Ok(cmd!(project.shell, "node www/build.mjs").run()?))
}

/// The Leptos app: through wasm-pack and wasm-opt, beside its page, its styles and its charts.
/// The dashboard, where the collector's build looks for it.
pub fn dashboard(project: &Project) -> Result<()> {
    Stamp {
        name: "dashboard",
        inputs: &[
            "Cargo.lock",
            "Cargo.toml",
            "crates/api",
            "crates/engine/src",
            "crates/web/src",
            "crates/leptos",
            "crates/dashboard",
            "crates/xtask/src/build.rs",
            "package-lock.json",
        ],
        with: &[],
        outputs: &["crates/dashboard/dist/index.html"],
    }
    .unless_fresh(project, || {
        let shell = &project.shell;
        let out = project.path("target/dashboard");
        cmd!(shell, "wasm-pack --quiet build crates/dashboard --profile wasm --target web --mode no-install --no-opt --no-pack --no-typescript --out-dir {out} --out-name whippet_dashboard").run()?;
        let wasm = out.join("whippet_dashboard_bg.wasm");
        cmd!(shell, "wasm-opt -Oz --strip-debug --strip-producers {wasm} -o {wasm}").run()?;

        let dist = project.path("crates/dashboard/dist");
        shell.remove_path(&dist)?;
        shell.create_dir(&dist)?;
        for file in ["whippet_dashboard.js", "whippet_dashboard_bg.wasm"] {
            shell.copy_file(out.join(file), dist.join(file))?;
        }
        for asset in shell.read_dir("crates/dashboard/assets")? {
            shell.copy_file(asset, &dist)?;
        }
        shell.copy_file("crates/dashboard/index.html", &dist)?;
        cmd!(shell, "esbuild crates/dashboard/js/chart.js --bundle --minify --format=esm --outdir={dist} --log-level=warning").run()?;
        cmd!(shell, "node crates/dashboard/pack.mjs {dist}").run()?;
        Ok(())
    })
}

/// The small Leptos app of the end-to-end tests, in the profile that the tests in the browser were built in.
pub fn leptos_page(project: &Project, out: &str) -> Result<()> {
    let dir = project.path(out);
    Ok(cmd!(project.shell, "wasm-pack --quiet build tests/e2e/leptos --dev --target web --mode no-install --no-opt --no-pack --no-typescript --out-dir {dir} --out-name page").run()?)
}

/// What hydrates the pages of the Leptos app that a server renders.
pub fn leptos_shop(project: &Project, out: &str) -> Result<()> {
    let dir = project.path(out);
    Ok(cmd!(project.shell, "wasm-pack --quiet build tests/leptos-apps/browser --dev --target web --mode no-install --no-opt --no-pack --no-typescript --out-dir {dir} --out-name shop").run()?)
}

/// The collector, which has the dashboard in it, and the demo's backend.
fn binaries(project: &Project) -> Result<()> {
    Ok(cmd!(project.shell, "cargo build --package whippet-collector --package whippet-demo-backend").run()?)
}
