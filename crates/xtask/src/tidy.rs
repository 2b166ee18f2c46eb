//! The rules of the house that a machine can see.
use crate::project::Project;
use anyhow::{Result, bail};
use std::path::Path;
use xshell::cmd;

/// The longest a source may be. About 400 lines is a sign to look again; this is where it ends.
const LONGEST: usize = 700;
/// Types that refer to one another in circles: split, their files would import one another in circles.
const LONGER: [&str; 1] = ["pkg/src/query/types/classes.ts"];
/// What the engine must not know: a browser, a clock, randomness, output.
const FOREIGN: [&str; 9] = [
    "wasm_bindgen",
    "js_sys",
    "web_sys",
    "gloo",
    "Instant::now",
    "SystemTime",
    "thread_rng",
    "println!",
    "std::thread",
];

/// Looks at every file that git tracks.
pub fn run(project: &Project) -> Result<()> {
    let files = cmd!(project.shell, "git ls-files --cached --others --exclude-standard").quiet().read()?;
    let mut faults = Vec::new();
    for file in files.lines().filter(|file| project.path(file).is_file()) {
        let kind = Path::new(file).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !["rs", "ts", "mjs", "js", "css"].contains(&kind) {
            continue;
        }
        look(file, &project.shell.read_file(file)?, &mut faults);
    }
    if faults.is_empty() { Ok(()) } else { bail!("{} faults:\n  {}", faults.len(), faults.join("\n  ")) }
}

fn look(file: &str, text: &str, faults: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > LONGEST && !LONGER.contains(&file) {
        faults.push(format!("{file}: {lines} lines; split it, one idea per file"));
    }
    if text.lines().any(|line| line.ends_with([' ', '\t'])) {
        faults.push(format!("{file}: white space at the end of a line"));
    }
    if file.ends_with(".rs") && !text.starts_with("//!") && !file.contains("/tests") {
        faults.push(format!("{file}: begins without saying what it is (//!)"));
    }
    if file.starts_with("crates/engine/src/") {
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for word in FOREIGN.iter().filter(|word| line.contains(*word)) {
                faults.push(format!("{file}:{}: the engine must not know `{word}`", number + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::look;

    fn faults(file: &str, text: &str) -> usize {
        let mut faults = Vec::new();
        look(file, text, &mut faults);
        faults.len()
    }

    #[test]
    fn the_engine_knows_no_clock() {
        let text = "//! x\nlet now = std::time::Instant::now();\n// SystemTime is not used\n";
        assert_eq!(faults("crates/engine/src/a.rs", text), 1);
        assert_eq!(faults("crates/web/src/a.rs", text), 0);
    }

    #[test]
    fn files_are_short_and_say_what_they_are() {
        assert_eq!(faults("crates/web/src/a.rs", &format!("//! x\n{}", "\n".repeat(800))), 1);
        assert_eq!(faults("crates/web/src/a.rs", "fn main() {}\n"), 1);
        assert_eq!(faults("www/src/a.ts", "let a = 1 \n"), 1);
    }
}
