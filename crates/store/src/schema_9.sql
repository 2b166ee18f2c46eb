-- What is kept of minutes, hours and days becomes cells: values that merge, see cells/mod.rs. `time` is when the bucket begins;
-- page 0 is the whole application; `collector` is who wrote the row, 0 where there is one only.
CREATE TABLE cells_minute (
  time      INTEGER NOT NULL,
  section   INTEGER NOT NULL,
  app       INTEGER NOT NULL,
  page      INTEGER NOT NULL,
  collector INTEGER NOT NULL,
  value     BLOB NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
) WITHOUT ROWID;
CREATE TABLE cells_hour (
  time      INTEGER NOT NULL,
  section   INTEGER NOT NULL,
  app       INTEGER NOT NULL,
  page      INTEGER NOT NULL,
  collector INTEGER NOT NULL,
  value     BLOB NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
) WITHOUT ROWID;
CREATE TABLE cells_day (
  time      INTEGER NOT NULL,
  section   INTEGER NOT NULL,
  app       INTEGER NOT NULL,
  page      INTEGER NOT NULL,
  collector INTEGER NOT NULL,
  value     BLOB NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
) WITHOUT ROWID;
-- How far the levels have come: 0 are minutes, 1 hours, 2 days. Up to `time` the level's cells of the section are complete;
-- section 0: before `time` the level's rows were deleted.
CREATE TABLE cell_marks (
  level   INTEGER NOT NULL,
  section INTEGER NOT NULL,
  time    INTEGER NOT NULL,
  PRIMARY KEY (level, section)
) WITHOUT ROWID;

-- Page views that may still report, with what they say of themselves: see cells/open_views.rs. Folded ones are only remembered.
ALTER TABLE views RENAME TO views_8;
DROP INDEX views_minute;
CREATE TABLE views (
  app        INTEGER NOT NULL,
  view       TEXT NOT NULL,
  page       INTEGER NOT NULL,
  minute     INTEGER NOT NULL,
  weight     INTEGER NOT NULL,
  navigation INTEGER NOT NULL,
  release    INTEGER NOT NULL,
  device     INTEGER NOT NULL,
  connection INTEGER NOT NULL,
  browser    INTEGER NOT NULL,
  folded     INTEGER NOT NULL,
  measures   BLOB NOT NULL,
  PRIMARY KEY (app, view)
) WITHOUT ROWID;
CREATE INDEX views_minute ON views (folded, minute);

-- The ids of beacons, by day: see beacon_ids.rs. Day -1 has those of which none is known, as all from before.
ALTER TABLE beacons RENAME TO beacons_8;
DROP INDEX beacons_received;
CREATE TABLE beacons (
  day      INTEGER NOT NULL,
  id       TEXT NOT NULL,
  received INTEGER NOT NULL,
  PRIMARY KEY (day, id)
) WITHOUT ROWID;

-- The application of the name that was dropped.
ALTER TABLE evictions ADD COLUMN app INTEGER NOT NULL DEFAULT 0;
