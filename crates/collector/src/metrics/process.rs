//! The process itself: CPU, memory, threads. On Linux from `/proc`; elsewhere only what is known anyway.
use whippet_engine::expo::{Kind, Writer};
use whippet_store::families::single;

/// The kernel reports CPU time in this many parts of a second to every program, whatever its own clock does.
const TICKS: f64 = 100.0;

/// Writes what is known; `started` in seconds since the epoch.
pub fn write(writer: &mut Writer, started: f64) {
    let mut gauge = |name: &str, help: &str, value: f64| single(writer, name, Kind::Gauge, help, value);
    gauge("process_start_time_seconds", "When the process began, since the epoch", started);
    if let Some(memory) = status("VmRSS:") {
        gauge("process_resident_memory_bytes", "Memory in use", memory * 1024.0);
    }
    if let Some(threads) = status("Threads:") {
        gauge("process_threads", "Threads of the process", threads);
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        gauge("process_open_fds", "Files and sockets open", files.count() as f64);
    }
    if let Some(seconds) = cpu_seconds() {
        single(writer, "process_cpu_seconds_total", Kind::Counter, "CPU time used", seconds);
    }
}

/// User and system time, the 14th and 15th field of `stat`. The second field is the program's name in
/// brackets, which may hold anything: what follows the last bracket is counted.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

/// The first number of a line of `status`.
fn status(line: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let value = status.lines().find_map(|candidate| candidate.strip_prefix(line))?;
    value.split_ascii_whitespace().next()?.parse().ok()
}
