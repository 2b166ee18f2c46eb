//! A source file, as the rules see it.

/// Its path from the root, with `/`, and its text.
pub struct Source {
    pub path: String,
    pub text: String,
}

/// Makes sources from pairs of path and text.
#[cfg(test)]
pub fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}
