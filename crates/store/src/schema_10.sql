-- Series are packed: what scrapes of the last hours changed stands in `scrapes`, all older values in `packed`. `series::migrate`
-- packs what is there.
ALTER TABLE scrapes RENAME TO older_scrapes;
ALTER TABLE samples RENAME TO older_samples;

-- One row per scrape: the numbers of the series whose value changed, and the values: see series/changes.rs. A value holds until
-- the next. The newest row of a target stays, however old it is.
CREATE TABLE scrapes (
  target  INTEGER NOT NULL,
  time    INTEGER NOT NULL,
  changes BLOB NOT NULL,
  PRIMARY KEY (target, time)
) WITHOUT ROWID;

-- The values of all series of one name at the times of `packed_times`. `time` is the beginning of the hour (levels 0 and 1), the
-- day (2) or the 32 days (3) that it covers: see series/packed.
CREATE TABLE packed (
  level  INTEGER NOT NULL,
  target INTEGER NOT NULL,
  time   INTEGER NOT NULL,
  name   TEXT NOT NULL,
  value  BLOB NOT NULL,
  PRIMARY KEY (level, target, time, name)
) WITHOUT ROWID;
CREATE TABLE packed_times (
  level  INTEGER NOT NULL,
  target INTEGER NOT NULL,
  time   INTEGER NOT NULL,
  times  BLOB NOT NULL,
  PRIMARY KEY (level, target, time)
) WITHOUT ROWID;

-- The first value ever seen: a counter that begins within a window is taken to have had it before.
ALTER TABLE series ADD COLUMN first REAL;
-- On a server: the collector that wrote last, whose memory of the series is right.
ALTER TABLE targets ADD COLUMN writer INTEGER NOT NULL DEFAULT 0;
-- What collectors that share a database tell one another: see shared_state.rs.
CREATE TABLE shared_states (
  name    TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  value   BLOB NOT NULL
) WITHOUT ROWID;
