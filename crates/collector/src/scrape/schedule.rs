//! When each target is scraped, and which targets there are.
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};
use whippet_api::TargetList;

use super::lists::List;
use super::others::role;
use super::{Scraper, Target};

/// As many targets are scraped at once when the collector starts. The first scrapes of more are spread over an interval.
const AT_ONCE: usize = 8;

/// Scrapes the collector itself, until the set is dropped.
pub fn start_own(tasks: &mut JoinSet<()>, scraper: Arc<Scraper>, every: Duration) {
    tasks.spawn(async move {
        let mut ticks = ticks(every, Duration::ZERO);
        loop {
            ticks.tick().await;
            scraper.scrape_own().await;
        }
    });
}

/// The targets and lists of the configuration and the command line: they come and go with it.
pub struct Scraping {
    targets: Running,
    lists: Vec<(List, AbortHandle)>,
    tasks: JoinSet<()>,
}

impl Scraping {
    /// Nothing is scraped yet.
    pub fn new(scraper: Arc<Scraper>, every: Duration) -> Self {
        Self { targets: Running::new(scraper, every, None), lists: Vec::new(), tasks: JoinSet::new() }
    }

    /// Scrapes these from now on, each at its own pace, until this is dropped. What is scraped already goes on.
    pub async fn set(&mut self, targets: Vec<Target>, lists: Vec<List>) {
        let (mut kept, mut gone) = (Vec::new(), Vec::new());
        for (list, task) in self.lists.drain(..) {
            if lists.contains(&list) { kept.push((list, task)) } else { gone.push((list, task)) }
        }
        self.lists = kept;
        let scraper = Arc::clone(&self.targets.scraper);
        for (list, task) in gone {
            task.abort();
            for name in scraper.target_status.remove_list(&list.name) {
                scraper.store.resign(&role(&name)).await;
            }
        }
        while self.tasks.try_join_next().is_some() {}
        self.targets.apply(targets).await;
        for list in lists {
            if self.lists.iter().all(|(known, _)| *known != list) {
                let schedule = Schedule::new(Arc::clone(&scraper), list.clone(), self.targets.every);
                self.lists.push((list, self.tasks.spawn(schedule.run())));
            }
        }
    }
}

/// Scrapes a target at its interval, for the first time after the share `wait` of one.
async fn scrape(scraper: Arc<Scraper>, target: Target, every: Duration, wait: f64) {
    let every = target.settings.interval.unwrap_or(every);
    let mut ticks = ticks(every, every.mul_f64(wait));
    let mut is_declared = !scraper.store.is_shared();
    loop {
        ticks.tick().await;
        // Another collector on the same database may do it.
        if !scraper.store.lead(&role(&target.name)).await {
            is_declared = false;
            continue;
        }
        if !is_declared {
            is_declared = declare(&scraper, &target).await;
        }
        scraper.scrape(&target).await;
    }
}

/// Stores the address of a target: at another one there is another backend.
async fn declare(scraper: &Scraper, target: &Target) -> bool {
    let stored = scraper.store.set_target_address(&target.name, &target.address()).await;
    if let Err(error) = &stored {
        tracing::warn!(%error, target_name = target.name, "the address of a target was not stored");
    }
    stored.is_ok()
}

fn ticks(every: Duration, wait: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval_at(Instant::now() + wait, every);
    // A slow target is scraped less often, and missed scrapes are not made up for.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// The targets of a list: they come and go with it.
pub struct Schedule {
    list: List,
    running: Running,
}

impl Schedule {
    /// A list without targets yet.
    pub fn new(scraper: Arc<Scraper>, list: List, every: Duration) -> Self {
        let running = Running::new(scraper, every, Some(list.name.clone()));
        Self { list, running }
    }

    /// Reads the list at its interval.
    async fn run(mut self) {
        let mut ticks = ticks(self.list.refresh, Duration::ZERO);
        loop {
            ticks.tick().await;
            self.update().await;
        }
    }

    /// Reads the list, and starts and ends scraping as it says. A list that cannot be read changes nothing.
    pub async fn update(&mut self) {
        let mut status = TargetList {
            name: self.list.name.clone(),
            place: self.list.shown(),
            read: Some(self.running.scraper.clock.now()),
            ..TargetList::default()
        };
        match self.list.read(&self.running.scraper.fetcher).await {
            Ok(entries) => {
                status.left_out = entries.left_out as u64;
                status.error = entries.first;
                let taken = self.running.apply(entries.targets).await;
                if let Some(name) = taken.first() {
                    status.left_out += taken.len() as u64;
                    status.error.get_or_insert(format!("there is a target called {name} already"));
                }
            }
            Err(error) => status.error = Some(error.to_string()),
        }
        status.targets = self.running.targets.len() as u64;
        let (name, error) = (status.name.clone(), status.error.clone().unwrap_or_default());
        if self.running.scraper.target_status.record_list(status) {
            tracing::warn!(
                list = name,
                error = error.escape_debug().to_string(),
                "not all of a list was read"
            );
        }
    }
}

/// Targets that are scraped.
struct Running {
    scraper: Arc<Scraper>,
    every: Duration,
    /// The list that names them.
    list: Option<String>,
    targets: HashMap<String, (Target, AbortHandle)>,
    tasks: JoinSet<()>,
}

impl Running {
    fn new(scraper: Arc<Scraper>, every: Duration, list: Option<String>) -> Self {
        Self { scraper, every, list, targets: HashMap::new(), tasks: JoinSet::new() }
    }

    /// Makes these the targets. Returns the names that other targets have already.
    async fn apply(&mut self, targets: Vec<Target>) -> Vec<String> {
        let goes = |name: &String, known: &Target| {
            !targets.iter().any(|target| target.name == *name && target == known)
        };
        let gone: Vec<String> = self
            .targets
            .iter()
            .filter(|(name, (known, _))| goes(name, known))
            .map(|(name, _)| name.clone())
            .collect();
        for name in gone {
            if let Some((_, task)) = self.targets.remove(&name) {
                task.abort();
                self.scraper.target_status.remove(&name);
                self.scraper.store.resign(&role(&name)).await;
                match &self.list {
                    Some(list) => tracing::info!(target_name = name, list, "target is no longer in its list"),
                    None => tracing::info!(target_name = name, "target is no longer in the configuration"),
                }
            }
        }
        while self.tasks.try_join_next().is_some() {}
        let new: Vec<Target> =
            targets.into_iter().filter(|target| !self.targets.contains_key(&target.name)).collect();
        let (count, mut taken) = (new.len(), Vec::new());
        for (place, target) in new.into_iter().enumerate() {
            let interval = target.settings.interval.unwrap_or(self.every).as_millis() as i64;
            if !self.scraper.target_status.add(&target.name, target.shown(), interval, self.list.as_deref()) {
                taken.push(target.name);
                continue;
            }
            if !self.scraper.store.is_shared() {
                declare(&self.scraper, &target).await;
            }
            let wait = if count <= AT_ONCE { 0.0 } else { place as f64 / count as f64 };
            let task = self.tasks.spawn(scrape(Arc::clone(&self.scraper), target.clone(), self.every, wait));
            self.targets.insert(target.name.clone(), (target, task));
        }
        taken
    }
}
