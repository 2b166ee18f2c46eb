//! Splits Rust into words and marks, without comments and texts: as much as finding imports needs.

/// A word, `::` or a single mark, and its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

/// All tokens, less those of items that only tests have (`#[cfg(test)]`).
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    without_tests(&split(source)).0
}

/// The modules that only tests have, by name.
pub fn test_modules(source: &str) -> Vec<&str> {
    without_tests(&split(source)).1
}

fn split(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let start = at;
        let rest = &source[at..];
        let byte = bytes[at];
        at += if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = raw_text(rest) {
            length
        } else if byte == b'"' {
            text(rest)
        } else if byte == b'\'' {
            character(rest)
        } else if byte.is_ascii_alphanumeric() || byte == b'_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token { text: &rest[..length], line });
            length
        } else {
            let length =
                if rest.starts_with("::") { 2 } else { rest.chars().next().map_or(1, char::len_utf8) };
            if !byte.is_ascii_whitespace() {
                tokens.push(Token { text: &rest[..length], line });
            }
            length
        };
        line += source[start..at].matches('\n').count();
    }
    tokens
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    // The end of the file may be inside a character.
    (at..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len())
}

/// `r"…"`, `br#"…"#` and their like.
fn raw_text(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].bytes().take_while(|byte| *byte == b'#').count();
    let body = prefix.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len()))
}

fn text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character, or only the mark of a lifetime.
fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        // The one after the backslash may be the quote itself.
        (Some((_, '\\')), Some((at, _))) => {
            rest[at + 1..].find('\'').map_or(rest.len(), |end| at + 1 + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// The tokens outside items of tests, and the names of the modules among those items.
fn without_tests<'a>(tokens: &[Token<'a>]) -> (Vec<Token<'a>>, Vec<&'a str>) {
    let (mut kept, mut modules) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(&tokens[at..]) {
            let end = at + item(&tokens[at..]);
            let item = &tokens[at..end];
            if let [Token { text: "mod", .. }, Token { text: name, .. }, _] =
                item[item.len().saturating_sub(3)..]
            {
                modules.push(name);
            }
            at = end;
        } else {
            kept.push(tokens[at]);
            at += 1;
        }
    }
    (kept, modules)
}

fn is_test_attribute(tokens: &[Token<'_>]) -> bool {
    let words = |count: usize| tokens.iter().take(count).map(|token| token.text);
    if !words(4).eq(["#", "[", "cfg", "("]) {
        return false;
    }
    let condition = tokens.iter().take_while(|token| token.text != "]");
    condition.clone().any(|token| token.text == "test")
        && !condition.into_iter().any(|token| token.text == "not")
}

/// How many tokens the item at the start has, with its attributes: up to a `;` or the end of its braces.
fn item(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        // `use a::{b, c};` has braces and ends after them.
        let ends_after = tokens.get(at + 1).is_some_and(|next| next.text == ";");
        if depth == 0 && (token.text == ";" || (token.text == "}" && !ends_after)) {
            return at + 1;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::{test_modules, tokens};

    fn words(source: &str) -> Vec<&str> {
        tokens(source).iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_texts_and_characters_are_left_out() {
        let source = "a // b\n/* c /* d */ e */ f::g r#\"h \" i\"# \"j\\\" k\" 'l' '\\'' &'m n '\"' o";
        assert_eq!(words(source), ["a", "f", "::", "g", "&", "m", "n", "o"]);
    }

    #[test]
    fn lines_are_counted_through_texts_and_comments() {
        let all = tokens("/*\n\n*/ a \"\n\" b\n'\\n' c");
        assert_eq!(
            all.iter().map(|token| (token.text, token.line)).collect::<Vec<_>>(),
            [("a", 3), ("b", 4), ("c", 5)]
        );
    }

    #[test]
    fn items_of_tests_are_left_out() {
        let source = "#[cfg(test)] mod a; x #[cfg(test)]\n#[path = \"p\"]\nmod b { fn f() { {} } } y\
                      #[cfg(all(test, not(z)))] use c::{d}; #[cfg(all(unix, test))] use e::{f, g}; z";
        assert_eq!(words(source).join(" "), "x y # [ cfg ( all ( test , not ( z ) ) ) ] use c :: { d } ; z");
        assert_eq!(test_modules("#[cfg(test)] mod a; mod b; #[cfg(test)] pub(crate) mod c;"), ["a", "c"]);
    }
}
