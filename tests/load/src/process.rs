//! What a process has used, by Linux' `/proc`.
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Clock ticks per second of `/proc/PID/stat`: USER_HZ, which is 100 on Linux.
const TICKS: f64 = 100.0;

/// CPU time of a process, user and system, all its threads.
///
/// # Errors
/// Where there is no such process, or no `/proc`.
pub fn cpu(pid: u32) -> Result<Duration> {
    ticks(pid, &[11, 12])
}

/// The same with its children that have ended.
///
/// # Errors
/// Those of [`cpu`].
pub fn cpu_with_children(pid: u32) -> Result<Duration> {
    ticks(pid, &[11, 12, 13, 14])
}

fn ticks(pid: u32, fields: &[usize]) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))
        .with_context(|| format!("process {pid}: CPU time is measured on Linux alone"))?;
    // The name before the last bracket may have anything in it.
    let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat has another form")?;
    let values: Vec<&str> = rest.split_whitespace().collect();
    let sum: u64 = fields.iter().filter_map(|field| values.get(*field)?.parse::<u64>().ok()).sum();
    Ok(Duration::from_secs_f64(sum as f64 / TICKS))
}

/// Memory of a process, bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Resident now.
    pub now: u64,
    /// The most that was resident since it started.
    pub peak: u64,
}

/// How much memory a process holds.
///
/// # Errors
/// Where there is no such process, or no `/proc`.
pub fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("process {pid}: memory is measured on Linux alone"))?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    };
    Ok(Memory { now: bytes("VmRSS:").unwrap_or(0), peak: bytes("VmHWM:").unwrap_or(0) })
}
