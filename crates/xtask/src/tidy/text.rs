//! What every source file must be like: not too long, lines that fit a screen, and an engine that knows no browser.

/// Lines of a source file. From about 400 on, look for a second idea in it; more than this is a fault.
const LONGEST: usize = 700;
/// Characters of a line outside tests. rustfmt breaks code at 110, but neither comments nor TypeScript.
const WIDEST: usize = 150;
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

/// Adds what is wrong with one file.
pub fn check(file: &str, text: &str, faults: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > LONGEST && !LONGER.contains(&file) {
        faults.push(format!("{file}: {lines} lines; split it, one idea per file"));
    }
    if text.lines().any(|line| line.ends_with([' ', '\t'])) {
        faults.push(format!("{file}: white space at the end of a line"));
    }
    let is_test = file.contains("test") || file.ends_with("cases.rs") || file.ends_with(".css");
    for (number, line) in
        text.lines().enumerate().filter(|(_, line)| !is_test && line.chars().count() > WIDEST)
    {
        // One text, as long as it is: a message, or a command.
        let is_text = line.matches(['"', '\'', '`']).count() >= 2;
        if !is_text {
            faults.push(format!(
                "{file}:{}: {} characters; break it at 120",
                number + 1,
                line.chars().count()
            ));
        }
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
    use super::check;

    fn faults(file: &str, text: &str) -> usize {
        let mut faults = Vec::new();
        check(file, text, &mut faults);
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
        let wide = format!("// {}\n", "a ".repeat(90).trim_end());
        assert_eq!(faults("www/src/a.ts", &wide), 1);
        assert_eq!(faults("www/src/a.test.ts", &wide), 0);
    }
}
