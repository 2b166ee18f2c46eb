//! What is published: its documentation, and that the packages are whole. They are unpacked into a workspace of their own, where
//! nothing of the repository is near, and checked there. `cargo package` would build them, and Leptos once more with them, which takes
//! minutes; what they depend on has been checked by other steps, so this takes less than one.
use crate::project::Project;
use crate::{leptos_scripts, leptos_server};
use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::path::Path;
use tar::Archive;
use xshell::cmd;

/// Crates that others may take from a registry.
const PUBLISHED: [&str; 4] = ["whippet-engine", "whippet-web", "whippet-leptos", "whippet-delta"];

/// Where they are unpacked.
const FOLDER: &str = "target/xtask/packages";

/// Packs them, and checks what was packed.
pub fn check(project: &Project) -> Result<()> {
    leptos_scripts::write(project)?;
    let crates = PUBLISHED.map(|name| ["--package", name]).concat();
    cmd!(project.shell, "cargo package --quiet --no-verify --allow-dirty {crates...}").run()?;
    let folder = project.path(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for name in PUBLISHED {
        unpack(project, name, &folder)?;
    }
    for (script, _) in leptos_scripts::SCRIPTS {
        let packed = fs::read_to_string(folder.join("whippet-leptos").join(script));
        let written = fs::read_to_string(project.path(&leptos_scripts::path(script)))?;
        ensure!(packed.is_ok_and(|packed| packed == written), "the package of whippet-leptos lacks {script}");
    }
    workspace(project, &folder)?;
    let (manifest, target) = (folder.join("Cargo.toml"), project.target());
    // As the step before has checked what is below them, and once for a browser, with what is embedded.
    let server = ["--package=whippet-leptos", "--features=whippet-leptos/ssr"];
    let layer = ["--package=whippet-delta", "--lib"];
    let browser = [
        "--package=whippet-leptos",
        "--features=whippet-leptos/csr,whippet-leptos/devtools,whippet-leptos/otlp",
        "--target=wasm32-unknown-unknown",
    ];
    for crates in [server.as_slice(), &layer, &browser] {
        cmd!(
            project.shell,
            "cargo check --quiet --manifest-path {manifest} --target-dir {target} {crates...}"
        )
        .run()?;
    }
    Ok(())
}

/// The newest package of a name, into a folder without its version.
fn unpack(project: &Project, name: &str, folder: &Path) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let package = project.target().join(format!("package/{name}-{version}.crate"));
    let file = File::open(&package).with_context(|| format!("no package {}", package.display()))?;
    let mut archive = Archive::new(GzDecoder::new(file));
    // All is packed as of 2006: Cargo would take it for what it checked the last time.
    archive.set_preserve_mtime(false);
    archive.unpack(folder)?;
    Ok(fs::rename(folder.join(format!("{name}-{version}")), folder.join(name))?)
}

/// The packages depend on one another, not on what a registry has; versions and profile are the repository's.
fn workspace(project: &Project, folder: &Path) -> Result<()> {
    let root = project.shell.read_file("Cargo.toml")?;
    let (_, profile) = root.split_once("[profile.dev]").context("Cargo.toml has no [profile.dev]")?;
    let patches = PUBLISHED.map(|name| format!("{name} = {{ path = \"{name}\" }}\n")).concat();
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n\n[patch.crates-io]\n{patches}\n[profile.dev]{profile}"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(project.path("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// Documents them; what is wrong in it fails. What they depend on is as the step before has checked it.
pub fn documentation(project: &Project) -> Result<()> {
    let (shell, leptos) = (&project.shell, leptos_server::CRATES.map(|name| ["--package", name]).concat());
    let _flags = shell.push_env("RUSTDOCFLAGS", "-D warnings");
    let features = "whippet-leptos/ssr,whippet-leptos/devtools,whippet-leptos/otlp";
    cmd!(shell, "cargo doc --quiet --no-deps --lib {leptos...} --package whippet-engine --package whippet-web --features {features}").run()?;
    Ok(cmd!(shell, "cargo doc --quiet --no-deps --lib --package whippet-delta").run()?)
}
