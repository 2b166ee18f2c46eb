//! Who answers requests: beacons are taken at once, all else goes to the routes.
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;

use crate::app::App;
use crate::connections::Answers;
use crate::live::Live;
use crate::routes::direct;

/// Who answers by the settings of some time.
pub struct Answering {
    /// What all requests share.
    pub app: App,
    /// The path of a proxy that leaves it in the requests, or nothing.
    pub base: String,
    /// The routes.
    pub router: Router,
}

/// Answers by the settings as they are when a request comes.
#[derive(Clone)]
pub struct Replaceable(pub Arc<Live<Answering>>);

impl Answers for Replaceable {
    async fn answer(&self, request: Request) -> Response {
        let now = self.0.get();
        let Answering { app, base, router } = &*now;
        match direct::is_beacon(&request, base) {
            true => direct::answer(app, request).await,
            false => router.answer(request).await,
        }
    }
}
