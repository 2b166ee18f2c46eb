//! What Leptos does while it lists the routes of an app, without Whippet: `docs/leptos-servers.md` says to list them once, before
//! the server starts. Once this fails, that advice is not needed any more.
use leptos::prelude::*;
use leptos::server::SuppressResourceLoad;

/// Lets everything run that can.
async fn run_all() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn resources_that_begin_while_routes_are_listed_never_come() {
    any_spawner::Executor::init_tokio().unwrap();
    let owner = Owner::new_root(None);
    // What `generate_route_list` holds meanwhile, on whatever thread.
    let listing = SuppressResourceLoad::new();
    let unlucky = owner.with(|| ArcResource::new(|| (), |()| async { 7 }));
    drop(listing);
    let lucky = owner.with(|| ArcResource::new(|| (), |()| async { 7 }));
    run_all().await;
    assert_eq!(lucky.try_get_untracked().flatten(), Some(7));
    assert_eq!(unlucky.try_get_untracked().flatten(), None);
}
