//! `GET /api/levels`.
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use whippet_api::Levels;
use whippet_watch::levels::Subject;

use super::params::Params;
use crate::app::App;
use crate::failure::Failure;
use crate::watching;

/// The most levels, and the most objectives, of an answer.
const MOST: usize = 1_000;

/// One subject: all of an app with its pages, or a target.
#[derive(Default, Deserialize)]
pub struct Of {
    app: Option<String>,
    target: Option<String>,
}

impl Of {
    /// An app, or a target; all where both are missing.
    pub fn new(app: Option<String>, target: Option<String>) -> Self {
        Self { app, target }
    }

    /// Whether a subject is wanted. An empty parameter is none: a form sends it for "all".
    pub fn has(&self, subject: &Subject) -> bool {
        let wanted = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        match (wanted(&self.app), wanted(&self.target)) {
            (None, None) => true,
            (app, target) => {
                subject.app().is_some_and(|found| app.as_deref() == Some(found))
                    || subject.target().is_some_and(|found| target.as_deref() == Some(found))
            }
        }
    }

    /// The key of the one subject that is wanted.
    pub fn key(&self) -> Option<String> {
        let wanted = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        wanted(&self.app)
            .map(Subject::App)
            .or_else(|| wanted(&self.target).map(Subject::Target))
            .map(|subject| subject.key())
    }
}

/// `GET /api/levels`
pub async fn levels(State(app): State<App>, Params(of): Params<Of>) -> Result<Json<Levels>, Failure> {
    let seen = watching::levels(&app).await?;
    let levels: Vec<_> = seen.levels.iter().filter(|level| of.has(&level.0)).map(|level| &level.1).collect();
    let objectives: Vec<_> = seen
        .objectives
        .iter()
        .filter(|objective| of.has(&objective.0))
        .map(|objective| &objective.1)
        .collect();
    Ok(Json(Levels {
        evaluated: Some(seen.evaluated),
        left_out: levels.len().saturating_sub(MOST) + objectives.len().saturating_sub(MOST),
        levels: levels.into_iter().take(MOST).cloned().collect(),
        objectives: objectives.into_iter().take(MOST).cloned().collect(),
    }))
}
