-- What is kept of minutes, hours and days: values that merge, see cells/mod.rs. `time` is when the bucket begins; page 0 is the
-- whole application; `collector` is who wrote the row.
CREATE TABLE cells_minute (
  time      BIGINT NOT NULL,
  section   BIGINT NOT NULL,
  app       BIGINT NOT NULL,
  page      BIGINT NOT NULL,
  collector BIGINT NOT NULL,
  value     BYTEA NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
);
CREATE TABLE cells_hour (
  time      BIGINT NOT NULL,
  section   BIGINT NOT NULL,
  app       BIGINT NOT NULL,
  page      BIGINT NOT NULL,
  collector BIGINT NOT NULL,
  value     BYTEA NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
);
CREATE TABLE cells_day (
  time      BIGINT NOT NULL,
  section   BIGINT NOT NULL,
  app       BIGINT NOT NULL,
  page      BIGINT NOT NULL,
  collector BIGINT NOT NULL,
  value     BYTEA NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
);
-- How far the levels have come: 0 are minutes, 1 hours, 2 days. Up to `time` the level's cells of the section are complete;
-- section 0: before `time` the level's rows were deleted.
CREATE TABLE cell_marks (
  level   BIGINT NOT NULL,
  section BIGINT NOT NULL,
  time    BIGINT NOT NULL,
  PRIMARY KEY (level, section)
);

-- Page views that may still report, with what they say of themselves: see cells/open_views.rs. Folded ones are only remembered.
CREATE TABLE views (
  app        BIGINT NOT NULL,
  view       TEXT NOT NULL,
  page       BIGINT NOT NULL,
  minute     BIGINT NOT NULL,
  weight     BIGINT NOT NULL,
  navigation BIGINT NOT NULL,
  release    BIGINT NOT NULL,
  device     BIGINT NOT NULL,
  connection BIGINT NOT NULL,
  browser    BIGINT NOT NULL,
  folded     BIGINT NOT NULL,
  measures   BYTEA NOT NULL,
  PRIMARY KEY (app, view)
);
CREATE INDEX views_minute ON views (folded, minute);

-- The ids of beacons, by day: see beacon_ids.rs.
CREATE TABLE beacons (
  day      BIGINT NOT NULL,
  id       TEXT NOT NULL,
  received BIGINT NOT NULL,
  PRIMARY KEY (day, id)
);
