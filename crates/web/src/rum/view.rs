//! A page view: what is the same in all its beacons, and what waits to be told.
use super::host;
use super::options::RumOptions;
use whippet_engine::beacon::{self, Connection, Context, Device, Queue, Session, limits, scrub};
use whippet_engine::time::{Duration, Instant};
use whippet_engine::vitals::Navigation;

pub(super) struct View {
    pub queue: Queue,
    pub context: Context,
    /// The visit that it belongs to; one that ends and one that begins may share a document.
    pub visit: Session,
    /// Whether that reports all but errors, and whether it reports errors.
    pub sampled: bool,
    pub errors_sampled: bool,
    /// The route it shows.
    pub route: String,
    /// When it began, ms since the document did.
    pub start: f64,
    /// The engine's number of it, where vitals are reported of it.
    pub number: Option<u32>,
}

impl View {
    /// One of `visit` that began at `start`. The page's own function names it: nothing may be borrowed.
    pub(super) fn new(
        options: &RumOptions,
        visit: Session,
        navigation: Navigation,
        start: f64,
        route: String,
    ) -> Self {
        let app = limits::line(&options.app, limits::LABEL);
        let release = options.release.as_deref().map(|release| limits::line(release, limits::LABEL));
        let named = options.page.as_ref().and_then(|page| page(&route));
        let named = named.map(|page| limits::line(&page, limits::PAGE)).filter(|page| !page.is_empty());
        let context = Context {
            session: visit.id(),
            view: beacon::name(host::seed()),
            app: if app.is_empty() { "unnamed".to_owned() } else { app },
            release: release.filter(|release| !release.is_empty()),
            page: named.unwrap_or_else(|| scrub::page(&route)),
            navigation,
            device: Device::Desktop,
            connection: None,
            memory: None,
            sample_rate: options.sample_rate,
            error_sample_rate: options.error_rate(),
        };
        let queue = Queue::new(Duration::from_ms(options.flush_interval));
        let sampled = visit.is_sampled(options.sample_rate);
        let errors_sampled = visit.is_sampled(options.error_rate());
        Self { queue, context, visit, sampled, errors_sampled, route, start, number: None }
    }

    /// Measurements by name, ms.
    pub(super) fn record(&mut self, now: Instant, timings: &[(String, f64)]) {
        for (name, ms) in timings {
            self.queue.record(now, name, *ms);
        }
    }

    /// Tells of the device in its beacons.
    pub(super) fn tell_device(&mut self, now: &DeviceNow) {
        self.context.device = now.device;
        self.context.connection = now.connection;
        self.context.memory = now.memory;
    }
}

/// What kind of device it is, and how it is connected now.
pub(super) struct DeviceNow {
    device: Device,
    connection: Option<Connection>,
    memory: Option<f64>,
}

impl DeviceNow {
    pub(super) fn new() -> Self {
        let (touch, shorter_side) = host::device();
        Self {
            device: Device::classify(touch, shorter_side),
            connection: host::connection().as_deref().and_then(Connection::from_name),
            memory: host::memory().filter(|gib| (0.0..=limits::MEMORY).contains(gib)),
        }
    }
}
