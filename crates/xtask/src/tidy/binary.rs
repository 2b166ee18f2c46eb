//! What git tracks is text that somebody wrote. What a program made, such as a database or an archive, has a NUL early on.
use anyhow::Result;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// As many bytes of a file are looked at, as git does.
const LOOKED_AT: u64 = 8_000;
/// Bytes that belong here: pictures of the documentation, and what programs under test sent or are fed with.
const WELCOME: [&str; 3] = ["docs/images/", "tests/it/recorded/", "tests/fuzz/corpus/"];

/// Adds a fault where the file is not text and has no place here.
pub fn check(file: &str, path: &Path, faults: &mut Vec<String>) -> Result<()> {
    if WELCOME.iter().any(|folder| file.contains(folder)) {
        return Ok(());
    }
    let mut start = Vec::new();
    File::open(path)?.take(LOOKED_AT).read_to_end(&mut start)?;
    if start.contains(&0) {
        faults.push(format!("{file}: not text; take it out of git, and name it in .gitignore"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;
    use std::fs;

    #[test]
    fn a_database_is_no_source() -> anyhow::Result<()> {
        let path = std::env::temp_dir().join(format!("whippet-tidy-{}", std::process::id()));
        let mut found = Vec::new();
        for (text, file) in [
            ("SQLite format 3\0", "crates/collector/whippet-data/whippet.db"),
            ("SQLite format 3\0", "crates/collector/tests/it/recorded/node-1.pb"),
            ("-- SQL\n", "crates/store/a.sql"),
        ] {
            fs::write(&path, text)?;
            check(file, &path, &mut found)?;
        }
        fs::remove_file(&path)?;
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/collector/whippet-data/whippet.db"));
        Ok(())
    }
}
