//! The model of the tests: lodash's `debounce`.
use std::format;
use std::string::String;
use std::vec::Vec;

/// lodash's debounce, transliterated, with a timer for each function.
pub(super) struct Lodash {
    pub(super) wait: f64,
    pub(super) max_wait: Option<f64>,
    pub(super) leading: bool,
    pub(super) trailing: bool,
    pub(super) last_call: Option<f64>,
    pub(super) last_invoke: f64,
    pub(super) timer: Option<usize>,
    pub(super) has_args: bool,
}

#[derive(Default)]
pub(super) struct LodashHost {
    pub(super) time: f64,
    pub(super) timers: Vec<(f64, usize, usize)>, // when, id, pacer
    pub(super) last_id: usize,
    pub(super) log: Vec<String>,
}

impl LodashHost {
    fn set(&mut self, pacer: usize, delay: f64) -> usize {
        self.last_id += 1;
        self.timers.push((self.time + delay, self.last_id, pacer));
        self.last_id
    }

    pub(super) fn clear(&mut self, id: usize) {
        self.timers.retain(|timer| timer.1 != id);
    }
}

impl Lodash {
    fn should_invoke(&self, time: f64) -> bool {
        let Some(last_call) = self.last_call else { return true };
        let since_call = time - last_call;
        since_call >= self.wait
            || since_call < 0.0
            || self.max_wait.is_some_and(|max| time - self.last_invoke >= max)
    }

    fn invoke(&mut self, me: usize, host: &mut LodashHost) {
        self.has_args = false;
        self.last_invoke = host.time;
        host.log.push(format!("{me}@{}", host.time));
    }

    fn trailing_edge(&mut self, me: usize, host: &mut LodashHost) {
        self.timer = None;
        if self.trailing && self.has_args {
            self.invoke(me, host);
        }
        self.has_args = false;
    }

    pub(super) fn call(&mut self, me: usize, host: &mut LodashHost) {
        let time = host.time;
        let invoking = self.should_invoke(time);
        self.has_args = true;
        self.last_call = Some(time);
        if invoking {
            if self.timer.is_none() {
                self.last_invoke = time;
                self.timer = Some(host.set(me, self.wait));
                if self.leading {
                    self.invoke(me, host);
                }
                return;
            }
            if self.max_wait.is_some() {
                host.clear(self.timer.unwrap());
                self.timer = Some(host.set(me, self.wait));
                return self.invoke(me, host);
            }
        }
        if self.timer.is_none() {
            self.timer = Some(host.set(me, self.wait));
        }
    }

    pub(super) fn expired(&mut self, me: usize, host: &mut LodashHost) {
        let time = host.time;
        if self.should_invoke(time) {
            return self.trailing_edge(me, host);
        }
        let waiting = self.wait - (time - self.last_call.unwrap());
        let rest = match self.max_wait {
            Some(max) => waiting.min(max - (time - self.last_invoke)),
            None => waiting,
        };
        self.timer = Some(host.set(me, rest));
    }

    pub(super) fn cancel(&mut self, host: &mut LodashHost) {
        if let Some(timer) = self.timer.take() {
            host.clear(timer);
        }
        (self.last_invoke, self.last_call, self.has_args) = (0.0, None, false);
    }

    pub(super) fn flush(&mut self, me: usize, host: &mut LodashHost) {
        if self.timer.is_some() {
            self.trailing_edge(me, host);
        }
    }
}
