-- The phases of web vitals, more of their attribution, and what pages lost.

-- The phases of the value, ms, separated by commas, in the order of phases.rs; empty where the page sent none.
ALTER TABLE measures ADD COLUMN parts TEXT NOT NULL DEFAULT '';
-- The address and the state that the value is attributed to: names of kind 8 and 9, or 0. In `elements`, which holds
-- folded page views, `element` is the number of a name of kind 5, 8 or 9.
ALTER TABLE measures ADD COLUMN url INTEGER NOT NULL DEFAULT 0;
ALTER TABLE measures ADD COLUMN state INTEGER NOT NULL DEFAULT 0;

-- The phases of web vitals of folded page views. `part` is the index of the phase in phases.rs.
CREATE TABLE parts (
  minute    INTEGER NOT NULL,
  app       INTEGER NOT NULL,
  page      INTEGER NOT NULL,
  metric    INTEGER NOT NULL,
  part      INTEGER NOT NULL,
  histogram BLOB NOT NULL,
  PRIMARY KEY (minute, app, page, metric, part)
) WITHOUT ROWID;

-- What pages lost, by the words of losses.rs.
CREATE TABLE losses (
  minute INTEGER NOT NULL,
  app    INTEGER NOT NULL,
  page   INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (minute, app, page, kind)
) WITHOUT ROWID;
