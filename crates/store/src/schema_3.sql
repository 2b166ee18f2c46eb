-- Where the time of a web vital went, more of what it is put down to, and what pages lost.

-- The value's parts, ms, with commas between them, in the order of parts.rs; empty where the page told none.
ALTER TABLE measures ADD COLUMN parts TEXT NOT NULL DEFAULT '';
-- The address and the state that the value is put down to: names of kind 8 and 9, or 0. In `elements`, where page
-- views are folded, `element` is the number of a name of kind 5, 8 or 9.
ALTER TABLE measures ADD COLUMN url INTEGER NOT NULL DEFAULT 0;
ALTER TABLE measures ADD COLUMN state INTEGER NOT NULL DEFAULT 0;

-- The parts of web vitals of page views that are folded, by their place in parts.rs.
CREATE TABLE parts (
  minute    INTEGER NOT NULL,
  app       INTEGER NOT NULL,
  page      INTEGER NOT NULL,
  metric    INTEGER NOT NULL,
  part      INTEGER NOT NULL,
  histogram BLOB NOT NULL,
  PRIMARY KEY (minute, app, page, metric, part)
) WITHOUT ROWID;

-- What was lost in the pages, by the words of losses.rs.
CREATE TABLE losses (
  minute INTEGER NOT NULL,
  app    INTEGER NOT NULL,
  page   INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (minute, app, page, kind)
) WITHOUT ROWID;
