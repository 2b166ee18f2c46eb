//! Drives `watch`: looks at all rules every 30 s, where this collector is the one that watches.
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use whippet_store::database::Database;
use whippet_store::{StoreError, WATCHER, watching};
use whippet_watch::alerts::{INTERVAL, Step};

use crate::app::App;
use crate::notify::Notifier;
use crate::watch::{self, Inputs, Looked, Memory, RuleSet, SeenLevels};

fn inputs(app: &App, memory: Memory) -> Inputs {
    Inputs {
        rules: app.watch.rules(),
        targets: app.target_status.snapshot(),
        interval: app.scrape_interval,
        regressions: app.watch.found.get(),
        memory,
        now: app.clock.now(),
    }
}

/// The levels as they are now: those of the last time, or where that is too long ago, read again.
///
/// # Errors
/// Where the store cannot be read.
pub async fn levels(app: &App) -> Result<Arc<SeenLevels>, StoreError> {
    if let Some(known) = app.watch.known_levels(app.clock.now()) {
        return Ok(known);
    }
    let inputs = inputs(app, app.watch.memory());
    let matches = Arc::clone(&app.matches);
    let read = move |db: &dyn Database| watch::read_levels(db, &matches, &inputs);
    let seen = Arc::new(app.store.read_database("read_levels", read).await?);
    app.watch.keep_levels(&seen);
    Ok(seen)
}

/// Looks at all rules once, as of now, whoever else does.
///
/// # Errors
/// Where the store cannot be read or written. Nothing is lost by that but time.
pub async fn look(app: &App) -> Result<Looked, StoreError> {
    let watch = &app.watch;
    let rules = watch.rules();
    let now = app.clock.now();
    let before = app.store.read_rows("read_watching", watching::standing).await?;
    let memory = watch.remember(before.evaluated, now);
    let inputs = Inputs { now, ..inputs(app, memory) };
    let matches = Arc::clone(&app.matches);
    let read = move |db: &dyn Database| watch::look(db, &matches, &inputs, before);
    let seen = app.store.read_database("read_watching", read).await?;
    let step = Step::new(before.evaluated, now);
    let decided = watch::decide(&rules, seen, step, &app.external_url);
    let mut looked = Looked {
        written: false,
        changes: decided.round.events.len(),
        notifications: decided.round.notifications.len(),
        windows: decided.windows,
    };
    looked.written = app.store.write_watching(watching::Change::Round(decided.round)).await?;
    if looked.written {
        app.metrics.watch.show(&decided.counts, rules.rules.alerts.len());
        watch.tell(looked.notifications, decided.firing);
    }
    Ok(looked)
}

/// Looks every 30 s, where this collector is the one that watches, by the rules of the configuration as they are then.
pub fn start(tasks: &mut JoinSet<()>, app: &App) {
    let mut rules = app.rules.clone();
    app.watch.set_rules(RuleSet::from(&**rules.borrow_and_update()));
    app.watch.set_teller(Arc::<Notifier>::clone(&app.notifier));
    let watch = Arc::clone(&app.watch);
    tasks.spawn(async move {
        while rules.changed().await.is_ok() {
            watch.set_rules(RuleSet::from(&**rules.borrow_and_update()));
        }
    });
    let app = app.clone();
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(INTERVAL as u64));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // Targets are scraped before the first look.
        ticks.tick().await;
        loop {
            ticks.tick().await;
            if !app.store.lead(WATCHER).await {
                app.metrics.watch.stand_by();
                continue;
            }
            let started = Instant::now();
            let outcome = look(&app).await;
            app.metrics.watch.looked(started.elapsed(), outcome.is_ok());
            match outcome {
                Ok(looked) if looked.changes > 0 => {
                    tracing::info!(
                        changes = looked.changes,
                        notifications = looked.notifications,
                        "alerts changed"
                    );
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the rules were not looked at; they are again in 30 s"),
            }
        }
    });
}
