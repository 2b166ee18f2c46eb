-- Counters grow by what they grew, whatever was missing between two scrapes. (What the versions before this one counted
-- twice is taken out after this: see mend.rs.)

-- Where the target is, when its process began (s since the epoch), and which of its processes that is: another one has
-- another `epoch`. `fresh`: it began after the one before was last scraped, so that all it counts is new.
ALTER TABLE targets ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE targets ADD COLUMN start REAL;
ALTER TABLE targets ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE targets ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;

-- The process that last had the series; when the counter began, where the backend says that of each counter; and until
-- when its sums may be too high, where an older version counted what cannot be told any more.
ALTER TABLE series ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE series ADD COLUMN created REAL;
ALTER TABLE series ADD COLUMN inexact INTEGER;

-- How far time had come when the last data came: see horizon.rs.
INSERT INTO totals (name, value) SELECT 'reached', newest FROM (
  SELECT max(newest) AS newest FROM (
    SELECT value AS newest FROM totals WHERE name = 'last_beacon' UNION ALL SELECT max(time) FROM scrapes))
WHERE newest IS NOT NULL;
