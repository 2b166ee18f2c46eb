//! `use_mutation` in components.
use crate::stage::{mount, until};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    Duration, Mutation, MutationOptions, MutationStatus, provide_query_client, use_mutation,
};

/// The requests of the server, and how many it refuses.
#[derive(Clone, Default)]
struct Server {
    heard: Rc<RefCell<Vec<u32>>>,
    refuses: Rc<Cell<u32>>,
}

type Starring = Mutation<u32, String, String>;

impl Server {
    fn mutation(&self, options: MutationOptions) -> Starring {
        let server = self.clone();
        let send = move |id: u32| {
            let server = server.clone();
            async move {
                server.heard.borrow_mut().push(id);
                gloo_timers::future::TimeoutFuture::new(0).await;
                match server.refuses.get() {
                    0 => Ok(format!("done {id}")),
                    left => {
                        server.refuses.set(left - 1);
                        Err(format!("refused {id}"))
                    }
                }
            }
        };
        use_mutation(send, options)
    }
}

/// Mounts an app with as many mutations as there are `options`; they go when `visible` turns false.
fn app(
    server: &Server,
    visible: RwSignal<bool>,
    options: Vec<MutationOptions>,
) -> (impl Sized, Vec<Starring>) {
    let (server, made) = (server.clone(), Rc::new(RefCell::new(Vec::new())));
    let outside = made.clone();
    let stage = mount(move || {
        provide_query_client();
        let parts = StoredValue::new_local((server, outside, options));
        move || {
            visible.get().then(|| {
                parts.with_value(|(server, outside, options)| {
                    outside
                        .borrow_mut()
                        .extend(options.iter().cloned().map(|options| server.mutation(options)));
                });
            })
        }
    });
    let made = made.take();
    (stage, made)
}

#[wasm_bindgen_test]
async fn a_mutation_runs_when_called_and_shows_its_result() {
    let server = Server::default();
    let (_stage, mutations) = app(&server, RwSignal::new(true), vec![MutationOptions::new()]);
    let star = mutations[0];
    assert_eq!(star.status.get_untracked(), MutationStatus::Idle);
    star.mutate(7);
    assert_eq!(star.status.get_untracked(), MutationStatus::Pending);
    until(|| star.status.get_untracked() == MutationStatus::Success).await;
    assert_eq!(star.data.get_untracked().as_deref().map(String::as_str), Some("done 7"));

    server.refuses.set(1);
    star.mutate(8);
    until(|| star.status.get_untracked() == MutationStatus::Error).await;
    assert_eq!(star.error.get_untracked().as_deref().map(String::as_str), Some("refused 8"));
    assert!(star.data.get_untracked().is_none());
    star.reset();
    assert_eq!(star.status.get_untracked(), MutationStatus::Idle);
    assert_eq!(*server.heard.borrow(), [7, 8], "a failure is not repeated unless asked to");
}

#[wasm_bindgen_test]
async fn a_failed_mutation_is_retried_as_its_options_say() {
    let server = Server::default();
    server.refuses.set(2);
    let options = MutationOptions::new().retry(2).retry_delay(Duration::from_ms(1.0));
    let (_stage, mutations) = app(&server, RwSignal::new(true), vec![options]);
    mutations[0].mutate(1);
    until(|| mutations[0].status.get_untracked() == MutationStatus::Success).await;
    assert_eq!(*server.heard.borrow(), [1, 1, 1]);
    assert_eq!(mutations[0].failure_count.get_untracked(), 2);
}

#[wasm_bindgen_test]
async fn mutations_of_one_scope_run_one_after_another() {
    let server = Server::default();
    let scoped = || MutationOptions::new().scope("stars");
    let (_stage, mutations) = app(&server, RwSignal::new(true), vec![scoped(), scoped()]);
    mutations[0].mutate(1);
    mutations[1].mutate(2);
    assert!(mutations[1].is_paused.get_untracked());
    assert_eq!(*server.heard.borrow(), [] as [u32; 0]);
    until(|| mutations[0].status.get_untracked() == MutationStatus::Success).await;
    until(|| mutations[1].status.get_untracked() == MutationStatus::Success).await;
    assert_eq!(*server.heard.borrow(), [1, 2]);
    assert!(!mutations[1].is_paused.get_untracked());
}

#[wasm_bindgen_test]
async fn a_mutation_continues_when_its_component_is_disposed() {
    let server = Server::default();
    server.refuses.set(1);
    let options = MutationOptions::new().retry(1).retry_delay(Duration::from_ms(1.0));
    let visible = RwSignal::new(true);
    let (_stage, mutations) = app(&server, visible, vec![options]);
    mutations[0].mutate(3);
    until(|| server.heard.borrow().len() == 1).await;
    visible.set(false);
    until(|| server.heard.borrow().len() == 2).await;
}
