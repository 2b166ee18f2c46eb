-- Histograms have more buckets, and their bytes a second version: an older collector must not open this file, as it would
-- take each of them for a damaged one and leave it out. What an older one wrote is read as it is.

-- Names are ranked, so that the rarest go when there are too many.

-- When the name was first seen: no row refers to it from before. 0 where that is not known.
ALTER TABLE names ADD COLUMN first INTEGER NOT NULL DEFAULT 0;
-- How often it was seen, as of `scored`; the value halves in a week: see score.rs.
ALTER TABLE names ADD COLUMN score REAL NOT NULL DEFAULT 1;
ALTER TABLE names ADD COLUMN scored INTEGER NOT NULL DEFAULT 0;
-- Of applications: whether more than one network reported it. Those from before count as confirmed.
ALTER TABLE names ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;
UPDATE names SET scored = used, confirmed = (kind = 0);

-- Applications and pages were seen in as many minutes as they have rows.
CREATE TEMP TABLE sightings AS
  SELECT app AS id, count(DISTINCT minute) AS count FROM page_views GROUP BY app UNION ALL
  SELECT page, count(DISTINCT minute) FROM page_views GROUP BY page UNION ALL
  SELECT app, count(*) FROM views WHERE folded = 0 GROUP BY app UNION ALL
  SELECT page, count(*) FROM views WHERE folded = 0 GROUP BY page;
CREATE INDEX temp.sightings_id ON sightings (id);
UPDATE names SET score = 1 + coalesce((SELECT sum(count) FROM sightings WHERE sightings.id = names.id), 0)
  WHERE kind IN (0, 1);
DROP TABLE sightings;

-- Names and errors that were dropped, and whose rows are still to be moved to `target`, or deleted where that is 0. `kind`
-- is that of `names`, or 100 for errors. A dropped name keeps its number in `names`, as kind -1, until that is done: no
-- other name may get it.
CREATE TABLE evictions (
  kind   INTEGER NOT NULL,
  id     INTEGER NOT NULL,
  target INTEGER NOT NULL,
  since  INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
