-- What is kept of beacons: see cells/mod.rs, and schema_9.sql for SQLite. Partitions are created as they are needed and dropped
-- as a whole: see partitions.rs.
CREATE TABLE cells_minute (
  time      BIGINT NOT NULL,
  section   BIGINT NOT NULL,
  app       BIGINT NOT NULL,
  page      BIGINT NOT NULL,
  collector BIGINT NOT NULL,
  value     BYTEA NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
) PARTITION BY RANGE (time);
CREATE TABLE cells_hour (
  time      BIGINT NOT NULL,
  section   BIGINT NOT NULL,
  app       BIGINT NOT NULL,
  page      BIGINT NOT NULL,
  collector BIGINT NOT NULL,
  value     BYTEA NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
) PARTITION BY RANGE (time);
CREATE TABLE cells_day (
  time      BIGINT NOT NULL,
  section   BIGINT NOT NULL,
  app       BIGINT NOT NULL,
  page      BIGINT NOT NULL,
  collector BIGINT NOT NULL,
  value     BYTEA NOT NULL,
  PRIMARY KEY (time, section, app, page, collector)
) PARTITION BY RANGE (time);

-- How far the levels have come. Whoever adds to cells locks these rows, shared: so all of them are there from the beginning.
CREATE TABLE cell_marks (
  level   BIGINT NOT NULL,
  section BIGINT NOT NULL,
  time    BIGINT NOT NULL,
  PRIMARY KEY (level, section)
);
INSERT INTO cell_marks (level, section, time)
  SELECT level, section, -9223372036854775808
  FROM generate_series(0, 2) AS level, generate_series(0, 12) AS section;

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

CREATE TABLE beacons (
  day      BIGINT NOT NULL,
  id       TEXT NOT NULL,
  received BIGINT NOT NULL,
  PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);
