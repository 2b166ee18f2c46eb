//! Jobs and queues, and what a backend runs on: process, host, runtime.
use std::collections::{BTreeMap, BTreeSet};

use whippet_api::{Section, SignalChart, Unit};
use whippet_catalogue::{Signal, Tags};

use super::draw::{Draw, Lines, durations_panel, last, panel, table, total};
use super::timings::{Named, timings_table};
use super::traffic::bytes;
use crate::reports::reading::Reading;
use crate::reports::source::{Pair, Source};
use crate::reports::steps::Steps;
use crate::reports::tagged::{Counted, Measured, Set};

/// Seconds per second are a share, and times are kept in ms.
const SHARE: f64 = 1e-3;

fn group(tags: &Tags) -> String {
    tags.group.clone()
}

/// The name of a job: its operation, or the queue where it has none.
fn job(tags: &Tags) -> String {
    if tags.operation.is_empty() { tags.group.clone() } else { tags.operation.clone() }
}

/// Draws one signal at a time.
struct One<'a, 'b, S> {
    reading: &'a Reading<'b, S>,
    draw: Draw<'a>,
}

impl<S: Source> One<'_, '_, S> {
    fn rate(
        &self,
        title: &str,
        signal: Signal,
        unit: Unit,
        whole: &str,
        scale: f64,
    ) -> Result<Option<SignalChart>, S::Error> {
        let set = self.reading.counted_by_group(signal)?;
        let chart = panel(
            self.draw,
            title,
            unit,
            &[signal],
            &[&set.metrics],
            self.draw.rates(&set, group, whole, scale),
        );
        Ok(chart.map(|chart| SignalChart { own: set.own, ..chart }))
    }

    /// Levels of several signals; where the second is the most that the first may be, it has one line.
    fn levels(
        &self,
        title: &str,
        unit: Unit,
        signals: &[(Signal, &str)],
    ) -> Result<Option<SignalChart>, S::Error> {
        let (mut lines, mut metrics) = (Lines::default(), BTreeSet::new());
        for (signal, name) in signals {
            let set = self.reading.levels(*signal)?;
            let is_first = *signal == signals[0].0;
            let found =
                self.draw.levels(&set, |tags| if is_first { group(tags) } else { String::new() }, name);
            lines.lines.extend(found.lines);
            lines.left_out += found.left_out;
            metrics.extend(set.metrics);
        }
        let signals: Vec<Signal> = signals.iter().map(|signal| signal.0).collect();
        Ok(panel(self.draw, title, unit, &signals, &[&metrics], lines))
    }
}

fn section(name: &str, charts: Vec<Option<SignalChart>>) -> Section {
    Section { name: name.to_owned(), charts: charts.into_iter().flatten().collect(), tables: Vec::new() }
}

/// Jobs and queues.
pub fn jobs<S: Source>(reading: &Reading<'_, S>, steps: &Steps) -> Result<Section, S::Error> {
    let one = One { reading, draw: Draw { grid: reading.grid(), steps } };
    let durations = reading.durations(Signal::JobsDuration, |_| true)?;
    let messages = reading.durations(Signal::MessagesDuration, |_| true)?;
    let mut jobs = section(
        "Jobs and queues",
        vec![
            one.rate("Jobs done", Signal::JobsDone, Unit::PerSecond, "done", 1.0)?,
            one.rate("Jobs failed", Signal::JobsFailed, Unit::PerSecond, "failed", 1.0)?,
            durations_panel(one.draw, "Time of jobs", Signal::JobsDuration, &durations, job),
            one.levels("Jobs that wait", Unit::Number, &[(Signal::JobsWaiting, "waiting")])?,
            one.levels("Jobs that run", Unit::Number, &[(Signal::JobsRunning, "running")])?,
            one.rate("Messages sent", Signal::MessagesSent, Unit::PerSecond, "sent", 1.0)?,
            one.rate("Messages received", Signal::MessagesReceived, Unit::PerSecond, "received", 1.0)?,
            durations_panel(one.draw, "Time of messages", Signal::MessagesDuration, &messages, job),
            one.levels("Messages not processed yet", Unit::Number, &[(Signal::MessagesLag, "lag")])?,
        ],
    );
    let named = Named::read(reading, (Signal::JobsDone, Signal::JobsDuration), job)?;
    jobs.tables.extend(timings_table("Jobs", "Job", "Done", &named));
    Ok(jobs)
}

/// The process.
pub fn process<S: Source>(reading: &Reading<'_, S>, steps: &Steps) -> Result<Section, S::Error> {
    let one = One { reading, draw: Draw { grid: reading.grid(), steps } };
    let mut process = section(
        "Process",
        vec![
            one.rate("CPU, of one core", Signal::ProcessCpu, Unit::Ratio, "cpu", SHARE)?,
            one.levels("Resident memory", Unit::Bytes, &[(Signal::ProcessMemory, "resident")])?,
            one.levels(
                "File descriptors",
                Unit::Number,
                &[(Signal::ProcessOpenFds, "open"), (Signal::ProcessMaxFds, "most")],
            )?,
            one.levels("Threads", Unit::Number, &[(Signal::ProcessThreads, "threads")])?,
        ],
    );
    let (start, uptime) = (reading.levels(Signal::ProcessStart)?, reading.levels(Signal::ProcessUptime)?);
    if let Some(whole) = one.draw.grid.whole {
        let end = one.draw.grid.points[whole.1] as f64;
        let mut running = last(&uptime, whole);
        // Of several processes in one group, none has run for the sum.
        if start.series.len() == last(&start, whole).len() {
            for (name, began) in last(&start, whole) {
                running.entry(name).or_insert((end - began).max(0.0));
            }
        }
        let metrics = start.metrics.into_iter().chain(uptime.metrics).collect();
        process.tables.extend(table(
            "Processes",
            "Process",
            metrics,
            vec![("Running for", Unit::Ms, running)],
        ));
    }
    Ok(process)
}

/// The host's CPU in use: a share of all where idle time is told too, otherwise in cores.
pub fn host_cpu(set: &Set<Counted>, grid: &crate::reports::source::Grid, pair: Pair) -> Option<(f64, bool)> {
    let is_idle = |tags: &Tags| ["idle", "iowait"].contains(&tags.operation.to_ascii_lowercase().as_str());
    let all = set.sum(pair, |_| true);
    if set.series.is_empty() {
        return None;
    }
    if set.any(is_idle) {
        return (all > 0.0).then(|| (1.0 - set.sum(pair, is_idle) / all, true));
    }
    Some((all / grid.seconds(pair) * SHARE, set.own))
}

/// The memory in use, of all.
pub fn host_memory(
    used: &Set<Measured>,
    all: &Set<Measured>,
    available: &Set<Measured>,
    pair: Pair,
) -> Option<(f64, f64)> {
    let of = |set| total(set, pair, |_| true);
    let all = of(all)?;
    let used = of(used).or_else(|| Some(all - of(available)?))?;
    (all > 0.0).then_some((used, all))
}

/// The host.
pub fn host<S: Source>(reading: &Reading<'_, S>, steps: &Steps) -> Result<Section, S::Error> {
    let one = One { reading, draw: Draw { grid: reading.grid(), steps } };
    let draw = one.draw;
    let cpu = reading.counted(Signal::HostCpu, |_| true)?;
    let lines = Lines {
        lines: vec![draw.line("cpu", |pair| host_cpu(&cpu, draw.grid, pair).map(|found| found.0))],
        left_out: 0,
    };
    let is_share =
        draw.grid.whole.and_then(|whole| host_cpu(&cpu, draw.grid, whole)).is_none_or(|found| found.1);
    // What a backend computed stands in where it tells no CPU time.
    let cpu_used = match cpu.series.is_empty() {
        true => one.levels("CPU, of all cores", Unit::Ratio, &[(Signal::HostCpuUsed, "cpu")])?,
        false => None,
    };
    let [used, all, available] =
        [Signal::HostMemoryUsed, Signal::HostMemoryTotal, Signal::HostMemoryAvailable]
            .map(|signal| reading.levels(signal));
    let (used, all, available) = (used?, all?, available?);
    let mut memory = Lines::default();
    if all.series.is_empty() {
        memory.lines.extend(draw.levels(&used, |_| String::new(), "in use").lines);
        memory.lines.extend(draw.levels(&available, |_| String::new(), "available").lines);
    } else {
        memory.lines.push(
            draw.line("in use", |pair| host_memory(&used, &all, &available, pair).map(|found| found.0)),
        );
        memory.lines.extend(draw.levels(&all, |_| String::new(), "all").lines);
    }
    let [read, written, received, sent] =
        [Signal::HostDiskRead, Signal::HostDiskWritten, Signal::HostNetReceived, Signal::HostNetSent]
            .map(|signal| reading.counted(signal, |_| true));
    let (read, written, received, sent) = (read?, written?, received?, sent?);
    let mut host = section(
        "Host",
        vec![
            panel(
                draw,
                if is_share { "CPU, of all cores" } else { "CPU, in cores" },
                if is_share { Unit::Ratio } else { Unit::Number },
                &[Signal::HostCpu],
                &[&cpu.metrics],
                lines,
            ),
            cpu_used.map(|chart| SignalChart { own: true, ..chart }),
            panel(
                draw,
                "Memory",
                Unit::Bytes,
                &[Signal::HostMemoryUsed, Signal::HostMemoryTotal, Signal::HostMemoryAvailable],
                &[&used.metrics, &all.metrics, &available.metrics],
                memory,
            ),
            panel(
                draw,
                "Disk",
                Unit::BytesPerSecond,
                &[Signal::HostDiskRead, Signal::HostDiskWritten],
                &[&read.metrics, &written.metrics],
                bytes(draw, &read, &written, ["read", "written"]),
            ),
            panel(
                draw,
                "Network",
                Unit::BytesPerSecond,
                &[Signal::HostNetReceived, Signal::HostNetSent],
                &[&received.metrics, &sent.metrics],
                bytes(draw, &received, &sent, ["received", "sent"]),
            ),
            one.levels("Load", Unit::Number, &[(Signal::HostLoad, "load")])?,
        ],
    );
    if let Some(whole) = draw.grid.whole {
        let [used, all, available] = [Signal::HostDiskUsed, Signal::HostDiskTotal, Signal::HostDiskAvailable]
            .map(|signal| reading.levels(signal));
        let (used, all, available) = (used?, all?, available?);
        let (total, mut taken) = (last(&all, whole), last(&used, whole));
        for (disk, available) in last(&available, whole) {
            if let Some(total) = total.get(&disk) {
                taken.entry(disk).or_insert(total - available);
            }
        }
        let share = |(disk, taken): (&String, &f64)| {
            Some((disk.clone(), taken / total.get(disk).filter(|total| **total > 0.0)?))
        };
        let shares: BTreeMap<String, f64> = taken.iter().filter_map(share).collect();
        let metrics = [used.metrics, all.metrics, available.metrics].into_iter().flatten().collect();
        let columns =
            vec![("In use", Unit::Ratio, shares), ("Used", Unit::Bytes, taken), ("All", Unit::Bytes, total)];
        host.tables.extend(table("Disks", "Disk", metrics, columns));
    }
    Ok(host)
}

/// The runtime.
pub fn runtime<S: Source>(reading: &Reading<'_, S>, steps: &Steps) -> Result<Section, S::Error> {
    let one = One { reading, draw: Draw { grid: reading.grid(), steps } };
    let lag = |tags: &Tags| if tags.stat.is_empty() { group(tags) } else { super::draw::stat(&tags.stat) };
    let late = reading.levels(Signal::EventLoopLag)?;
    Ok(section(
        "Runtime",
        vec![
            one.levels("Heap", Unit::Bytes, &[(Signal::HeapUsed, "in use"), (Signal::HeapLimit, "most")])?,
            one.rate("Time of garbage collection", Signal::GcTime, Unit::Ratio, "time", SHARE)?,
            one.rate("Garbage collections", Signal::GcCount, Unit::PerSecond, "collections", 1.0)?,
            panel(
                one.draw,
                "How late the event loop is",
                Unit::Ms,
                &[Signal::EventLoopLag],
                &[&late.metrics],
                one.draw.levels(&late, lag, "late"),
            ),
            one.levels("Threads", Unit::Number, &[(Signal::RuntimeThreads, "threads")])?,
            one.levels("Goroutines, tasks or fibers", Unit::Number, &[(Signal::Goroutines, "goroutines")])?,
        ],
    ))
}

/// The service itself.
pub fn service<S: Source>(reading: &Reading<'_, S>, steps: &Steps) -> Result<Section, S::Error> {
    let one = One { reading, draw: Draw { grid: reading.grid(), steps } };
    let mut service = section(
        "Service",
        vec![
            one.levels("Works: 1 or 0", Unit::Number, &[(Signal::ServiceUp, "up")])?,
            one.levels("Open connections", Unit::Number, &[(Signal::ServiceConnections, "connections")])?,
        ],
    );
    let info = reading.levels(Signal::ServiceInfo)?;
    if let Some(whole) = one.draw.grid.whole {
        let now = info.series.iter().filter(|measured| measured.at(whole).is_some());
        let rows: BTreeMap<String, f64> = now.map(|measured| (measured.labels_text(), 1.0)).collect();
        let mut about =
            table("About", "It says of itself", info.metrics.clone(), vec![("", Unit::Number, rows)]);
        if let Some(about) = &mut about {
            about.columns.clear();
            about.rows.iter_mut().for_each(|row| row.values.clear());
        }
        service.tables.extend(about);
    }
    Ok(service)
}
