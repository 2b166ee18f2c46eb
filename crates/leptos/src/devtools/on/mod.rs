//! With devtools: the panel is that of the npm package, which is told what happens and asks for what is looked at.
mod adapter;
mod details;
pub(crate) mod known;
mod made_up;
mod panel;
mod told;

use super::place::Place;
use crate::QueryClient;
use adapter::Open;
use leptos::prelude::*;

/// Shows the panel until the component is disposed. Not in the view: what a browser hydrates is what a server has rendered.
pub(super) fn open(client: QueryClient, place: Place) {
    let opened = StoredValue::new_local(None::<Open>);
    Effect::new(move || {
        if let Some(host) = client.host(|host| host) {
            let before = opened.try_update_value(|opened| opened.replace(Open::new(&host, place)));
            drop(before);
        }
    });
    on_cleanup(move || {
        let closed = opened.try_update_value(Option::take);
        drop(closed);
    });
}
