//! How requests are answered, by settings that may change while the collector runs.
use std::sync::Arc;

use crate::answers::Answering;
use crate::app::App;
use crate::args::Serve;
use crate::hosts;
use crate::origins::Origins;
use crate::rate_limiter::RateLimiter;
use crate::routes;
use crate::settings::Settings;

/// By the settings, which may be others than those that `app` has from the start.
pub fn answering(app: App, settings: &Settings) -> Answering {
    let arguments = &settings.serve;
    let limiter = match app.limiter.rate() == arguments.rate_limit {
        true => Arc::clone(&app.limiter),
        false => Arc::new(RateLimiter::new(arguments.rate_limit)),
    };
    let app = App { limiter, token: arguments.token.clone(), origins: Arc::new(origins(arguments)), ..app };
    let mut router = routes::router(app.clone());
    // Behind a proxy, and where a token is asked for, no page gets anything by another name.
    if arguments.trust_proxy == 0 && arguments.token.is_none() {
        router = hosts::guarded(router, arguments.allow_host.clone());
    }
    let base = arguments.base_path.clone();
    Answering { app, router: routes::base_path::below(base.clone(), router), base }
}

/// Whose pages may send beacons.
pub fn origins(arguments: &Serve) -> Origins {
    match arguments.allow_origin.is_empty() {
        true => Origins::Any,
        false => Origins::These(arguments.allow_origin.clone()),
    }
}
