//! A selector of series: `{job="shop"}`.
use std::fmt;
use std::str::FromStr;

use crate::scrape::TargetError;

/// The most bytes of a selector.
const LONGEST: usize = 1_000;

/// The matchers of a selector, without its braces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selector(String);

/// A selector and the name of the target that its series are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSelector {
    /// The target's name.
    pub name: String,
    /// Which series are its own.
    pub selector: Selector,
}

impl Selector {
    /// That of one job.
    pub fn of_job(job: &str) -> Self {
        Self(format!("job={}", quoted(job)))
    }

    /// A selector of those of its series that have that name.
    pub fn named(&self, name: &str) -> String {
        format!("{{__name__={},{}}}", quoted(name), self.0)
    }

    /// A selector of those of its series that have one of these names.
    pub fn any_of<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> String {
        let names: Vec<String> = names.into_iter().map(literal).collect();
        format!("{{__name__=~{},{}}}", quoted(&names.join("|")), self.0)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.0)
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const HELP: &str =
            "write a selector in braces: {job=\"shop\"}, or {namespace=\"shop\",job=~\"api|web\"}";
        let inner = text.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or(HELP)?;
        if text.len() > LONGEST {
            return Err(format!("a selector has at most {LONGEST} bytes"));
        }
        let mut rest = inner.trim_start();
        let mut matchers = 0;
        while !rest.is_empty() {
            let (name, after) = name(rest).ok_or(HELP)?;
            if name == "__name__" {
                return Err("leave __name__ out: Whippet asks for the names that it needs".to_owned());
            }
            let after = after.trim_start();
            let operator = ["=~", "!~", "!=", "="].into_iter().find(|operator| after.starts_with(operator));
            let after = after[operator.ok_or(HELP)?.len()..].trim_start();
            rest = string(after).ok_or(HELP)?.trim_start();
            matchers += 1;
            match rest.strip_prefix(',') {
                Some(more) => rest = more.trim_start(),
                None if rest.is_empty() => {}
                None => return Err(HELP.to_owned()),
            }
        }
        if matchers == 0 {
            return Err(HELP.to_owned());
        }
        Ok(Self(inner.trim().trim_end_matches(',').to_owned()))
    }
}

impl FromStr for NamedSelector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, selector) = match text.split_once('{') {
            Some((name, _)) if !name.trim().is_empty() => {
                let name = name
                    .trim()
                    .strip_suffix('=')
                    .ok_or("write a name, = and a selector: shop={job=\"shop\"}")?;
                (name.trim().to_owned(), &text[text.find('{').unwrap_or_default()..])
            }
            _ => (String::new(), text),
        };
        let selector: Selector = selector.parse()?;
        let job = || {
            let rest = selector.0.strip_prefix("job")?.trim_start().strip_prefix('=')?.trim_start();
            let value = rest.strip_prefix('"')?;
            Some(value[..value.find('"')?].to_owned())
        };
        let name = match name.is_empty() {
            true => job().ok_or("give it a name: shop={namespace=\"shop\"}")?,
            false => name,
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
            return Err(TargetError::BadName.to_string());
        }
        if name == whippet_store::OWN_TARGET {
            return Err(TargetError::Reserved.to_string());
        }
        Ok(Self { name, selector })
    }
}

/// The name of a label at the beginning, and what follows.
fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some((name, rest))
}

/// What follows the string at the beginning.
fn string(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' if quote != '`' => return None,
            letter if letter == quote && !escaped => return Some(&text[at + 1..]),
            '\\' if quote != '`' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// `text` as a string of PromQL.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            _ => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// A regular expression that matches `text` alone. RE2 refuses a backslash before anything beyond ASCII.
fn literal(text: &str) -> String {
    let mut literal = String::new();
    for letter in text.chars() {
        if letter.is_ascii() && !(letter.is_alphanumeric() || matches!(letter, '_' | ':')) {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn selectors_are_matchers_in_braces() {
        let selector: Selector = r#" { job = "a\"}," , x=~'y|z',} "#.parse().unwrap();
        assert_eq!(selector.to_string(), r#"{job = "a\"}," , x=~'y|z'}"#);
        assert_eq!(selector.named("up"), r#"{__name__="up",job = "a\"}," , x=~'y|z'}"#);
        let names = Selector::of_job("a\"b").any_of(["a:b_c", "d.e"]);
        assert_eq!(names, r#"{__name__=~"a:b_c|d\\.e",job="a\"b"}"#);
        assert_eq!(literal("temp.°C"), "temp\\.°C");
        for wrong in [
            "",
            "{}",
            "{ }",
            "up",
            "up{job=\"a\"}",
            "{job}",
            "{job=a}",
            "{job=\"a}",
            "{job=\"a\" x=\"b\"}",
            "{=\"a\"}",
            "{1a=\"b\"}",
            "{job=\"a\"} or up{x=\"y\"}",
            "{job=\"a\"}) or (up{x=\"y\"}",
            "{__name__=\"a\"}",
            "{job==\"a\"}",
        ] {
            assert!(wrong.parse::<Selector>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_selector_has_a_name() {
        let name = |text: &str| text.parse::<NamedSelector>().map(|named| named.name).ok();
        assert_eq!(name("shop={namespace=\"a=b\"}").as_deref(), Some("shop"));
        assert_eq!(name("{job=\"api\",x=\"y\"}").as_deref(), Some("api"));
        for wrong in [
            "{namespace=\"a\"}",
            "{job=~\"a|b\"}",
            "sh op={job=\"a\"}",
            "shop{job=\"a\"}",
            "collector={job=\"a\"}",
            "shop=",
        ] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}", matcher in "[{},=~!\"'`\\\\a-c ]{0,30}") {
            let _ = text.parse::<NamedSelector>();
            let _ = format!("{{{matcher}}}").parse::<Selector>();
        }
    }
}
