//! What a figure is of: a target, an app, or a page of an app.
use std::fmt;

/// One target, app or page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A scraped backend.
    Target(String),
    /// An application.
    App(String),
    /// A page of an application.
    Page {
        /// The application.
        app: String,
        /// Its page.
        page: String,
    },
}

impl Subject {
    /// The app that it is, or is of.
    pub fn app(&self) -> Option<&str> {
        match self {
            Self::Target(_) => None,
            Self::App(app) | Self::Page { app, .. } => Some(app),
        }
    }

    /// The target that it is.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Target(target) => Some(target),
            _ => None,
        }
    }

    /// The page that it is.
    pub fn page(&self) -> Option<&str> {
        match self {
            Self::Page { page, .. } => Some(page),
            _ => None,
        }
    }

    /// A text that [`Subject::from_key`] reads, for the store.
    pub fn key(&self) -> String {
        match self {
            Self::Target(target) => format!("target\n{target}"),
            Self::App(app) => format!("app\n{app}"),
            Self::Page { app, page } => format!("page\n{app}\n{page}"),
        }
    }

    /// The subject of a key; `None` where it is none.
    pub fn from_key(key: &str) -> Option<Self> {
        let (kind, rest) = key.split_once('\n')?;
        match kind {
            "target" => Some(Self::Target(rest.to_owned())),
            "app" => Some(Self::App(rest.to_owned())),
            "page" => {
                let (app, page) = rest.split_once('\n')?;
                Some(Self::Page { app: app.to_owned(), page: page.to_owned() })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(name) | Self::App(name) => f.write_str(name),
            Self::Page { app, page } => write!(f, "{app} {page}"),
        }
    }
}

/// Which subjects a rule is for. `None` is each one that there is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A target, or each.
    Target(Option<String>),
    /// An app, or each.
    App(Option<String>),
    /// A page, or each, of an app, or of each.
    Page(Option<String>, Option<String>),
}

impl Scope {
    /// What a rule's `target`, `app` and `page` mean. `*` is each.
    ///
    /// # Errors
    /// What is missing or too much.
    pub fn checked(
        target: Option<String>,
        app: Option<String>,
        page: Option<String>,
    ) -> Result<Self, String> {
        let each = |name: String| if name == "*" { None } else { Some(name) };
        for name in [&target, &app, &page].into_iter().flatten() {
            if name.is_empty() || name.len() > 500 || name.contains('\n') {
                return Err(
                    "a name of a target, an app or a page has 1 to 500 characters; `*` is each".into()
                );
            }
        }
        match (target, app, page) {
            (Some(target), None, None) => Ok(Self::Target(each(target))),
            (None, Some(app), None) => Ok(Self::App(each(app))),
            (None, Some(app), Some(page)) => Ok(Self::Page(each(app), each(page))),
            (None, None, Some(_)) => Err("`page` needs the `app` that it is of".into()),
            (None, None, None) => {
                Err("it says not what it is of: add `target = \"NAME\"` or `app = \"NAME\"`; `*` is each"
                    .into())
            }
            (Some(_), _, _) => Err("it is of a `target` or of an `app`, not of both".into()),
        }
    }

    /// Whether the subject is one of them.
    pub fn has(&self, subject: &Subject) -> bool {
        let is = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
        match (self, subject) {
            (Self::Target(wanted), Subject::Target(name)) | (Self::App(wanted), Subject::App(name)) => {
                is(wanted, name)
            }
            (Self::Page(wanted, pages), Subject::Page { app, page }) => is(wanted, app) && is(pages, page),
            _ => false,
        }
    }

    /// Whether it is for targets.
    pub fn is_target(&self) -> bool {
        matches!(self, Self::Target(_))
    }

    /// The one subject that it names, if it names one.
    pub fn single(&self) -> Option<Subject> {
        match self {
            Self::Target(Some(target)) => Some(Subject::Target(target.clone())),
            Self::App(Some(app)) => Some(Subject::App(app.clone())),
            Self::Page(Some(app), Some(page)) => Some(Subject::Page { app: app.clone(), page: page.clone() }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_again() {
        for subject in [
            Subject::Target("shop".into()),
            Subject::App("shop".into()),
            Subject::Page { app: "shop".into(), page: "/a b".into() },
        ] {
            assert_eq!(Subject::from_key(&subject.key()), Some(subject));
        }
        assert_eq!(Subject::from_key("shop"), None);
        assert_eq!(Subject::from_key("page\nshop"), None);
    }

    #[test]
    fn a_star_is_each() {
        let of = |target: Option<&str>, app: Option<&str>, page: Option<&str>| {
            Scope::checked(target.map(Into::into), app.map(Into::into), page.map(Into::into))
        };
        let page = Subject::Page { app: "shop".into(), page: "/".into() };
        assert!(of(None, Some("*"), Some("/")).unwrap().has(&page));
        assert!(!of(None, Some("blog"), Some("*")).unwrap().has(&page));
        assert!(!of(None, Some("*"), None).unwrap().has(&page), "of apps as a whole");
        assert!(of(Some("a"), Some("b"), None).is_err() && of(None, None, Some("/")).is_err());
        assert!(of(None, None, None).is_err() && of(Some(""), None, None).is_err());
    }
}
