//! Tells the panel what happens in the cache, and does what it is asked for.
use super::super::place::Place;
use super::details::{details, error_type};
use super::known;
use super::panel::Panel;
use super::told::{ToldMutation, ToldQuery, id, json, text};
use crate::host::now;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use whippet_engine::query::{Id, MutationId, QueryId};
use whippet_web::query::{Client, Inspection, Progress, Touched, Value};

/// The panel, as long as it is shown.
pub(super) struct Open {
    panel: Panel,
    _inspection: Inspection,
    _details: Closure<dyn Fn(String) -> Option<String>>,
    _act: Closure<dyn Fn(String, String)>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.panel.remove();
    }
}

impl Open {
    pub(super) fn new(client: &Client, place: Place) -> Self {
        let (asked, acting) = (client.clone(), client.clone());
        let ask: Box<dyn Fn(String) -> Option<String>> =
            Box::new(move |id| details(&asked, QueryId::from_raw(id.parse().ok()?)));
        let ask = Closure::wrap(ask);
        let act: Box<dyn Fn(String, String)> = Box::new(move |id, action| {
            if let Ok(id) = id.parse() {
                act(&acting, QueryId::from_raw(id), &action);
            }
        });
        let act = Closure::wrap(act);
        let panel = Panel::new(&ask, &act, place);
        let teller =
            Teller { panel: panel.clone(), shown: RefCell::default(), mutations: RefCell::default() };
        for query in client.inspectable() {
            teller.query(client, query);
        }
        panel.show();
        // The client keeps who inspects it, so each keeps the other until the inspection is dropped.
        let told = client.clone();
        let inspection = client.inspect(move |touched| match touched {
            Touched::Query(query) => teller.query(&told, query),
            Touched::Mutation(mutation, progress) => teller.mutation(&told, mutation, progress),
            Touched::Forgotten(mutation) => {
                teller.mutations.borrow_mut().remove(&mutation);
                teller.panel.removed("mutation", &id(mutation));
            }
        });
        Self { panel, _inspection: inspection, _details: ask, _act: act }
    }
}

/// A command of the panel. What it does not know, it does not do.
fn act(client: &Client, query: QueryId, action: &str) {
    let Some(only) = client.only(query) else { return };
    match action {
        "refetch" => client.refetch(&only),
        "invalidate" => client.invalidate(only),
        "reset" => client.reset(&only),
        "cancel" => client.cancel(&only),
        "remove" => client.remove(&only),
        "simulate loading" => client.simulate_loading(query),
        "simulate an error" => {
            let error = client.details(query).as_ref().and_then(error_type).and_then(known::make);
            if let Some(error) = error {
                client.simulate_error(query, error);
            }
        }
        "restore" => client.restore(query),
        _ => {}
    }
}

struct Teller {
    panel: Panel,
    /// The values that were told last: one that is there still is the same for the panel, too.
    shown: RefCell<HashMap<QueryId, [Option<Shown>; 2]>>,
    /// What mutations are called, and when they began, in ms since 1970.
    mutations: RefCell<HashMap<MutationId, (String, f64)>>,
}

/// A value, and the function that shows it.
struct Shown {
    value: Value,
    look: JsValue,
}

impl Teller {
    fn query(&self, client: &Client, query: QueryId) {
        let Some(inspected) = client.inspected(query) else {
            self.shown.borrow_mut().remove(&query);
            return self.panel.removed("query", &id(query));
        };
        let values = [&inspected.found.data, &inspected.found.error];
        let looks = {
            let mut shown = self.shown.borrow_mut();
            let shown = shown.entry(query).or_default();
            let mut shown = shown.iter_mut().zip(values).map(|(shown, value)| look(shown, value.as_ref()));
            [shown.next().unwrap_or_default(), shown.next().unwrap_or_default()]
        };
        self.panel.query(&json(&ToldQuery::new(query, &inspected)), &looks[0], &looks[1]);
    }

    fn mutation(&self, client: &Client, mutation: MutationId, progress: &Progress) {
        let name = id(mutation);
        let (key, submitted_at) = {
            let mut known = self.mutations.borrow_mut();
            let begun = || {
                let key = client.mutation_key(mutation).filter(|key| !key.0.is_empty());
                (key.map_or_else(|| "mutation".to_owned(), text), now())
            };
            known.entry(mutation).or_insert_with(begun).clone()
        };
        let mut told = ToldMutation {
            id: &name,
            text: &key,
            status: "pending",
            is_paused: false,
            failure_count: 0,
            submitted_at,
        };
        let (mut data, mut error) = (None, None);
        match progress {
            Progress::Paused => told.is_paused = true,
            Progress::Running(failures, reason) => {
                told.failure_count = *failures;
                error = reason.as_ref();
            }
            Progress::Done(outcome) => {
                self.mutations.borrow_mut().remove(&mutation);
                told.status = if outcome.is_ok() { "success" } else { "error" };
                (data, error) = (outcome.as_ref().ok(), outcome.as_ref().err());
            }
        }
        self.panel.mutation(&json(&told), &look(&mut None, data), &look(&mut None, error));
    }
}

/// The function that shows a value; undefined where there is none.
fn look(shown: &mut Option<Shown>, value: Option<&Value>) -> JsValue {
    let Some(value) = value else {
        *shown = None;
        return JsValue::UNDEFINED;
    };
    if let Some(shown) = shown.as_ref().filter(|shown| Arc::ptr_eq(&shown.value, value)) {
        return shown.look.clone();
    }
    let kept = value.clone();
    let function: Box<dyn Fn() -> String> = Box::new(move || known::show(&kept));
    // It lives as long as the panel holds it.
    let look = Closure::wrap(function).into_js_value();
    *shown = Some(Shown { value: value.clone(), look: look.clone() });
    look
}
