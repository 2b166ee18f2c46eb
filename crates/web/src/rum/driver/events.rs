//! Handles the events of a page: vitals, navigations, resources, long frames.
use super::super::view::{View, page_name};
use super::super::vitals::{PageEvent, Vital};
use super::super::{browser, frames, navigation, read, resources, send};
use super::{Inner, ViewSelector};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::scrub;
use whippet_engine::vitals::Navigation;

impl Inner {
    pub(super) fn on_page_event(self: &Rc<Self>, event: PageEvent) {
        match event {
            PageEvent::Vital(vital) => self.on_vital(vital),
            PageEvent::SoftNavigation { view, start, url } => self.on_soft_navigation(view, start, &url),
            PageEvent::Restored { view } => {
                let next = self.next_view(Navigation::BackForwardCache, browser::route());
                self.with_views(|views| views.restore(view, next));
                self.schedule_flush();
            }
            PageEvent::Resource(entry) => self.on_resource(&entry),
            PageEvent::LongFrame(entry) => {
                // The page's `scrub_url` must not run while anything is borrowed.
                let frame = frames::Frame::new(&entry, |url| self.scrubbed(url));
                self.record(|view, now| frame.record_in(&mut view.queue, now));
            }
            PageEvent::Loaded => self.on_loaded(),
            PageEvent::Hidden => {
                self.flush_now(true);
                if let Some(run) = self.run.borrow().as_ref() {
                    run.timer.cancel();
                }
            }
            PageEvent::Shown => self.schedule_flush(),
        }
    }

    pub(super) fn on_vital(self: &Rc<Self>, vital: Vital) {
        let Vital { view: number, navigation, metric, value, mut attribution } = vital;
        if !attribution.url.is_empty() {
            attribution.url = self.scrubbed(&attribution.url);
        }
        self.record_in(ViewSelector::Numbered(number), |view, now| {
            view.context.navigation = navigation;
            view.queue.vital_with_attribution(now, metric, value, attribution);
        });
    }

    pub(super) fn on_soft_navigation(&self, number: u32, start: f64, url: &str) {
        let Some((visit, route)) = self.run.borrow().as_ref().map(|run| {
            let view = run.views.current();
            (view.visit.clone(), view.route.clone())
        }) else {
            return;
        };
        let parsed = browser::parse_url(url);
        let route = parsed
            .map_or(route, |url| scrub::route(&read::text(&url, "pathname"), &read::text(&url, "hash")));
        let view = View::new(&self.options, visit, Navigation::SoftNavigation, start, route);
        self.with_views(|views| views.navigate(number, view));
    }

    pub(super) fn on_route_change(self: &Rc<Self>, replaced: bool) {
        let (route, interactions) = (browser::route(), Some(browser::interaction_count().unwrap_or(0.0)));
        let is_redirect = {
            let mut run = self.run.borrow_mut();
            let Some(run) = run.as_mut().filter(|run| run.route != route) else { return };
            run.route.clone_from(&route);
            let before = std::mem::replace(&mut run.interactions, interactions);
            // The user has not seen the route before.
            replaced && before == interactions && !run.views.current().queue.has_sent()
        };
        if is_redirect {
            let page = page_name(&self.options, &route);
            self.with_views(|views| views.current_mut().context.page = page);
        } else {
            self.take_pending();
            let next = self.next_view(Navigation::SoftNavigation, route);
            self.with_views(|views| views.begin(next));
        }
    }

    pub(super) fn on_resource(self: &Rc<Self>, entry: &JsValue) {
        let url = read::text(entry, "name");
        // Beacons are not requests of the page, also those of earlier visits and of another `start` to other collectors.
        if url != self.options.endpoint && !send::is_own(&url) {
            let (resource, timings) = (resources::of_entry(entry, &url), navigation::server_timings(entry));
            self.record(|view, now| {
                view.queue.resource(now, &resource);
                view.record(now, &timings);
            });
        }
    }

    pub(super) fn on_loaded(self: &Rc<Self>) {
        let is_late = self.run.borrow().as_ref().is_none_or(|run| run.is_late);
        let Some(entry) = browser::navigation_entry().filter(|_| !is_late) else { return };
        let (phases, load, of_server) =
            (navigation::phases(&entry), navigation::load_time(&entry), navigation::server_timings(&entry));
        self.record_in(ViewSelector::Document, |view, now| {
            for (name, ms) in phases {
                view.queue.phase(now, name, ms);
            }
            if let Some(ms) = load {
                view.queue.record(now, "page.load", ms);
            }
        });
        self.record(|view, now| view.record(now, &of_server));
    }
}
