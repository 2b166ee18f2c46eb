//! `use_mutation` in components.
use crate::stage::{mount, until};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_leptos::{
    CallError, Duration, Mutation, MutationOptions, MutationStatus, QueryClientOptions, QueryKey,
    provide_query_client, provide_query_client_with, use_is_mutating, use_mutation,
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

#[wasm_bindgen_test]
async fn an_optimistic_mutation_is_shown_at_once_and_taken_back_where_it_fails() {
    let server = Server::default();
    server.refuses.set(1);
    let (told, steps) = (Rc::new(Cell::new(None)), Rc::new(RefCell::new(Vec::new())));
    let (outside, heard, refusing) = (told.clone(), steps.clone(), server.clone());
    let _stage = mount(move || {
        let client = provide_query_client();
        client.set_data(&"stars", 1_u32);
        let (mutated, failed, settled) = (heard.clone(), heard.clone(), heard.clone());
        let star = refusing
            .mutation(MutationOptions::new())
            .on_mutate(move |id| {
                mutated.borrow_mut().push(format!("mutate {id}"));
                client.optimistic(&"stars", |stars: Option<&u32>| Some(stars? + 1))
            })
            .on_success(|_, _, _| unreachable!("the server refuses"))
            .on_error(move |error, id, undo| {
                failed.borrow_mut().push(format!("{error}, {id}, {}", undo.before().unwrap()));
                undo.undo();
            })
            .on_settled(move |outcome, _, _| {
                settled.borrow_mut().push(format!("settled {}", outcome.is_err()))
            });
        outside.set(Some((client, star)));
    });
    let (client, star) = told.get().unwrap();
    let stars = move || *client.data::<u32>(&"stars").unwrap();
    let call = star.mutate_async(7);
    assert_eq!(stars(), 2, "it is shown before the server has answered");
    assert!(star.is_pending.get_untracked() && !star.is_idle.get_untracked());
    let CallError::Failed(error) = call.await.unwrap_err() else { panic!("it was not cancelled") };
    assert_eq!(*error, "refused 7");
    assert_eq!(stars(), 1);
    assert_eq!(*steps.borrow(), ["mutate 7", "refused 7, 7, 1", "settled true"]);
    assert!(star.is_error.get_untracked());
    assert_eq!(star.failure_reason.get_untracked().as_deref().map(String::as_str), Some("refused 7"));
    assert_eq!(star.failure_count.get_untracked(), 1);
}

#[wasm_bindgen_test]
async fn an_awaited_mutation_gives_its_result_and_the_app_hears_of_it() {
    let server = Server::default();
    let (told, heard) = (Rc::new(Cell::new(None)), Arc::new(AtomicU32::new(0)));
    let (outside, server, hears) = (told.clone(), server.clone(), heard.clone());
    let mut stage = mount(move || {
        provide_query_client_with(
            QueryClientOptions::new()
                .mutations(MutationOptions::new().retry(1).retry_delay(Duration::from_ms(1.0)))
                .on_mutation_success(move |event| {
                    assert_eq!(event.data::<String>().map(String::as_str), Some("done 7"));
                    assert_eq!(*event.key(), QueryKey::new(&("stars", 1)));
                    hears.fetch_add(1, Ordering::Relaxed);
                }),
        );
        server.refuses.set(1);
        let star = server.mutation(MutationOptions::new().key(&("stars", 1)));
        outside.set(Some((star, use_is_mutating(&"stars"), use_is_mutating(&"others"))));
    });
    let (star, stars, others) = told.get().unwrap();
    let call = star.mutate_async(7);
    assert_eq!((stars.get_untracked(), others.get_untracked()), (1, 0));
    assert_eq!(*call.await.unwrap(), "done 7", "retried, as the app's options say");
    until(|| stars.get_untracked() == 0).await;
    assert_eq!(heard.load(Ordering::Relaxed), 1);

    stage.clear();
    star.mutate(8);
    star.reset();
    assert!(matches!(star.mutate_async(9).await, Err(CallError::Cancelled)), "nothing answers any more");
}

#[wasm_bindgen_test]
async fn a_mutation_waits_offline_and_goes_on_when_the_network_is_back() {
    let server = Server::default();
    let (_stage, mutations) = app(&server, RwSignal::new(true), vec![MutationOptions::new()]);
    let dispatch = |name: &str| window().dispatch_event(&web_sys::Event::new(name).unwrap()).unwrap();
    dispatch("offline");
    mutations[0].mutate(1);
    assert!(mutations[0].is_paused.get_untracked() && mutations[0].is_pending.get_untracked());
    assert!(server.heard.borrow().is_empty());
    dispatch("online");
    until(|| mutations[0].is_success.get_untracked()).await;
    assert!(!mutations[0].is_paused.get_untracked());
    assert_eq!(*server.heard.borrow(), [1]);
}

#[wasm_bindgen_test]
async fn handlers_that_take_their_time_are_waited_for_one_after_another() {
    let server = Server::default();
    let (told, steps) = (Rc::new(Cell::new(None)), Rc::new(RefCell::new(Vec::new())));
    let (outside, heard, sends) = (told.clone(), steps.clone(), server.clone());
    let _stage = mount(move || {
        provide_query_client();
        provide_context("the app");
        let step = move |name: String| {
            let heard = heard.clone();
            async move {
                heard.borrow_mut().push(format!("{name} …"));
                gloo_timers::future::TimeoutFuture::new(1).await;
                let app = use_context::<&str>().unwrap_or("nobody");
                heard.borrow_mut().push(format!("{name}, in {app}"));
            }
        };
        let (first, second, third) = (step.clone(), step.clone(), step);
        let star = sends
            .mutation(MutationOptions::new().scope("stars"))
            .on_mutate_async(move |id| {
                let (id, done) = (*id, first(format!("mutate {id}")));
                async move {
                    done.await;
                    id * 10
                }
            })
            .on_success_async(move |data, _, context| second(format!("{data}, {context}")))
            .on_settled_async(move |_, id, _| third(format!("settled {id}")))
            .on_error_async(|_, _, _| async { unreachable!("it succeeds") });
        outside.set(Some((star, use_is_mutating(&()))));
    });
    let (star, mutating) = told.get().unwrap();
    let (first, second) = (star.mutate_async(1), star.mutate_async(2));
    assert!(server.heard.borrow().is_empty(), "the function waits for what is before it");
    assert_eq!(*first.await.unwrap(), "done 1");
    assert_eq!(*server.heard.borrow(), [1], "the next one of the scope waits for what follows, too");
    assert!(star.is_pending.get_untracked());
    assert_eq!(*second.await.unwrap(), "done 2");
    until(|| mutating.get_untracked() == 0).await;
    assert!(star.is_success.get_untracked());
    let steps = steps.borrow();
    let of = |id: &str| steps.iter().filter(|step| step.contains(id)).cloned().collect::<Vec<_>>().join("; ");
    let all = |id: u32| {
        let context = id * 10;
        format!(
            "mutate {id} …; mutate {id}, in the app; done {id}, {context} …; done {id}, {context}, in the app; \
             settled {id} …; settled {id}, in the app"
        )
    };
    assert_eq!((of("1"), of("2")), (all(1), all(2)));
    let place = |step: &str| steps.iter().position(|known| known == step);
    assert!(place("settled 1, in the app") < place("done 2, 20 …"), "{steps:?}");
}

#[wasm_bindgen_test]
async fn a_mutation_finds_contexts_also_after_it_has_waited() {
    let told = Rc::new(Cell::new(None));
    let outside = told.clone();
    let _stage = mount(move || {
        provide_query_client();
        provide_context(7_u32);
        let add = |number: u32| async move {
            gloo_timers::future::TimeoutFuture::new(0).await;
            Ok::<_, String>(number + use_context::<u32>().unwrap_or_default())
        };
        outside.set(Some(use_mutation(add, MutationOptions::new())));
    });
    assert_eq!(*told.get().unwrap().mutate_async(1).await.unwrap(), 8);
}

#[wasm_bindgen_test]
async fn an_error_boundary_shows_the_failures_that_it_is_to_show() {
    let server = Server::default();
    let told = Rc::new(Cell::new(None));
    let (outside, sends) = (told.clone(), server.clone());
    let stage = mount(move || {
        provide_query_client();
        let parts = StoredValue::new_local((sends, outside));
        let child = move || {
            let (sends, outside) = parts.get_value();
            let options = MutationOptions::new().throw_if(|error: &String| error != "refused 2");
            outside.set(Some(sends.mutation(options)));
            "fine"
        };
        view! {
            <ErrorBoundary fallback=|errors| move || {
                errors.get().into_iter().map(|(_, error)| error.to_string()).collect::<String>()
            }>{child()}</ErrorBoundary>
        }
    });
    let star = told.get().unwrap();
    for (refuses, id, shows) in [(1, 1, "refused 1"), (1, 2, "fine"), (1, 3, "refused 3"), (0, 4, "fine")] {
        server.refuses.set(refuses);
        star.mutate(id);
        until(|| !star.is_pending.get_untracked()).await;
        until(|| stage.text() == shows).await;
    }
    server.refuses.set(1);
    star.mutate(5);
    until(|| stage.text() == "refused 5").await;
    star.reset();
    until(|| stage.text() == "fine").await;
}

#[wasm_bindgen_test]
async fn handlers_run_also_where_they_were_added_before_on_mutate() {
    let server = Server::default();
    let (told, steps) = (Rc::new(Cell::new(None)), Rc::new(RefCell::new(Vec::new())));
    let (outside, first, second) = (told.clone(), steps.clone(), steps.clone());
    let _stage = mount(move || {
        provide_query_client();
        let star = server
            .mutation(MutationOptions::new())
            .on_success(move |data, _, _| first.borrow_mut().push(format!("first {data}")))
            .on_mutate(|id| id * 10)
            .on_settled(move |_, _, context| second.borrow_mut().push(format!("second {context}")));
        outside.set(Some(star));
    });
    told.get().unwrap().mutate_async(7).await.unwrap();
    assert_eq!(*steps.borrow(), ["first done 7", "second 70"]);
}

#[wasm_bindgen_test]
async fn a_mutation_whose_component_is_gone_finds_the_contexts_of_the_app() {
    let (visible, told) = (RwSignal::new(true), Rc::new(Cell::new(None)));
    let found = Rc::new(RefCell::new(Vec::new()));
    let (outside, finds) = (told.clone(), found.clone());
    let _stage = mount(move || {
        provide_query_client();
        provide_context(7_u32);
        let parts = StoredValue::new_local((outside, finds));
        // What is within a view of its own is dropped with it.
        let part = move || {
            let (outside, finds) = parts.get_value();
            let send = move |(): ()| {
                finds.borrow_mut().push(use_context::<u32>());
                let is_first = finds.borrow().len() == 1;
                async move {
                    gloo_timers::future::TimeoutFuture::new(1).await;
                    if is_first { Err("refused".to_owned()) } else { Ok(()) }
                }
            };
            let options = MutationOptions::new().retry(1).retry_delay(Duration::from_ms(50.0));
            outside.set(Some(use_mutation(send, options)));
        };
        move || visible.get().then_some(part)
    });
    let send: Mutation<(), (), String> = told.get().unwrap();
    send.mutate(());
    visible.set(false);
    until(|| found.borrow().len() == 2).await;
    assert_eq!(*found.borrow(), [Some(7), Some(7)]);
}

#[wasm_bindgen_test]
async fn the_app_hears_of_a_mutation_before_its_own_handlers() {
    let server = Server::default();
    server.refuses.set(1);
    let (told, steps) = (Rc::new(Cell::new(None)), Arc::new(Mutex::new(Vec::new())));
    let (outside, of_app, of_mutation) = (told.clone(), steps.clone(), steps.clone());
    let _stage = mount(move || {
        let options = QueryClientOptions::new()
            .on_mutation_settled(move |event| of_app.lock().unwrap().push(("app", event.is_error())));
        provide_query_client_with(options);
        let star = server.mutation(MutationOptions::new()).on_settled(move |outcome, _, _| {
            of_mutation.lock().unwrap().push(("mutation", outcome.is_err()))
        });
        outside.set(Some(star));
    });
    let star = told.get().unwrap();
    assert!(star.mutate_async(7).await.is_err());
    assert!(star.mutate_async(7).await.is_ok());
    let expected = [("app", true), ("mutation", true), ("app", false), ("mutation", false)];
    assert_eq!(*steps.lock().unwrap(), expected);
}
