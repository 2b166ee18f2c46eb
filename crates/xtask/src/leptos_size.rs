//! What a query cache adds to a Leptos app: `tests/bench/leptos`, built as an app is shipped, with each of them. Some minutes.
use crate::project::Project;
use crate::report::Report;
use crate::setup;
use anyhow::{Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write as _;
use xshell::cmd;

/// What fetches: a feature of the app, and what the table calls it. The first is what the others are compared with.
const KINDS: [(&str, &str); 4] = [
    ("plain", "a resource of Leptos"),
    ("whippet", "whippet-leptos"),
    ("devtools", "whippet-leptos, with devtools"),
    ("leptos-fetch", "leptos-fetch"),
];

/// The most that our queries add to a plain resource, in bytes after gzip.
const BUDGET: usize = 26_000;

/// The most that devtools add to a build that has none of them: the linker orders things otherwise.
const NOTHING: usize = 100;

/// Prints the table, and fails where ours is over budget.
pub fn run(project: &Project, report: &Report) -> Result<()> {
    setup::run(project, report)?;
    let mut sizes = Vec::new();
    for (feature, name) in KINDS {
        sizes.push(report.step(&format!("build: Leptos app, {name}"), || size(project, feature))?);
    }
    println!("\n{:<38}{:>9}{:>9}{:>9}", "a Leptos app with one query", "wasm", "gzip", "more");
    let plain = sizes[0].1;
    for ((_, name), (bytes, gzip)) in KINDS.iter().zip(&sizes) {
        println!("{name:<38}{bytes:>9}{gzip:>9}{:>9}", gzip.saturating_sub(plain));
    }
    let (ours, with_devtools) = (sizes[1].1, sizes[2].1);
    if ours.saturating_sub(plain) > BUDGET {
        bail!("queries add {} bytes to a Leptos app, {BUDGET} are the budget", ours - plain);
    }
    if with_devtools.saturating_sub(ours) > NOTHING {
        bail!("devtools add {} bytes to a release build, which has none", with_devtools - ours);
    }
    Ok(())
}

/// The bytes of the wasm, and those after gzip.
fn size(project: &Project, feature: &str) -> Result<(usize, usize)> {
    let shell = &project.shell;
    let out = project.path(&format!("target/bench/leptos-{feature}"));
    cmd!(shell, "wasm-pack --quiet build tests/bench/leptos --profile wasm --target web --mode no-install --no-opt --no-pack --no-typescript --out-dir {out} --out-name app -- --no-default-features --features {feature}").run()?;
    let wasm = out.join("app_bg.wasm");
    cmd!(shell, "wasm-opt -Oz --strip-debug --strip-producers {wasm} -o {wasm}").run()?;
    let bytes = fs::read(wasm)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    Ok((bytes.len(), gzip.finish()?.len()))
}
