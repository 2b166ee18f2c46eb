//! The layout of all pages: header, routes, footer.
use crate::base;
use crate::components::{ConnectionNotice, Header, InvalidParameterNotice, provide_page_changes};
use crate::data::{Connection, provide_collector_clock, provide_report_states, use_status};
use crate::pages::{Alerts, Backend, Cache, Custom, Errors, Loading, Overview, Releases, Vitals};
use crate::view_state::provide_view_state;
use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;
use whippet_leptos::provide_query_client;

/// The whole dashboard.
#[component]
pub fn App() -> impl IntoView {
    provide_query_client();
    view! {
        <Router base=base::at("")>
            <Frame/>
        </Router>
    }
}

#[component]
fn Frame() -> impl IntoView {
    provide_view_state();
    provide_report_states();
    provide_page_changes();
    let status = use_status();
    provide_context(status);
    provide_collector_clock(status);
    let connection = Connection::of(status);
    provide_context(connection);
    view! {
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <Header connection/>
        <ConnectionNotice connection/>
        <InvalidParameterNotice/>
        <main id="main" tabindex="-1">
            <Routes fallback=|| view! { <NoSuchPage/> }>
                <Route path=path!("/") view=Overview/>
                <Route path=path!("/alerts") view=Alerts/>
                <Route path=path!("/releases") view=Releases/>
                <Route path=path!("/backend") view=Backend/>
                <Route path=path!("/vitals") view=Vitals/>
                <Route path=path!("/loading") view=Loading/>
                <Route path=path!("/cache") view=Cache/>
                <Route path=path!("/custom") view=Custom/>
                <Route path=path!("/errors") view=Errors/>
            </Routes>
        </main>
        <footer class="footer">
            {move || status.data.get().map(|status| format!("Whippet {}", status.version))}
        </footer>
    }
}

#[component]
fn NoSuchPage() -> impl IntoView {
    view! {
        <section class="empty">
            <h1>"There is no such page"</h1>
            <p>"Try the " <a href=base::at("/")>"overview"</a> "."</p>
        </section>
    }
}
