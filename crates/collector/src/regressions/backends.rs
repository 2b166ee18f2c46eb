//! The backends whose releases are watched: targets, and services whose instances a list of targets names.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use whippet_api::Target;
use whippet_store::database::{Database, Error};
use whippet_store::reports::matches::Matches;
use whippet_store::reports::releases::backend::{Backend, Member};
use whippet_store::{OWN_TARGET, Store, StoreError};

use crate::scrape::TargetStatus;

/// The most targets of a service, those that are gone included.
const MEMBERS: usize = 100;

/// All backends, and the targets that are no backend of their own.
#[derive(Debug, Default)]
pub struct Backends {
    /// By name.
    pub all: Vec<Backend>,
    singles: Vec<Backend>,
}

impl Backends {
    /// That of a name: a service, or a target.
    pub fn called(self, name: &str) -> Option<Backend> {
        self.all.into_iter().chain(self.singles).find(|backend| backend.name == name)
    }
}

/// Finds all backends. `interval`: the usual time between two scrapes, ms.
///
/// # Errors
/// Where the store cannot be read.
pub async fn backends(
    store: &Arc<Store>,
    (status, matches): (&TargetStatus, &Arc<Matches>),
    interval: i64,
) -> Result<Backends, StoreError> {
    let targets = status.snapshot();
    let known = match targets.iter().any(|target| target.list.is_some()) {
        true => store.read_database("read_targets", names).await?,
        false => Vec::new(),
    };
    Ok(grouped(&targets, &known, matches, interval))
}

/// The names of all targets that anything is kept of, the newest first.
fn names(db: &dyn Database) -> Result<Vec<String>, Error> {
    db.query_map("SELECT name FROM targets ORDER BY id DESC", &[], |row| row.get(0))
}

fn grouped(targets: &[Target], known: &[String], matches: &Arc<Matches>, interval: i64) -> Backends {
    let member = |target: &Target| Member {
        name: target.name.clone(),
        interval: if target.interval > 0 { target.interval } else { interval },
    };
    let backend =
        |name: &str, members| Backend { name: name.to_owned(), members, matches: Arc::clone(matches) };
    let mut found = Backends::default();
    let mut services: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for target in targets {
        match service(target) {
            Some(service) => {
                services.entry(service).or_default().push(member(target));
                found.singles.push(backend(&target.name, vec![member(target)]));
            }
            // Nobody watches the watcher's own releases unasked.
            None if target.name == OWN_TARGET => {
                found.singles.push(backend(&target.name, vec![member(target)]));
            }
            None => found.all.push(backend(&target.name, vec![member(target)])),
        }
    }
    // Instances that a list names no more answered before.
    let current: BTreeSet<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    for name in known.iter().filter(|name| !current.contains(name.as_str())) {
        let is_of =
            |service: &&String| name.strip_prefix(service.as_str()).is_some_and(|rest| rest.starts_with('-'));
        let longest = services.keys().filter(is_of).max_by_key(|service| service.len()).cloned();
        if let Some(members) = longest.and_then(|service| services.get_mut(&service)) {
            let interval = members.first().map_or(interval, |member| member.interval);
            if members.len() < MEMBERS {
                members.push(Member { name: name.clone(), interval });
            }
        }
    }
    for (name, mut members) in services {
        members.truncate(MEMBERS);
        if found.all.iter().all(|other| other.name != name) {
            found.all.push(backend(&name, members));
        }
    }
    found
}

/// The service that a target of a list is an instance of: its name without the host.
fn service(target: &Target) -> Option<String> {
    target.list.as_ref()?;
    let host = target.url.split("://").nth(1)?.split(['/', '?']).next()?;
    let fits = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
    let host: String = host.chars().map(fits).collect();
    let name = target.name.strip_suffix(host.as_str())?.strip_suffix('-')?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_catalogue::Catalogue;

    fn target(name: &str, url: &str, list: Option<&str>) -> Target {
        Target {
            name: name.to_owned(),
            url: url.to_owned(),
            list: list.map(str::to_owned),
            ..Target::default()
        }
    }

    #[test]
    fn instances_of_a_list_are_one_backend_also_those_that_are_gone() {
        let targets = [
            target("shop", "http://shop/metrics", None),
            target("api-10.0.0.5-8080", "http://10.0.0.5:8080/metrics", Some("fleet")),
            target("api-10.0.0.6-8080", "http://10.0.0.6:8080/metrics", Some("fleet")),
            target("api-v2-10.0.0.7-80", "http://10.0.0.7:80/metrics?x=y", Some("fleet")),
        ];
        let known = ["api-10.0.0.4-8080", "api-v2-10.0.0.9-80", "shop-old", "shop"].map(str::to_owned);
        let found = grouped(&targets, &known, &Arc::new(Matches::new(Catalogue::new())), 5000);
        let shown: Vec<(&str, Vec<&str>)> = found
            .all
            .iter()
            .map(|backend| {
                (backend.name.as_str(), backend.members.iter().map(|member| member.name.as_str()).collect())
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("shop", vec!["shop"]),
                ("api", vec!["api-10.0.0.5-8080", "api-10.0.0.6-8080", "api-10.0.0.4-8080"]),
                ("api-v2", vec!["api-v2-10.0.0.7-80", "api-v2-10.0.0.9-80"]),
            ]
        );
        let one = found.called("api-10.0.0.6-8080").unwrap();
        assert_eq!((one.members.len(), one.members[0].interval), (1, 5000));
    }
}
