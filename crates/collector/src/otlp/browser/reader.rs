//! What the readers of logs, metrics and spans have in common.
use std::collections::HashMap;

use whippet_engine::beacon::{Connection, Device, limits};

use crate::intake::{self, Item, Mark, Report, Sender, Slot};
use crate::otlp::answer::Rejected;
use crate::otlp::model::{KeyValue, Resource, attribute, number, text};
use crate::otlp::origin::{is_browser, service_name};
use crate::sdks::Origin;

/// The most records, points or spans of one post.
const MOST: usize = 5000;
/// Attributes that name the page itself, the surest first.
const PAGE: [&str; 6] =
    ["url.template", "browser.document.url.full", "page.url", "page.path", "location.href", "document.url"];

/// A post, and what the request says of it.
pub struct Post<'a> {
    /// What the request says.
    pub origin: &'a Origin,
    /// Whether a page sent it: then all of it is a browser's.
    pub from_page: bool,
}

/// What was read of a post.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What pages measured.
    pub reports: Vec<Report>,
    /// What was left out.
    pub rejected: Rejected,
    /// How many records, points or spans are of services, which are not read here.
    pub of_services: u64,
    read: usize,
    /// Where in `reports` the newest one of a visitor is: each item may have a session of its own.
    newest: HashMap<String, usize>,
}

/// A page's resource.
pub struct Page<'a> {
    /// The resource's attributes.
    pub attributes: &'a [KeyValue],
    sender: Sender,
    /// Whether our own package sent it.
    pub is_whippet: bool,
}

impl Post<'_> {
    /// The page that a resource is; `None` where it is a service's, or of no application.
    pub fn page<'a>(
        &self,
        resource: Option<&'a Resource>,
        count: usize,
        outcome: &mut Outcome,
    ) -> Option<Page<'a>> {
        let attributes = resource.map_or(&[][..], |resource| &resource.attributes);
        if !self.from_page && !is_browser(attributes) {
            outcome.of_services += count as u64;
            return None;
        }
        let name = || intake::label(service_name(attributes), limits::LABEL);
        let app = self.origin.app.clone().or_else(name).or_else(|| self.origin.host.clone());
        let Some(app) = app else {
            let reason = "nothing says which application this is of: set the resource's service.name";
            outcome.rejected.add(count as u64, reason);
            return None;
        };
        let visitor = match text(attributes, &["session.id"]) {
            "" => self.origin.visitor.clone(),
            session => limits::cut(session, 256).to_owned(),
        };
        let mut sender = Sender::new(app, visitor);
        sender.release = intake::label(text(attributes, &["service.version"]), limits::LABEL);
        let agent = match text(attributes, &["user_agent.original", "browser.user_agent"]) {
            "" => &self.origin.user_agent,
            agent => agent,
        };
        let mobile = attribute(attributes, "browser.mobile").and_then(|value| value.bool_value);
        let device = Device::from_name(text(attributes, &["device.type"]));
        sender.device = device.unwrap_or_else(|| intake::device(agent, mobile));
        sender.connection = Connection::from_name(text(attributes, &["network.connection.subtype"]));
        let memory = number(attributes, &["whippet.device.memory"]);
        sender.memory = memory.filter(|gib| (0.0..=limits::MEMORY).contains(gib));
        let rate = number(attributes, &["whippet.sample_rate"]);
        sender.sample_rate = rate.filter(|rate| *rate > 0.0 && *rate <= 1.0).unwrap_or(1.0);
        let is_whippet = text(attributes, &["telemetry.sdk.name"]) == "whippet";
        Some(Page { attributes, sender, is_whippet })
    }
}

impl Page<'_> {
    /// The page that these attributes name, or else those of the resource.
    pub fn of(&self, attributes: &[KeyValue]) -> Option<String> {
        let named = [attributes, self.attributes]
            .into_iter()
            .find_map(|attributes| Some(text(attributes, &PAGE)).filter(|named| !named.is_empty()));
        intake::page_of(named?)
    }

    /// Who sent something with these attributes: a session may be named there, too.
    pub fn sender(&self, attributes: &[KeyValue]) -> Sender {
        let mut sender = self.sender.clone();
        let session = text(attributes, &["session.id"]);
        if !session.is_empty() {
            limits::cut(session, 256).clone_into(&mut sender.visitor);
        }
        sender
    }

    /// The mark of a view that is named.
    pub fn view(&self, attributes: &[KeyValue], at: i64) -> Option<Mark> {
        let id = text(attributes, &["whippet.view.id"]);
        (!id.is_empty()).then(|| Mark { slot: Slot::View, id: id.to_owned(), born: at })
    }
}

impl Outcome {
    /// Whether one more record, point or span may be read.
    pub fn take(&mut self) -> bool {
        self.read += 1;
        if self.read > MOST {
            self.rejected
                .add(1, format!("a request may have {MOST} records, points or spans: send smaller batches"));
        }
        self.read <= MOST
    }

    /// Adds an item.
    pub fn add(&mut self, sender: &Sender, item: Item) {
        if let Some(&newest) = self.newest.get(&sender.visitor)
            && self.reports[newest].sender == *sender
        {
            self.reports[newest].items.push(item);
            return;
        }
        self.newest.insert(sender.visitor.clone(), self.reports.len());
        self.reports.push(Report { sender: sender.clone(), items: vec![item] });
    }
}

/// ns since the Unix epoch as ms; `otherwise` where it is 0, which says that nothing is known.
pub fn ms(nanos: u64, otherwise: i64) -> i64 {
    if nanos == 0 { otherwise } else { (nanos / 1_000_000) as i64 }
}
