-- Names and errors are numbered once and for all: no number is given twice, also not that of a name that is gone. `changed` is
-- the total 'names' when the row was added or dropped: see changes.rs.
CREATE TABLE numbered_names (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  kind      INTEGER NOT NULL,
  parent    INTEGER NOT NULL,
  name      TEXT NOT NULL,
  used      INTEGER NOT NULL,
  last      INTEGER,
  first     INTEGER NOT NULL DEFAULT 0,
  score     REAL NOT NULL DEFAULT 1,
  scored    INTEGER NOT NULL DEFAULT 0,
  confirmed INTEGER NOT NULL DEFAULT 0,
  changed   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (kind, parent, name)
);
INSERT INTO numbered_names (id, kind, parent, name, used, last, first, score, scored, confirmed)
  SELECT id, kind, parent, name, used, last, first, score, scored, confirmed FROM names;
DROP TABLE names;
ALTER TABLE numbered_names RENAME TO names;
CREATE INDEX names_changed ON names (changed);
CREATE INDEX names_parent ON names (parent);

CREATE TABLE numbered_errors (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  app         INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  message     TEXT NOT NULL,
  source      TEXT NOT NULL,
  stack       TEXT NOT NULL DEFAULT '',
  first       INTEGER NOT NULL DEFAULT 0,
  score       REAL NOT NULL DEFAULT 1,
  scored      INTEGER NOT NULL DEFAULT 0,
  changed     INTEGER NOT NULL DEFAULT 0,
  UNIQUE (app, fingerprint)
);
INSERT INTO numbered_errors (id, app, fingerprint, message, source, stack, first, score, scored)
  SELECT id, app, fingerprint, message, source, stack, first, score, scored FROM errors;
DROP TABLE errors;
ALTER TABLE numbered_errors RENAME TO errors;
CREATE INDEX errors_changed ON errors (changed);

INSERT INTO totals (name, value) VALUES ('names', 0) ON CONFLICT (name) DO NOTHING;

-- What each process that writes has counted. SQLite has one at a time, whose number is 0.
CREATE TABLE collectors (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  host        TEXT NOT NULL DEFAULT '',
  started     INTEGER NOT NULL DEFAULT 0,
  seen        INTEGER NOT NULL DEFAULT 0,
  beacons     INTEGER NOT NULL DEFAULT 0,
  last_beacon INTEGER
);
INSERT INTO collectors (id, beacons, last_beacon) VALUES (0,
  coalesce((SELECT value FROM totals WHERE name = 'beacons'), 0),
  (SELECT value FROM totals WHERE name = 'last_beacon'));
