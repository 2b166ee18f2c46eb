-- Errors and slow queries that backends list. Their lists are scraped again and again, and each entry is counted once.

-- By text: `kind` is that of backend_event.rs, `last` the time of the newest, ms since the epoch.
CREATE TABLE backend_events (
  id          INTEGER PRIMARY KEY,
  target      INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  text        TEXT NOT NULL,
  source      TEXT NOT NULL,
  route       TEXT NOT NULL,
  stack       TEXT NOT NULL,
  last        INTEGER NOT NULL,
  UNIQUE (target, kind, fingerprint)
);
-- When they happened. `duration` is the sum of all, `slowest` the longest, ms.
CREATE TABLE backend_event_counts (
  minute   INTEGER NOT NULL,
  event    INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  duration REAL NOT NULL,
  slowest  REAL NOT NULL,
  PRIMARY KEY (minute, event)
) WITHOUT ROWID;
-- What was counted: how many of the entries with one key the newest list had, or their running total.
CREATE TABLE backend_event_sightings (
  target INTEGER NOT NULL,
  key    TEXT NOT NULL,
  count  INTEGER NOT NULL,
  seen   INTEGER NOT NULL,
  PRIMARY KEY (target, key)
) WITHOUT ROWID;
