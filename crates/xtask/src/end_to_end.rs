//! The whole product in browsers. Test files mostly wait for a browser, so several run side by side.
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use xshell::cmd;

use crate::browser::Browser;
use crate::project::Project;
use crate::steps::{Steps, test_files};
use crate::{build, demo, leptos_server};

/// The tests have ports of their own, so that a running demo is left alone.
const PORT: u16 = 7390;

/// The test files that no worker has taken yet.
pub struct Suite<'a> {
    steps: &'a Steps<'a>,
    browser: &'a Browser,
    firefox: Option<&'a Path>,
    waiting: Mutex<Vec<PathBuf>>,
}

impl<'a> Suite<'a> {
    /// `None` if no test file was asked for.
    pub fn new(
        project: &Project,
        steps: &'a Steps<'a>,
        browser: &'a Browser,
        firefox: Option<&'a Path>,
    ) -> Result<Option<Self>> {
        let mut waiting = test_files(&project.path("tests/e2e"))?;
        waiting.retain(|file| steps.has(&step_name(file)));
        if waiting.is_empty() {
            return Ok(None);
        }
        // The largest files take longest: the last to be taken are short, so that all workers end at about the same time.
        waiting.sort_by_key(|file| fs::metadata(file).map_or(0, |metadata| metadata.len()));
        Ok(Some(Self { steps, browser, firefox, waiting: Mutex::new(waiting) }))
    }

    /// Builds the pages that only these tests need; and a server, unless it was built with all tests.
    pub fn build(&self, project: &Project) -> Result<()> {
        let report = self.steps.report;
        report.step("build: pages of the end-to-end tests", || {
            // A development build of one module, whose panics are to be seen.
            build::wasm_module(project, "pacer", true, "target/dev-wasm/pacer")?;
            build::leptos_page(project, "target/dev-wasm/leptos")?;
            demo::graph(project).map(drop)
        })?;
        let shop = ["leptos-pages.test.mjs", "leptos-devtools.test.mjs"];
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let has_shop = waiting.iter().any(|file| shop.iter().any(|name| file.ends_with(name)));
        drop(waiting);
        if has_shop {
            report.step("build: pages that a server renders and a browser hydrates", || {
                if self.steps.only.is_some() {
                    leptos_server::build(project)?;
                }
                build::leptos_shop(project, "target/dev-wasm/shop")
            })?;
        }
        Ok(())
    }

    /// Takes one file after another until none is left. Each worker has servers and data of its own, so that no test sees
    /// what another sends.
    pub fn work(&self, project: &Project, worker: u16) -> Result<()> {
        let data = project.path(&format!("target/e2e-data-{worker}"));
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let port = PORT + 2 * worker;
        let _servers = demo::Servers::start(project, port, &data)?;
        while let Some(file) = self.next() {
            self.steps.run(&step_name(&file), || self.test(project, &file, port))?;
        }
        Ok(())
    }

    fn next(&self) -> Option<PathBuf> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn test(&self, project: &Project, file: &Path, port: u16) -> Result<()> {
        let mut command = cmd!(project.shell, "node --test {file}");
        if let Some(firefox) = self.firefox {
            command = command.env("FIREFOX", firefox);
        }
        Ok(command
            .env("WHIPPET_COLLECTOR", format!("http://127.0.0.1:{port}"))
            .env("WHIPPET_DEMO", format!("http://127.0.0.1:{}", port + 1))
            .env("WHIPPET_BINARY", project.binary("whippet"))
            .env("WHIPPET_DEV_WASM", project.path("target/dev-wasm/pacer"))
            .env("WHIPPET_LEPTOS", project.path("target/dev-wasm/leptos"))
            .env("WHIPPET_LEPTOS_SERVER", project.binary("whippet-leptos-server"))
            .env("WHIPPET_LEPTOS_SHOP", project.path("target/dev-wasm/shop"))
            .env("CHROME", &self.browser.chrome)
            .run()?)
    }
}

fn step_name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    format!("test: end to end, {}", name.trim_end_matches(".test.mjs"))
}
