//! What a contributor runs.
//!
//! `cargo xtask demo` shows Whippet, `cargo xtask test` tests it; each does all its own set-up, from
//! nothing but rustup and Node. Nothing is downloaded but from the cargo and npm registries and, for the
//! browser, the system's packages.
#![allow(clippy::print_stdout, reason = "talking to the terminal is its job")]

mod api;
mod bench;
mod boundary;
mod browser;
mod build;
mod demo;
mod deny;
mod dist;
mod end_to_end;
mod flags;
mod leptos_scripts;
mod leptos_server;
mod leptos_size;
mod memory_folder;
mod native;
mod packages;
mod postgres;
mod project;
mod prometheus;
mod report;
mod setup;
mod size;
mod stamp;
mod steps;
mod test;
mod tidy;
mod translate;

use anyhow::Result;
use flags::{Xtask, XtaskCmd};
use project::Project;
use report::Report;

fn main() {
    if let Err(error) = run() {
        eprintln!("\nerror: {error:#}");
        std::process::exit(1);
    }
}

fn run() -> Result<()> {
    let flags = Xtask::from_env_or_exit();
    let project = Project::new()?;
    let report = Report::new();
    match flags.subcommand {
        XtaskCmd::Demo(flags) => demo::run(&project, &report, &flags),
        XtaskCmd::Test(flags) => test::run(&project, &report, &flags),
        XtaskCmd::Build(flags) => {
            setup::run(&project, &report)?;
            build::run(&project, &report, flags.dev)
        }
        XtaskCmd::Size(flags) => size::run(&project, &report, &flags),
        XtaskCmd::Bench(flags) => bench::run(&project, &report, &flags),
        XtaskCmd::Adapters(_) => test::adapters(&project, &report),
        XtaskCmd::Boundary(_) => {
            boundary::run(&project)?;
            translate::run(&project)
        }
        XtaskCmd::Dist(flags) => dist::run(&project, &report, &flags),
        XtaskCmd::Api(_) => api::write(&project),
        XtaskCmd::Deny(_) => deny::run(&project),
        XtaskCmd::Tidy(_) => tidy::run(&project),
    }
}
