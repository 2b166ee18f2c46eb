//! Who came in, and who did not.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use whippet_engine::expo::{Kind, Writer};
use whippet_store::families::{Counters, single};

/// Connections.
pub struct ConnectionMetrics {
    open: AtomicU64,
    short: Counters<1>,
}

impl Default for ConnectionMetrics {
    fn default() -> Self {
        Self { open: AtomicU64::default(), short: Counters::new(["outcome"]) }
    }
}

impl ConnectionMetrics {
    /// A connection came when `open` were open, that one included. `displaced`: another had to go for it, or there was
    /// no place at all.
    pub fn connected(&self, open: usize, displaced: Option<bool>) {
        self.open.store(open as u64, Relaxed);
        match displaced {
            Some(false) => {}
            Some(true) => self.short.add(["displaced".into()], 1),
            None => self.short.add(["refused".into()], 1),
        }
    }

    /// A connection ended, and `open` are left.
    pub fn left(&self, open: usize) {
        self.open.store(open as u64, Relaxed);
    }

    /// Writes them.
    pub fn write(&self, writer: &mut Writer) {
        let open = self.open.load(Relaxed) as f64;
        single(writer, "whippet_connections", Kind::Gauge, "Connections that are open", open);
        let help = "Connections that hung and were closed for others, and those that were refused";
        self.short.write(writer, "whippet_connections_cut_total", help);
    }
}
