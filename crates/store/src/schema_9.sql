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
