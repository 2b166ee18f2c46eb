-- What pages tell beyond vitals and counts: what was loaded, what made frames long, stacks, what a vital is put
-- down to; and how many page views one that reports stands for, where only a sample does.

ALTER TABLE views ADD COLUMN weight INTEGER NOT NULL DEFAULT 1;
-- The element that the value is attributed to: a name of kind 5, or 0.
ALTER TABLE measures ADD COLUMN element INTEGER NOT NULL DEFAULT 0;
ALTER TABLE errors ADD COLUMN stack TEXT NOT NULL DEFAULT '';

-- Web vitals of folded page views by the element that they are attributed to.
CREATE TABLE elements (
  minute    INTEGER NOT NULL,
  app       INTEGER NOT NULL,
  page      INTEGER NOT NULL,
  metric    INTEGER NOT NULL,
  element   INTEGER NOT NULL,
  histogram BLOB NOT NULL,
  PRIMARY KEY (minute, app, page, metric, element)
) WITHOUT ROWID;

-- What was loaded, by host and by the kind's place among all kinds.
CREATE TABLE resources (
  minute   INTEGER NOT NULL,
  app      INTEGER NOT NULL,
  page     INTEGER NOT NULL,
  host     INTEGER NOT NULL,
  kind     INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,
  cached   INTEGER NOT NULL,
  failed   INTEGER NOT NULL,
  duration REAL NOT NULL,
  slowest  REAL NOT NULL,
  PRIMARY KEY (minute, app, page, host, kind)
) WITHOUT ROWID;

-- Scripts that made animation frames long.
CREATE TABLE scripts (
  minute   INTEGER NOT NULL,
  app      INTEGER NOT NULL,
  page     INTEGER NOT NULL,
  script   INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  duration REAL NOT NULL,
  forced   REAL NOT NULL,
  PRIMARY KEY (minute, app, page, script)
) WITHOUT ROWID;

-- What goes up and down, as the pages last knew it.
CREATE TABLE gauges (
  minute INTEGER NOT NULL,
  app    INTEGER NOT NULL,
  page   INTEGER NOT NULL,
  name   INTEGER NOT NULL,
  count  INTEGER NOT NULL,
  sum    REAL NOT NULL,
  min    REAL NOT NULL,
  max    REAL NOT NULL,
  PRIMARY KEY (minute, app, page, name)
) WITHOUT ROWID;
