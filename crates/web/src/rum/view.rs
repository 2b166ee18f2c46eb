//! A page view: the context of its beacons, and the queue of its measurements.
use super::browser;
use super::options::RumOptions;
use whippet_engine::beacon::{self, Connection, Context, Device, Queue, Visit, limits, scrub};
use whippet_engine::time::{Duration, Instant};
use whippet_engine::vitals::Navigation;

pub(super) struct View {
    pub queue: Queue,
    pub context: Context,
    /// The visit that it belongs to. Two visits may share a document.
    pub visit: Visit,
    /// Whether the visit reports measurements, and whether it reports errors.
    pub sampled: bool,
    pub errors_sampled: bool,
    /// The route that it shows.
    pub route: String,
    /// When it began, ms since the time origin of the document.
    pub start: f64,
    /// Its number in the engine, if that reports vitals for it.
    pub number: Option<u32>,
}

impl View {
    /// A page view of `visit` that began at `start`. Calls the page's `page` function: nothing may be borrowed.
    pub(super) fn new(
        options: &RumOptions,
        visit: Visit,
        navigation: Navigation,
        start: f64,
        route: String,
    ) -> Self {
        // The collector refuses names of spaces only; a release that is read from a file ends in a line feed.
        let app = limits::line(options.app.trim(), limits::LABEL);
        let release = options.release.as_deref().map(|release| limits::line(release.trim(), limits::LABEL));
        let context = Context {
            session: visit.session_id(),
            view: beacon::random_id(browser::seed()),
            app: if app.is_empty() { "unnamed".to_owned() } else { app },
            release: release.filter(|release| !release.is_empty()),
            page: page_name(options, &route),
            navigation,
            device: Device::Desktop,
            connection: None,
            memory: None,
            sample_rate: options.sample_rate,
            error_sample_rate: options.error_rate(),
        };
        // It is due when it is full. The driver's timer has the interval, and a hidden page no timer.
        let mut queue = Queue::new(Duration::INFINITE);
        let sampled = visit.is_sampled(options.sample_rate);
        // That of the document measures its load; one that begins later may measure nothing, and counts all the same.
        if sampled && start > 0.0 {
            queue.tell_view(Instant::from_ms(start));
        }
        let errors_sampled = visit.is_sampled(options.error_rate());
        Self { queue, context, visit, sampled, errors_sampled, route, start, number: None }
    }

    /// Records timings by name, ms.
    pub(super) fn record(&mut self, now: Instant, timings: &[(String, f64)]) {
        for (name, ms) in timings {
            self.queue.record(now, name, *ms);
        }
    }

    /// Sets the device of its beacons.
    pub(super) fn set_device(&mut self, state: &DeviceState) {
        self.context.device = state.device;
        self.context.connection = state.connection;
        self.context.memory = state.memory;
    }
}

/// The name of the page at a route. Calls the page's `page` function: nothing may be borrowed.
pub(super) fn page_name(options: &RumOptions, route: &str) -> String {
    let named = options.page.as_ref().and_then(|page| page(route));
    let named = named.map(|page| limits::line(page.trim(), limits::PAGE)).filter(|page| !page.is_empty());
    named.unwrap_or_else(|| scrub::page_at(&browser::location("protocol"), route))
}

/// The class of the device, and its current connection.
pub(super) struct DeviceState {
    device: Device,
    connection: Option<Connection>,
    memory: Option<f64>,
}

impl DeviceState {
    pub(super) fn new() -> Self {
        let (touch, shorter_side) = browser::device();
        Self {
            device: Device::classify(touch, shorter_side),
            connection: browser::connection().as_deref().and_then(Connection::from_name),
            memory: browser::memory().filter(|gib| (0.0..=limits::MEMORY).contains(gib)),
        }
    }
}
