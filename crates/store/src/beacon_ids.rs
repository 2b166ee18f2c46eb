//! Which beacons were counted, so that one that arrives again counts once, whichever collector hears it.
use std::collections::HashSet;

use whippet_engine::beacon::Beacon;

use crate::database::{Database, Lookup, Param, Result, Type, Upsert, params};
use crate::partitions::Partitions;
use crate::time::DAY;

/// For how many days an id is kept: a browser that was offline sends a beacon again within days or not at all.
pub const DAYS: i64 = 3;

/// The day of beacons that do not say on which day they were sent.
pub const ODD: i64 = -1;

const WRITE: Upsert = Upsert {
    table: "beacons",
    columns: &[("day", Type::Integer), ("id", Type::Text), ("received", Type::Integer)],
    conflict: "ON CONFLICT (day, id) DO NOTHING",
};

const READ: Lookup = Lookup {
    table: "beacons",
    keys: &[("day", Type::Integer), ("id", Type::Text)],
    columns: "id",
    lock: false,
};

/// Claims the ids of beacons, each with the time when it was received. Returns for each whether it is new.
pub fn claim(
    database: &dyn Database,
    partitions: &mut Partitions,
    beacons: &[(&Beacon, i64)],
) -> Result<Vec<bool>> {
    let mut keys: Vec<(i64, &str, i64)> = Vec::with_capacity(beacons.len());
    // Where it may be because it arrived earlier, when its day looked otherwise.
    let mut elsewhere: Vec<Vec<Param<'_>>> = Vec::new();
    let odd = "SELECT id FROM beacons WHERE day = ?1 LIMIT 1";
    let has_odd = database.query_optional(odd, params![ODD], |_| Ok(()))?.is_some();
    for (beacon, received) in beacons {
        let day = day_of(beacon, *received);
        keys.push((day, &beacon.id, *received));
        if day == ODD {
            elsewhere.push(vec![Param::Integer(beacon.sent_at.div_euclid(DAY)), Param::Text(&beacon.id)]);
        } else if has_odd {
            elsewhere.push(vec![Param::Integer(ODD), Param::Text(&beacon.id)]);
        }
    }
    partitions.ensure(database, "beacons", keys.iter().map(|key| key.0))?;
    // Sorted, so that two collectors that claim the same ids do not wait for each other in a circle.
    keys.sort_unstable();
    keys.dedup_by_key(|key| (key.0, key.1));
    let rows: Vec<Vec<Param<'_>>> = keys
        .iter()
        .map(|(day, id, received)| vec![Param::Integer(*day), Param::Text(id), Param::Integer(*received)])
        .collect();
    let written = database.insert_new(&WRITE, 2, &rows)?;
    let mut fresh: HashSet<&str> =
        keys.iter().zip(&written).filter(|(_, written)| **written).map(|(key, _)| key.1).collect();
    if !elsewhere.is_empty() {
        database.read_rows(&READ, &elsewhere, &mut |row| {
            fresh.remove(row.text(0)?);
            Ok(())
        })?;
    }
    // Of two with one id in the group, the first counts.
    Ok(beacons.iter().map(|(beacon, _)| fresh.remove(beacon.id.as_str())).collect())
}

/// The day under which an id is kept, so that ids go day by day. It follows from what the page says of the time it was sent,
/// which is the same whenever the beacon arrives. [`ODD`] where that cannot be right, or is the time of this arrival, as it is
/// for SDKs that say none.
fn day_of(beacon: &Beacon, received: i64) -> i64 {
    let today = received.div_euclid(DAY);
    let sent = beacon.sent_at.div_euclid(DAY);
    let is_plausible = (today - DAYS..=today + 1).contains(&sent) && beacon.sent_at != received;
    if is_plausible && sent >= 0 { sent } else { ODD }
}

/// Deletes one portion of the ids of beacons that were sent so long before `cutoff`, ms since the epoch, that none arrived after it.
/// Returns whether that was all.
pub fn expire(database: &dyn Database, cutoff: i64, portion: usize) -> Result<bool> {
    // What was sent on a day may have arrived some days later.
    let sent = cutoff.div_euclid(DAY) - DAYS;
    Ok(delete(database, ("day >= 0 AND day < ?1", sent), portion)? < portion)
}

/// Deletes one portion of the ids that are kept under [`ODD`], of beacons that were received before `cutoff`. Returns how many that
/// were.
pub fn expire_odd(database: &dyn Database, cutoff: i64, portion: usize) -> Result<usize> {
    delete(database, ("day = -1 AND received < ?1", cutoff), portion)
}

fn delete(database: &dyn Database, (condition, bound): (&str, i64), portion: usize) -> Result<usize> {
    let sql = format!(
        "DELETE FROM beacons WHERE (day, id) IN (SELECT day, id FROM beacons WHERE {condition} LIMIT ?2)"
    );
    database.execute(&sql, params![bound, portion as i64])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    const NOON: i64 = 20_000 * DAY + DAY / 2;

    struct Ids(rusqlite::Connection);

    impl Ids {
        fn new() -> Self {
            let mut connection = rusqlite::Connection::open_in_memory().unwrap();
            schema::migrate(&mut connection).unwrap();
            Self(connection)
        }

        /// Whether a beacon that says it was sent at `sent` is new at `received`.
        fn is_new(&self, id: &str, sent: i64, received: i64) -> bool {
            let text = format!(
                r#"{{"v":1,"id":"{id}","session":"s","view":"v","app":"a","page":"/","sentAt":{sent},"counters":{{"x":1}}}}"#
            );
            let beacon = whippet_engine::beacon::decode(text.as_bytes()).unwrap();
            claim(&self.0, &mut Partitions::default(), &[(&beacon, received)]).unwrap()[0]
        }

        /// Deletes one portion of both kinds. Returns whether that was all.
        fn expire(&self, cutoff: i64, portion: usize) -> bool {
            let odd = expire_odd(&self.0, cutoff, portion).unwrap();
            expire(&self.0, cutoff, portion).unwrap() && odd == 0
        }
    }

    #[test]
    fn a_beacon_counts_once_whenever_it_arrives_and_whatever_the_device_takes_for_the_time() {
        for sent in [NOON - 10, NOON, NOON + DAY, NOON - 3 * DAY, NOON - 400 * DAY, NOON + 400 * DAY, 0] {
            let ids = Ids::new();
            for (at, is_new) in [(0, true), (0, false), (DAY, false), (2 * DAY, false), (3 * DAY, false)] {
                assert_eq!(ids.is_new("a", sent, NOON + at), is_new, "sent at {sent}, received {at} later");
                ids.expire(NOON + at - DAYS * DAY, 1000);
            }
            assert!(ids.is_new("b", sent, NOON), "another one");
            assert!(!ids.expire(NOON + 10 * DAY, 1), "there is more to delete");
            while !ids.expire(NOON + 400 * DAY + 10 * DAY, 1) {}
            assert!(ids.is_new("a", sent, NOON), "forgotten");
        }
    }

    #[test]
    fn of_two_in_a_group_the_first_counts() {
        let ids = Ids::new();
        let text =
            r#"{"v":1,"id":"a","session":"s","view":"v","app":"a","page":"/","sentAt":5,"counters":{"x":1}}"#;
        let beacon = whippet_engine::beacon::decode(text.as_bytes()).unwrap();
        let group = [(&beacon, NOON), (&beacon, NOON + 1)];
        assert_eq!(claim(&ids.0, &mut Partitions::default(), &group).unwrap(), [true, false]);
        assert_eq!(claim(&ids.0, &mut Partitions::default(), &group).unwrap(), [false, false]);
    }
}
