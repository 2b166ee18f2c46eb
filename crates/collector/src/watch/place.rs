//! Where the dashboard shows a figure.
use whippet_api::{Place, View};
use whippet_watch::levels::{Figure, LevelRule, Subject};

/// The page that shows the figure of a level, of its split.
pub fn of_level(subject: &Subject, level: &LevelRule) -> Place {
    Place { split: level.split.clone(), ..of_figure(subject, &level.figure) }
}

/// The page that shows a figure of a subject.
fn of_figure(subject: &Subject, figure: &Figure) -> Place {
    let view = match figure {
        Figure::Vital(_) | Figure::Views => View::Vitals,
        Figure::PageLoad => View::Loading,
        Figure::Errors | Figure::ErrorRate => View::Errors,
        Figure::Timing(_) | Figure::Count(_) | Figure::Gauge(_) => View::Custom,
        Figure::Signal(_) | Figure::Share(_) | Figure::Metric { .. } => View::Backend,
    };
    let metric = match figure {
        Figure::Metric { name, .. } => Some(name.clone()),
        _ => None,
    };
    Place { metric, ..of(subject, view) }
}

/// A page of the dashboard, for a subject.
pub fn of(subject: &Subject, view: View) -> Place {
    Place {
        view,
        app: subject.app().map(str::to_owned),
        page: subject.page().map(str::to_owned),
        target: subject.target().map(str::to_owned),
        ..Place::default()
    }
}
