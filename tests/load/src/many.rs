//! Several collectors on one database know what one collector on SQLite knows that was given the same beacons.
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use whippet_store::Options;

use crate::beacons::Beacons;
use crate::figures::{self, Differences, Figures};
use crate::insist::{Insist, Tally};
use crate::reports::{differences, reports};
use crate::server::{Data, Server};
use crate::site::Site;

/// How long a beacon may be tried where nothing is wrong.
const PATIENCE: Duration = Duration::from_secs(60);
/// Hours on both sides of what is asked for, ms: beacons count for the minute in which they arrive.
const HOUR: i64 = 60 * 60 * 1000;

/// What all of them are given.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// The beacons.
    pub beacons: Beacons,
    /// How many.
    pub count: u64,
    /// How many connections send.
    pub connections: usize,
}

/// What one collector on SQLite answers that was given the beacons.
pub struct Expected {
    reports: Map<String, Value>,
    figures: Figures,
    given: Given,
}

impl Given {
    /// Sends the beacons, each until it is acknowledged, `twice` of them once more.
    ///
    /// # Errors
    /// Where one is not acknowledged within `patience`.
    pub fn send(&self, site: &Site, twice: f64, patience: Duration, tally: &Tally) -> Result<()> {
        let insist = Insist { beacons: self.beacons, connections: self.connections, twice, patience };
        insist.send(site, 0..self.count, tally)
    }

    fn figures(&self, data: &Data) -> Result<Figures> {
        let options = match data {
            Data::Folder(folder) => Options::new(folder),
            Data::Url(url) => Options { server: Some(url.parse()?), ..Options::new(".") },
        };
        figures::figures(options, self.beacons.start + HOUR)
    }

    fn reports(&self, server: &Server) -> Result<Map<String, Value>> {
        reports(server, self.beacons.start - HOUR, self.beacons.start + 24 * HOUR)
    }
}

impl Expected {
    /// Gives one collector on SQLite, in a new folder, all of them.
    ///
    /// # Errors
    /// Where it does not take them.
    pub fn of(program: &Path, folder: &Path, given: Given) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let site = Site::start(program, Data::Folder(folder.to_owned()), 1, &[])?;
        given.send(&site, 0.0, PATIENCE, &Tally::default())?;
        let reports = site.with(0, |server| given.reports(server))?;
        site.stop()?;
        let figures = given.figures(&Data::Folder(folder.to_owned()))?;
        ensure!(!figures.is_empty(), "there is no figure to compare");
        Ok(Self { reports, figures, given })
    }

    /// The beacons.
    pub fn given(&self) -> Given {
        self.given
    }

    /// Whether each collector of a site answers the same.
    ///
    /// # Errors
    /// Where one does not: the error has the first differences.
    pub fn check(&self, site: &Site) -> Result<()> {
        let expected = Value::Object(self.reports.clone());
        for place in 0..site.count() {
            let beacons = site.with(place, beacons)?;
            ensure!(
                beacons == self.given.count,
                "collector {place} counts {beacons} beacons; {} were sent",
                self.given.count
            );
            let answered = Value::Object(site.with(place, |server| self.given.reports(server))?);
            let differences = differences(&expected, &answered);
            if !differences.is_empty() {
                bail!("collector {place} answers otherwise than SQLite:\n{}", differences.join("\n"));
            }
        }
        Ok(())
    }

    /// Whether a store that no collector uses any more has the same percentiles of every vital and timing, by application and
    /// page.
    ///
    /// # Errors
    /// Where it does not: the error has the first differences.
    pub fn check_figures(&self, data: &Data) -> Result<()> {
        let Differences { percentiles, ends, compared } =
            figures::differences(&self.figures, &self.given.figures(data)?);
        ensure!(
            percentiles.is_empty(),
            "the store has other percentiles than SQLite's in {} of {compared} figures:\n{}",
            percentiles.len(),
            percentiles[..percentiles.len().min(10)].join("\n")
        );
        println!(
            "percentiles and counts are the same in {compared} figures; the smallest or largest value differs in {ends}"
        );
        Ok(())
    }

    /// Sends all of them again to collectors that were just started: each is there, so none counts.
    ///
    /// # Errors
    /// Where one was not there.
    pub fn check_again(&self, site: &Site, patience: Duration) -> Result<()> {
        let tally = Tally::default();
        self.given.send(site, 0.0, patience, &tally)?;
        let [new, known] =
            [site.figure("whippet_beacons_accepted_total")?, site.figure("whippet_beacons_duplicate_total")?];
        ensure!(new == 0.0, "{new} of {} beacons were acknowledged, and not there", self.given.count);
        ensure!(
            known >= self.given.count as f64,
            "{known} beacons were known; {} were sent",
            self.given.count
        );
        self.check(site)
    }
}

/// Gives `collectors` on one database the beacons at random, a tenth of them twice, and compares.
///
/// # Errors
/// Where anything differs.
pub fn compare(program: &Path, data: Data, collectors: usize, expected: &Expected) -> Result<()> {
    let site = Site::start(program, data.clone(), collectors, &[])?;
    let tally = Tally::default();
    expected.given.send(&site, 0.1, PATIENCE, &tally)?;
    let (sent, twice) = (expected.given.count as f64, tally.twice.into_inner() as f64);
    // On a busy machine a beacon may be stored whose answer is that it was not: it is known when it comes again.
    let again = (tally.refused.into_inner() + tally.broken.into_inner()) as f64;
    let new = site.figure("whippet_beacons_accepted_total")?;
    let known = site.figure("whippet_beacons_duplicate_total")?;
    ensure!(new == sent, "{new} beacons were new; {sent} were sent");
    ensure!(
        (twice..=twice + again).contains(&known),
        "{known} beacons were known; {twice} were sent twice, {again} were tried again"
    );
    expected.check(&site)?;
    site.stop()?;
    expected.check_figures(&data)
}

fn beacons(server: &Server) -> Result<u64> {
    let status: Value = serde_json::from_str(&server.get("/api/status")?)?;
    status["beacons"].as_u64().context("/api/status has no `beacons`")
}
