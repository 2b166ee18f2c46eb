-- What the alerts do while nobody looks: see watching. Texts are JSON of crates/watch and of the collector.

-- The alerts that are not ok, and those that were resolved of late. `id` is the fingerprint of their labels.
CREATE TABLE alert_states (
  id    TEXT PRIMARY KEY,
  state TEXT NOT NULL
) WITHOUT ROWID;

-- The changes of their states.
CREATE TABLE alert_events (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  time    INTEGER NOT NULL,
  alert   TEXT NOT NULL,
  rule    TEXT NOT NULL,
  subject TEXT NOT NULL,
  event   TEXT NOT NULL
);
CREATE INDEX alert_events_time ON alert_events (time);

CREATE TABLE silences (
  id      TEXT PRIMARY KEY,
  until   INTEGER NOT NULL,
  silence TEXT NOT NULL
) WITHOUT ROWID;

-- What receivers are to be told. `done`: 0 not yet, 1 sent, 2 given up.
CREATE TABLE notifications (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  receiver     TEXT NOT NULL,
  made         INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  last_attempt INTEGER,
  error        TEXT,
  done         INTEGER NOT NULL DEFAULT 0,
  body         TEXT NOT NULL
);
CREATE INDEX notifications_done ON notifications (done, id);

-- Which minutes of an hour were good and bad for an objective: a bit for each.
CREATE TABLE objective_hours (
  objective TEXT NOT NULL,
  subject   TEXT NOT NULL,
  hour      INTEGER NOT NULL,
  good      INTEGER NOT NULL,
  bad       INTEGER NOT NULL,
  PRIMARY KEY (objective, subject, hour)
) WITHOUT ROWID;
