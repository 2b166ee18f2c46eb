//! The text of a query without its parameters: literals become `?`, so that nothing of a customer is stored, and queries that
//! differ in nothing else are one.

/// The longest text, bytes.
const LONGEST: usize = 1000;
/// The most of a text that is read, bytes.
const READ: usize = 16 * 1024;

/// Words that SQL begins with. Of anything else, such as a command of another language, only the first word is kept.
const BEGINNINGS: &[&str] = &[
    "alter",
    "analyze",
    "begin",
    "call",
    "commit",
    "copy",
    "create",
    "declare",
    "delete",
    "drop",
    "exec",
    "execute",
    "explain",
    "fetch",
    "insert",
    "lock",
    "merge",
    "pragma",
    "refresh",
    "release",
    "replace",
    "rollback",
    "savepoint",
    "select",
    "show",
    "truncate",
    "update",
    "vacuum",
    "values",
    "with",
];
/// After these words a quoted name may stand.
const BEFORE_NAMES: &[&str] = &[
    "as",
    "by",
    "column",
    "constraint",
    "distinct",
    "exists",
    "from",
    "index",
    "into",
    "join",
    "key",
    "on",
    "only",
    "references",
    "returning",
    "select",
    "set",
    "table",
    "update",
    "using",
    "view",
];

/// `text` without literals and comments, on one line.
pub fn without_parameters(text: &str) -> String {
    let text = whippet_engine::beacon::limits::cut(text, READ);
    let mut reader = Reader {
        rest: text.trim_start_matches(|c: char| c.is_whitespace() || c == '(' || c == ';'),
        ..Reader::default()
    };
    reader.skip_comments();
    let first: String = reader.rest.chars().take_while(|c| c.is_ascii_alphabetic()).take(20).collect();
    if !BEGINNINGS.contains(&first.to_ascii_lowercase().as_str()) {
        let word: String = first.chars().take(20).collect();
        return if word.is_empty() { "?".to_owned() } else { format!("{word} ?") };
    }
    while !reader.rest.is_empty() && reader.out.len() < 2 * LONGEST {
        reader.step();
    }
    let text = collapsed(&reader.out);
    whippet_engine::beacon::limits::line(text.trim(), LONGEST)
}

#[derive(Default)]
struct Reader<'a> {
    rest: &'a str,
    out: String,
    /// The last word, in lower case; empty after any other sign.
    word: String,
    /// The last keyword that says where names may stand.
    clause: &'static str,
    /// For each open parenthesis, whether it holds names: the columns of an `INSERT`.
    names: Vec<bool>,
}

impl Reader<'_> {
    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn step(&mut self) {
        self.skip_comments();
        let Some(c) = self.rest.chars().next() else { return };
        match c {
            '\'' => self.literal('\''),
            '"' if !self.is_name() => self.literal('"'),
            '"' | '`' => self.quoted_name(c),
            '[' if self.rest.get(1..2).is_some_and(|next| next.starts_with(|c: char| c.is_alphabetic())) => {
                self.quoted_name(']')
            }
            '$' if self.dollar_quoted() => {}
            _ if c.is_ascii_digit() => self.number(),
            '.' if self.rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
                && !self.out.ends_with(|c: char| is_word(c) || c == '"') =>
            {
                self.number();
            }
            _ if is_word(c) || matches!(c, '$' | ':' | '@') => self.bare_word(),
            _ if c.is_whitespace() => {
                let length = self.rest.find(|c: char| !c.is_whitespace()).unwrap_or(self.rest.len());
                self.take(length);
                self.space();
            }
            _ => self.sign(c),
        }
    }

    fn space(&mut self) {
        if !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }

    fn skip_comments(&mut self) {
        loop {
            let length = if self.rest.starts_with("--") || self.rest.starts_with("# ") {
                self.rest.find('\n').unwrap_or(self.rest.len())
            } else if self.rest.starts_with("/*") {
                self.rest.find("*/").map_or(self.rest.len(), |end| end + 2)
            } else {
                return;
            };
            self.take(length);
            self.space();
            let blank = self.rest.find(|c: char| !c.is_whitespace()).unwrap_or(self.rest.len());
            self.take(blank);
        }
    }

    /// A string up to `quote`, which is written twice within it. Whether a backslash escapes it depends on the database: where
    /// that makes a difference, nothing that follows can be told from a value, and all of it is left out.
    fn literal(&mut self, quote: char) {
        // `N'…'`, `E'…'`, `x'…'`
        if self.word.len() == 1 && self.out.ends_with(|c: char| "nexbNEXB".contains(c)) {
            self.out.pop();
        }
        let bytes = self.rest.as_bytes();
        let (mut at, mut backslashes, mut end) = (1, 0, self.rest.len());
        while let Some(byte) = bytes.get(at) {
            if char::from(*byte) == quote {
                if backslashes % 2 == 1 {
                    self.rest = "";
                    self.out.push_str("? …");
                    return;
                }
                if bytes.get(at + 1).is_none_or(|next| char::from(*next) != quote) {
                    end = at + 1;
                    break;
                }
                at += 1;
            }
            backslashes = if *byte == b'\\' { backslashes + 1 } else { 0 };
            at += 1;
        }
        self.take(end);
        self.placeholder();
    }

    fn placeholder(&mut self) {
        self.out.push('?');
        self.word.clear();
    }

    /// Whether the double quotes that follow hold a name, as in SQL, and not a string, as in MySQL.
    fn is_name(&self) -> bool {
        let Some(end) = self.rest.get(1..).and_then(|rest| rest.find('"')) else { return false };
        let inside = &self.rest[1..=end];
        if inside.is_empty()
            || !inside.chars().all(is_word)
            || inside.starts_with(|c: char| c.is_ascii_digit())
        {
            return false;
        }
        let after = self.rest[end + 2..].trim_start();
        let before = self.out.trim_end();
        if after.starts_with('.') || before.ends_with('.') {
            return true;
        }
        if before.ends_with('(') || before.ends_with(',') {
            let inner = self.names.last();
            return inner == Some(&true) || inner.is_none() && self.clause != "values";
        }
        if matches!(self.word.as_str(), "where" | "and" | "or" | "not") {
            let operators = ["=", "<", ">", "!", "~", "is ", "in ", "like ", "ilike ", "between ", "not "];
            let after: String = after.chars().take(8).flat_map(char::to_lowercase).collect();
            return operators.iter().any(|operator| after.starts_with(operator));
        }
        BEFORE_NAMES.contains(&self.word.as_str())
    }

    fn quoted_name(&mut self, close: char) {
        let end = self
            .rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == close)
            .map_or(self.rest.len(), |(at, c)| at + c.len_utf8());
        let name = self.take(end).to_owned();
        self.out.push_str(&name);
        self.word.clear();
    }

    /// `$$…$$` or `$tag$…$tag$`, as PostgreSQL has it.
    fn dollar_quoted(&mut self) -> bool {
        let Some(end) = self.rest.get(1..).and_then(|rest| rest.find('$')) else { return false };
        let tag = self.rest[..end + 2].to_owned();
        let inner = &tag[1..tag.len() - 1];
        if inner.starts_with(|c: char| c.is_ascii_digit()) || !inner.chars().all(is_word) {
            return false;
        }
        let body = &self.rest[tag.len()..];
        let length = body.find(tag.as_str()).map_or(self.rest.len(), |at| at + 2 * tag.len());
        self.take(length);
        self.placeholder();
        true
    }

    fn number(&mut self) {
        let mut length = self.rest.find(|c: char| !is_word(c) && c != '.').unwrap_or(self.rest.len());
        // `1e-5`
        if self.rest[..length].ends_with(['e', 'E']) && self.rest[length..].starts_with(['+', '-']) {
            let more = self.rest[length + 1..].find(|c: char| !c.is_ascii_digit());
            length = more.map_or(self.rest.len(), |more| length + 1 + more);
        }
        self.take(length);
        self.placeholder();
    }

    /// A keyword, a name, or a placeholder such as `$1`, `:id` or `@p1`.
    fn bare_word(&mut self) {
        let mut chars = self.rest.char_indices();
        chars.next();
        let length = chars.find(|(_, c)| !is_word(*c) && *c != '$').map_or(self.rest.len(), |(at, _)| at);
        let word = self.take(length).to_owned();
        self.out.push_str(&word);
        self.word = word.to_ascii_lowercase();
        for clause in ["into", "values", "select", "from", "where", "set", "by", "in"] {
            if self.word == clause {
                self.clause = clause;
            }
        }
    }

    fn sign(&mut self, c: char) {
        match c {
            '(' => self.names.push(self.clause == "into"),
            ')' => drop(self.names.pop()),
            _ => {}
        }
        self.take(c.len_utf8());
        self.out.push(c);
        self.word.clear();
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Lists of parameters as one: `IN (?, ?, ?)` and `VALUES (?, ?), (?, ?)` have as many as there were values.
fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        out.push(c);
        for (list, one) in
            [("?, ?", "?"), ("?,?", "?"), ("(?), (?)", "(?)"), ("(?),(?)", "(?)"), ("- ?", "-?")]
        {
            if out.ends_with(list) {
                out.truncate(out.len() - list.len());
                out.push_str(one);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_parameters;
    use proptest::prelude::*;

    #[test]
    fn literals_become_placeholders() {
        for (text, expected) in [
            ("SELECT * FROM users WHERE id = 42", "SELECT * FROM users WHERE id = ?"),
            ("select a1 from t2 where b='O''Hara' and c = -1.5e-3", "select a1 from t2 where b=? and c = -?"),
            (
                r#"SELECT "users"."name" FROM "users" WHERE "id" = 'x'"#,
                r#"SELECT "users"."name" FROM "users" WHERE "id" = ?"#,
            ),
            (
                r#"SELECT * FROM t WHERE name = "bob" AND x IN ("a", "b")"#,
                "SELECT * FROM t WHERE name = ? AND x IN (?)",
            ),
            (
                r#"SELECT * FROM t WHERE n BETWEEN "a" AND "b" ORDER BY "n""#,
                r#"SELECT * FROM t WHERE n BETWEEN ? AND ? ORDER BY "n""#,
            ),
            (
                r#"INSERT INTO "t" ("a", "b") VALUES (1, 'x'), (2, 'y')"#,
                r#"INSERT INTO "t" ("a", "b") VALUES (?)"#,
            ),
            ("UPDATE t SET a = $1, b = :name WHERE c = @p1", "UPDATE t SET a = $1, b = :name WHERE c = @p1"),
            ("SELECT $$it's$$, $q$x$q$, 0xFF, N'x' FROM `my table`", "SELECT ? FROM `my table`"),
            ("/* user=bob */ SELECT 1 -- secret\n FROM [dbo].[T]", "SELECT ? FROM [dbo].[T]"),
            ("  SELECT\n  a,\tb\nFROM t\n LIMIT 10 ", "SELECT a, b FROM t LIMIT ?"),
            ("SELECT 'never ends", "SELECT ?"),
            (r"SELECT 'it\'s', a FROM t WHERE b = 'c'", "SELECT ? …"),
            (r"SELECT a FROM t WHERE b = '\' AND c = 'secret'", "SELECT a FROM t WHERE b = ? …"),
            (r"SELECT a FROM t WHERE b = 'c\\' AND c = 'secret'", "SELECT a FROM t WHERE b = ? AND c = ?"),
            ("GET user:alice", "GET ?"),
            ("SET session:1 secret", "SET ?"),
            (r#"{"find":"users","filter":{"email":"a@b"}}"#, "?"),
            ("", "?"),
        ] {
            assert_eq!(without_parameters(text), expected, "{text}");
        }
    }

    #[test]
    fn it_is_bounded() {
        let long = format!("SELECT {} FROM t", vec!["column_name"; 5000].join(", "));
        assert!(without_parameters(&long).len() <= 1000);
        let list = format!("SELECT * FROM t WHERE id IN ({})", vec!["17"; 500].join(", "));
        assert_eq!(without_parameters(&list), "SELECT * FROM t WHERE id IN (?)");
    }

    proptest! {
        #[test]
        fn a_value_never_stays(secret in "[a-z]{6}[A-Z]{3}[ a-z'\"\\\\]{0,6}", number in 100_000_u32..) {
            let doubled = secret.replace('\\', "\\\\").replace('\'', "''");
            let text = format!("SELECT name FROM users WHERE email = '{doubled}' AND id = {number} OR x IN ('{doubled}', 'b')");
            let stripped = without_parameters(&text);
            prop_assert!(!stripped.contains(&secret[..9]), "{}", stripped);
            prop_assert!(!stripped.contains(&number.to_string()), "{}", stripped);
            prop_assert_eq!(stripped, "SELECT name FROM users WHERE email = ? AND id = ? OR x IN (?)");
        }

        #[test]
        fn any_text_is_read(text in "(SELECT |INSERT INTO t )?\\PC{0,200}") {
            prop_assert!(without_parameters(&text).len() <= 1000);
        }
    }
}
