//! `GET /api/regressions`: what was found.
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use whippet_api::{Regression, Regressions};
use whippet_store::time::DAY;

use super::params::{Params, range};
use crate::app::App;
use crate::failure::Failure;
use crate::regressions::kept;

/// The most regressions in an answer.
const MOST: usize = 200;
/// How far an answer reaches back if nothing is asked for, ms.
const USUAL: i64 = 90 * DAY;

/// The parameters; an empty one is as none.
#[derive(Deserialize)]
pub struct Question {
    app: Option<String>,
    target: Option<String>,
    release: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
}

/// `GET /api/regressions`
pub async fn get(
    State(app): State<App>,
    Params(question): Params<Question>,
) -> Result<Json<Regressions>, Failure> {
    let now = app.clock.now();
    let from = question.from.or_else(|| Some(question.to.unwrap_or(now).saturating_sub(USUAL).max(0)));
    let range = range((from, question.to), now)?;
    let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (app_name, target, release) =
        (named(&question.app), named(&question.target), named(&question.release));
    let kept = kept(&app.store).await?;
    let is_wanted = |found: &Regression| {
        let is_about = |name: &Option<String>, backend: bool| {
            name.as_ref().is_none_or(|name| found.about.name == *name && found.about.backend == backend)
        };
        let lasted = found.withdrawn.is_none_or(|withdrawn| withdrawn >= range.from);
        is_about(&app_name, false)
            && is_about(&target, true)
            && (release.is_none() || release == found.release)
            && found.found <= range.to
            && lasted
    };
    let mut found: Vec<Regression> = kept.found.into_iter().filter(is_wanted).collect();
    let left_out = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    Ok(Json(Regressions { evaluated: kept.evaluated, regressions: found, left_out, watched: kept.watched }))
}
