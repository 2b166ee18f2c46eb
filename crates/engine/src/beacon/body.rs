//! Writes a beacon member by member.
use super::context::Context;
use super::event::{Device, VERSION};
use super::item::{Item, Section};
use super::json_write as json;
use crate::vitals::Navigation;
use alloc::string::String;

/// Writes all members before the measurements.
pub(super) fn write_head(out: &mut String, id: &str, sent_at: i64, context: &Context) {
    out.push_str("{\"v\":");
    json::integer(out, VERSION);
    json::member(out, "id", id);
    json::member(out, "session", &context.session);
    // A reader takes the view from the id.
    if id.rsplit_once('-').is_none_or(|(view, _)| view != context.view) {
        json::member(out, "view", &context.view);
    }
    json::member(out, "app", &context.app);
    if let Some(release) = &context.release {
        json::member(out, "release", release);
    }
    json::member(out, "page", &context.page);
    if context.navigation != Navigation::Navigate {
        json::member(out, "navigation", context.navigation.as_str());
    }
    if context.device != Device::Desktop {
        json::member(out, "device", context.device.as_str());
    }
    if let Some(connection) = context.connection {
        json::member(out, "connection", connection.as_str());
    }
    if let Some(memory) = context.memory {
        json::number_member(out, "memory", memory);
    }
    json::key(out, "sentAt");
    json::integer(out, sent_at.max(0) as u64);
    if context.sample_rate < 1.0 {
        json::key(out, "sampleRate");
        json::number(out, context.sample_rate);
    }
}

/// Writes the measurements: a member per kind. Items of one kind must come together.
#[derive(Clone)]
pub(super) struct Body {
    section: Option<Section>,
    /// The host whose resources are being written.
    host: String,
}

impl Body {
    /// The most bytes that [`Body::end`] adds: the brackets, and twelve drop counts with their names.
    pub(super) const END_BYTES: usize = 400;

    pub(super) fn new() -> Self {
        Self { section: None, host: String::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.section.is_none()
    }

    pub(super) fn add(&mut self, out: &mut String, item: &Item<'_>) {
        let section = item.section();
        let is_new = self.section != Some(section);
        if is_new {
            self.close(out);
            json::key(out, section.as_str());
            out.push(if section.is_list() { '[' } else { '{' });
            self.section = Some(section);
        }
        if let Item::Resource(resource) = item
            && (is_new || resource.host != self.host)
        {
            // The resources of a host share one object.
            if !is_new {
                out.push_str("},");
            }
            json::string(out, &resource.host);
            out.push_str(":{");
            self.host.clone_from(&resource.host);
        } else if !is_new {
            out.push(',');
        }
        item.write(out);
    }

    fn close(&mut self, out: &mut String) {
        if let Some(section) = self.section.take() {
            if section == Section::Resources {
                out.push('}');
            }
            out.push(if section.is_list() { ']' } else { '}' });
        }
    }

    pub(super) fn end<'a>(
        &mut self,
        out: &mut String,
        dropped: u64,
        drops: impl Iterator<Item = (&'a str, u64)>,
    ) {
        self.close(out);
        if dropped > 0 {
            json::integer_member(out, "dropped", dropped);
        }
        let mut first = true;
        for (kind, count) in drops {
            if first {
                json::key(out, "drops");
            }
            out.push(if first { '{' } else { ',' });
            first = false;
            json::string(out, kind);
            out.push(':');
            json::integer(out, count);
        }
        out.push_str(if first { "}" } else { "}}" });
    }
}
