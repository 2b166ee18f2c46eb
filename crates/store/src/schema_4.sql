-- A gap between two scrapes is no counter reset. counter_repair.rs then subtracts what older versions counted twice.

-- The address of the target, the start time of its process (s since the epoch), and a number that each new process
-- increments, `epoch`. `fresh`: the process began after the one before was last scraped, so all it counts is new.
ALTER TABLE targets ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE targets ADD COLUMN start REAL;
ALTER TABLE targets ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE targets ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;

-- The epoch of the process that last had the series; the `_created` time of the counter, if the backend sends it; and
-- until when its sums may be too high, where an older version counted twice and that cannot be repaired.
ALTER TABLE series ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE series ADD COLUMN created REAL;
ALTER TABLE series ADD COLUMN inexact INTEGER;

-- The watermark begins at the newest data: see watermark.rs.
INSERT INTO totals (name, value) SELECT 'reached', newest FROM (
  SELECT max(newest) AS newest FROM (
    SELECT value AS newest FROM totals WHERE name = 'last_beacon' UNION ALL SELECT max(time) FROM scrapes))
WHERE newest IS NOT NULL;
