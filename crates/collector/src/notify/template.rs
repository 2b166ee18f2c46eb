//! A text of one's own for each notification, in Jinja's language.
use std::fmt;
use std::io;

use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior, Value};
use serde::Serialize;
use whippet_watch::notification::{Labels, Notification, NotifiedAlert};

use super::payload::{NAMES, payload};

/// The longest template, bytes.
const LONGEST: usize = 64 * 1024;
/// The longest text that one makes, bytes.
const LONGEST_TEXT: usize = 1024 * 1024;
/// The most steps that one takes.
const STEPS: u64 = 1_000_000;

/// A template that was found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(String);

/// Why a template is wrong, or makes no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError(String);

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TemplateError {}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it, with the line in it.
    pub fn new(source: &str) -> Result<Self, TemplateError> {
        if source.len() > LONGEST {
            return Err(TemplateError(format!("a template has at most {} KiB", LONGEST >> 10)));
        }
        let environment = environment();
        let template = environment.template_from_named_str("body", source).map_err(|error| wrong(&error))?;
        let globals: Vec<&str> = environment.globals().map(|(name, _)| name).collect();
        let mut used: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        used.sort_unstable();
        for name in used {
            if !NAMES.contains(&name.as_str()) && !globals.contains(&name.as_str()) {
                let hint = whippet_catalogue::hint(&name, NAMES);
                let hint = if hint.is_empty() { format!(": there is {}", NAMES.join(", ")) } else { hint };
                return Err(TemplateError(format!("`{name}` is not known{hint}")));
            }
        }
        let template = Self(source.to_owned());
        // Filters and the like are looked up when they are needed.
        let example = example();
        template.render(&payload(&example, "http://127.0.0.1:7300")).map(|_| template)
    }

    /// The text that it makes of `values`.
    ///
    /// # Errors
    /// Why it makes none.
    pub fn render(&self, values: &impl Serialize) -> Result<Vec<u8>, TemplateError> {
        let environment = environment();
        let template = environment.template_from_named_str("body", &self.0).map_err(|error| wrong(&error))?;
        let mut text = Bounded(Vec::new());
        template.render_captured_to(Value::from(Serde(values)), &mut text).map_err(|error| wrong(&error))?;
        Ok(text.0)
    }
}

/// A notification to try templates on.
fn example() -> Notification {
    let labels: Labels =
        [("alertname", "example"), ("app", "shop")].map(|(name, value)| (name.into(), value.into())).into();
    let annotations: Labels =
        [("summary", "an example")].map(|(name, value)| (name.into(), value.into())).into();
    let alert =
        NotifiedAlert::new(labels.clone(), annotations, (0, None), "http://127.0.0.1:7300/".to_owned());
    Notification::new("example", "example", labels, vec![alert])
}

/// What templates can do: nothing outside themselves.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    // A label that an alert does not have is an empty text, at any depth.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(STEPS));
    environment
}

fn wrong(error: &Error) -> TemplateError {
    let line = error.line().map(|line| format!("line {line} of the template: ")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    TemplateError(format!("{line}{}{detail}", error.kind()))
}

/// A text that is refused once it is too long.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_TEXT {
            return Err(io::Error::other("the text is longer than 1 MiB"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Template;
    use crate::notify::payload::payload;
    use crate::notify::payload::tests::notification;

    fn render(source: &str) -> String {
        let notification = notification();
        let text = Template::new(source).unwrap().render(&payload(&notification, "http://dash")).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_template_sees_what_a_web_hook_is_sent() {
        let text = render(
            "{{ status|upper }} {{ commonLabels.alertname }}{% for alert in alerts %}\n{{ alert.status }} {{ alert.labels.page }}{% endfor %}",
        );
        assert_eq!(text, "FIRING slow pages\nfiring /b\nresolved /a");
        assert_eq!(render("[{{ commonLabels.region.name }}]"), "[]", "a label that is not there is empty");
        let json: serde_json::Value =
            serde_json::from_str(&render("{\"text\": {{ alerts[0].annotations.summary|tojson }}}")).unwrap();
        assert_eq!(json["text"], "LCP p75 is \"slow\"");
    }

    /// The template for Slack.
    fn documented() -> &'static str {
        let page = include_str!("../../../../docs/receivers.md");
        page.split_once("body = '''\n").unwrap().1.split_once("'''").unwrap().0
    }

    #[test]
    fn in_the_documented_text_no_page_writes_links_or_mentions() {
        let mut told = notification();
        for alert in &mut told.alerts {
            alert
                .annotations
                .insert("summary".to_owned(), "<!channel> <https://evil.example|a&b>".to_owned());
        }
        let text = Template::new(documented()).unwrap().render(&payload(&told, "http://dash")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let text = json["text"].as_str().unwrap();
        assert!(text.contains(": &lt;!channel&gt; &lt;https://evil.example|a&amp;b&gt; http"), "{text}");
        assert!(!text.contains('<'), "{text}");
    }

    #[test]
    fn the_documented_text_names_each_alert_of_a_group() {
        let json: serde_json::Value = serde_json::from_str(&render(documented())).unwrap();
        assert_eq!(
            json["text"],
            "[FIRING] slow pages: LCP p75 is \"slow\" http://127.0.0.1:7300/vitals?app=shop\n\
             [RESOLVED] slow pages: LCP p75 is \"slow\" http://127.0.0.1:7300/vitals?app=shop\n"
        );
    }

    #[test]
    fn a_wrong_template_says_where() {
        for (source, expected) in [
            ("{{ stauts }}", "`stauts` is not known: did you mean `status`?"),
            ("a\n{% for %}", "line 2 of the template: "),
            ("{{ status|nonsense }}", "line 1 of the template: "),
        ] {
            let error = Template::new(source).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_template_is_bounded() {
        for source in [
            "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}",
            "{% for i in range(99999999) %}{% endfor %}",
        ] {
            assert!(Template::new(source).is_err(), "{source}");
        }
    }
}
