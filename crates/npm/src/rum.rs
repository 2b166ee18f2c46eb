//! Real user monitoring: the shared driver, with numbers and a host object at its border.
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use wasm_bindgen::prelude::*;
use whippet_engine::vitals::{Metric, Report, Reporter};
use whippet_web::rum::{Rum, RumOptions, Signal, Vitals, start};

#[wasm_bindgen]
extern "C" {
    /// What the page's own code has to say. None of these throws: pkg/src/rum sees to it.
    pub type RumHost;
    /// The name of the page at `path`, or nothing.
    #[wasm_bindgen(method, js_name = namePage)]
    fn name_page(this: &RumHost, path: &str) -> Option<String>;
    /// The beacon as it is to be sent, or nothing.
    #[wasm_bindgen(method, js_name = beforeSend)]
    fn before_send(this: &RumHost, text: String) -> Option<String>;
    /// Calls [`RumDriver::total`] and [`RumDriver::record`] with what is counted elsewhere.
    #[wasm_bindgen(method)]
    fn collect(this: &RumHost);

    /// Who listens to a vital.
    #[derive(Clone)]
    pub type VitalListener;
    /// One entry of the report that follows.
    #[wasm_bindgen(method)]
    fn entry(this: &VitalListener, entry: &JsValue);
    /// A report: rating and navigation by their place in the engine's lists.
    #[wasm_bindgen(method)]
    fn report(this: &VitalListener, value: f64, delta: f64, rating: u8, navigation: u8, view: u32);
}

/// A page that is measured and reports.
#[wasm_bindgen]
pub struct RumDriver(Rum);

#[wasm_bindgen]
impl RumDriver {
    /// Measures the page from now on.
    #[wasm_bindgen(constructor)]
    pub fn new(
        endpoint: String,
        app: String,
        release: Option<String>,
        sample_rate: f64,
        flush_interval: f64,
        consent: bool,
        host: RumHost,
    ) -> Self {
        let host = Rc::new(host);
        let (pages, beacons, figures) = (Rc::clone(&host), Rc::clone(&host), host);
        let mut options = RumOptions::new(endpoint, app);
        options.release = release;
        options.sample_rate = sample_rate;
        options.flush_interval = flush_interval;
        options.consent = consent;
        options.page = Some(alloc::boxed::Box::new(move |path| pages.name_page(path)));
        options.before_send = Some(alloc::boxed::Box::new(move |text| beacons.before_send(text)));
        options.collect = Some(alloc::boxed::Box::new(move |_| figures.collect()));
        Self(start(options))
    }

    /// The present total of something counted elsewhere; what is new is reported.
    pub fn total(&self, name: &str, total: f64) {
        self.0.total(name, total as u64);
    }

    /// One measurement of something frequent.
    pub fn record(&self, name: &str, value: f64) {
        self.0.record(name, value);
    }

    /// Sends what waits.
    pub fn flush(&self) {
        self.0.flush();
    }

    /// Sends what waits and undoes all hooks.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Whether the user agrees.
    pub fn consent(&self, agrees: bool) {
        self.0.consent(agrees);
    }

    /// Beacons that the browser took.
    #[wasm_bindgen(getter)]
    pub fn beacons(&self) -> u32 {
        self.0.sent().beacons
    }

    /// Their bytes.
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> u32 {
        self.0.sent().bytes
    }

    /// Beacons that were refused or failed.
    #[wasm_bindgen(getter)]
    pub fn lost(&self) -> u32 {
        self.0.sent().lost
    }
}

type Listeners = Rc<RefCell<Vec<(Metric, Reporter, VitalListener)>>>;

/// The vitals of the page, for whoever listens.
#[wasm_bindgen]
pub struct VitalsDriver {
    listeners: Listeners,
    vitals: Vitals,
}

#[wasm_bindgen]
impl VitalsDriver {
    /// Measures the page from now on.
    #[allow(clippy::new_without_default)] // JavaScript has no Default.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        let listeners = Listeners::default();
        let told = Rc::clone(&listeners);
        let vitals = Vitals::new(move |signal| {
            if let Signal::Report(report) = signal {
                // Not held while a listener runs: it may add another.
                let count = told.borrow().len();
                for index in 0..count {
                    tell(&told, index, report);
                }
            }
        });
        Self { listeners, vitals }
    }

    /// Reports the metric at that place in the engine's list to `listener`, at once where it is settled.
    pub fn listen(&self, metric: u8, all_changes: bool, listener: VitalListener) {
        let Some(&metric) = Metric::ALL.get(usize::from(metric)) else { return };
        let index = self.listeners.borrow().len();
        self.listeners.borrow_mut().push((metric, Reporter::new(all_changes), listener));
        if let Some(report) = self.vitals.current(metric) {
            tell(&self.listeners, index, &report);
        }
    }
}

fn tell(listeners: &Listeners, index: usize, report: &Report<JsValue>) {
    let news = match listeners.borrow_mut().get_mut(index) {
        Some((metric, reporter, listener)) if *metric == report.metric => {
            reporter.news(report).map(|delta| (delta, listener.clone()))
        }
        _ => None,
    };
    if let Some((delta, listener)) = news {
        for entry in &report.entries {
            listener.entry(entry);
        }
        listener.report(report.value, delta, report.rating() as u8, report.navigation as u8, report.view);
    }
}
