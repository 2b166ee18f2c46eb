//! Names and values with `*`.

/// A text in which each `*` stands for any text, also for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// Of its text.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for one text alone.
    pub fn is_exact(&self) -> bool {
        !self.0.contains('*')
    }

    /// How many characters are given.
    pub fn given(&self) -> usize {
        self.0.chars().filter(|letter| *letter != '*').count()
    }

    /// What the first `*` stands for in `text`, or an empty text where there is none; `None` if it does not match.
    pub fn matches<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut parts = self.0.split('*');
        let head = parts.next().unwrap_or_default();
        let mut rest = text.strip_prefix(head)?;
        let Some(mut part) = parts.next() else { return rest.is_empty().then_some("") };
        let mut first = None;
        for next in parts {
            // The shortest text that fits is enough: what follows begins with a `*` of its own.
            let at = rest.find(part)?;
            first.get_or_insert(&rest[..at]);
            rest = &rest[at + part.len()..];
            part = next;
        }
        let last = rest.strip_suffix(part)?;
        Some(first.unwrap_or(last))
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;
    use proptest::prelude::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (glob, text, found) in [
            ("a", "a", Some("")),
            ("a", "ab", None),
            ("a*", "a", Some("")),
            ("a*", "abc", Some("bc")),
            ("*_total", "x_total", Some("x")),
            ("*_total", "x_totals", None),
            ("a_*_b", "a_x_y_b", Some("x_y")),
            ("a_*_b", "a_b", None),
            ("a*b*c", "a1b2b3c", Some("1")),
            ("*", "anything", Some("anything")),
            ("a*a", "a", None),
            ("", "", Some("")),
        ] {
            assert_eq!(Glob::new(glob).matches(text), found, "{glob} {text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_put_together_is_found(a in "[a-c_]{0,4}", x in "[a-c_]{0,4}", b in "[a-c_]{0,4}", y in "[a-c_]{0,4}") {
            let glob = Glob::new(&format!("{a}*{b}*"));
            let text = format!("{a}{x}{b}{y}");
            prop_assert!(glob.matches(&text).is_some());
        }
    }
}
