-- Times are milliseconds since the Unix epoch. `minute` is the time a bucket of one minute (older data: one
-- hour) begins at. Histograms are blobs that merge without loss: see histogram.rs.

-- Running totals that outlive what retention deletes.
CREATE TABLE totals (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

-- Which beacons were counted, so that a repeated one is not counted again.
CREATE TABLE beacons (
  id       TEXT PRIMARY KEY,
  received INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX beacons_received ON beacons (received);

-- What beacons call things: applications, their pages, counters and histograms. Bounded per kind and parent.
CREATE TABLE names (
  id     INTEGER PRIMARY KEY,
  kind   INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  name   TEXT NOT NULL,
  used   INTEGER NOT NULL,
  UNIQUE (kind, parent, name)
);

-- Page views of the last hours, and their vitals. A page view reports a vital again and again as it grows: the
-- newest value replaces the one before, so single values are kept until no more are to be expected. Then they
-- are folded into `vitals`, and the view is only remembered, so that a late report does not begin a new one.
CREATE TABLE views (
  id     INTEGER PRIMARY KEY,
  app    INTEGER NOT NULL,
  view   TEXT NOT NULL,
  page   INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  folded INTEGER NOT NULL DEFAULT 0,
  UNIQUE (app, view)
);
CREATE INDEX views_minute ON views (folded, minute);
CREATE TABLE measures (
  view   INTEGER NOT NULL,
  metric INTEGER NOT NULL,
  value  REAL NOT NULL,
  sent   INTEGER NOT NULL,
  PRIMARY KEY (view, metric)
) WITHOUT ROWID;

-- How many page views there were, of those that are folded.
CREATE TABLE page_views (
  minute INTEGER NOT NULL,
  app    INTEGER NOT NULL,
  page   INTEGER NOT NULL,
  views  INTEGER NOT NULL,
  PRIMARY KEY (minute, app, page)
) WITHOUT ROWID;

-- Their web vitals: the values as a histogram, and how many were good, in between and poor.
CREATE TABLE vitals (
  minute    INTEGER NOT NULL,
  app       INTEGER NOT NULL,
  page      INTEGER NOT NULL,
  metric    INTEGER NOT NULL,
  good      INTEGER NOT NULL,
  fair      INTEGER NOT NULL,
  poor      INTEGER NOT NULL,
  histogram BLOB NOT NULL,
  PRIMARY KEY (minute, app, page, metric)
) WITHOUT ROWID;

-- The toolkit's own histograms.
CREATE TABLE histograms (
  minute    INTEGER NOT NULL,
  app       INTEGER NOT NULL,
  page      INTEGER NOT NULL,
  name      INTEGER NOT NULL,
  histogram BLOB NOT NULL,
  PRIMARY KEY (minute, app, page, name)
) WITHOUT ROWID;

-- The toolkit's own counters.
CREATE TABLE counters (
  minute INTEGER NOT NULL,
  app    INTEGER NOT NULL,
  page   INTEGER NOT NULL,
  name   INTEGER NOT NULL,
  total  INTEGER NOT NULL,
  PRIMARY KEY (minute, app, page, name)
) WITHOUT ROWID;

-- JavaScript errors by fingerprint, and when they happened.
CREATE TABLE errors (
  id          INTEGER PRIMARY KEY,
  app         INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  message     TEXT NOT NULL,
  source      TEXT NOT NULL,
  UNIQUE (app, fingerprint)
);
CREATE TABLE error_counts (
  minute INTEGER NOT NULL,
  error  INTEGER NOT NULL,
  page   INTEGER NOT NULL,
  count  INTEGER NOT NULL,
  first  INTEGER NOT NULL,
  last   INTEGER NOT NULL,
  PRIMARY KEY (minute, error)
) WITHOUT ROWID;

-- Scraped backends, and when each was scraped with success.
CREATE TABLE targets (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE scrapes (
  target INTEGER NOT NULL,
  time   INTEGER NOT NULL,
  PRIMARY KEY (target, time)
) WITHOUT ROWID;

-- Series of a target. Counters are kept corrected for resets: `value + base` only ever grows, so that the
-- increase between any two samples is their difference, however many samples between them were thinned out.
CREATE TABLE series (
  id      INTEGER PRIMARY KEY,
  target  INTEGER NOT NULL,
  name    TEXT NOT NULL,
  labels  TEXT NOT NULL,
  counter INTEGER NOT NULL,
  base    REAL NOT NULL,
  seen    INTEGER NOT NULL,
  UNIQUE (target, name, labels)
);
-- A sample is written when the value changed; it holds until the next one. NULL: the series vanished.
CREATE TABLE samples (
  series INTEGER NOT NULL,
  time   INTEGER NOT NULL,
  value  REAL,
  PRIMARY KEY (series, time)
) WITHOUT ROWID;
