-- Page loads that miss the bound of their level are counted, and errors are ranked as names are.

-- How many values miss the level's bound, which lies within a bucket: see page_loads.rs, which also fills it in for rows from
-- before, as far as their buckets tell. 0 for histograms that no level rates.
ALTER TABLE histograms ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;

-- As in `names`. An error from before was seen in as many minutes as it has rows.
ALTER TABLE errors ADD COLUMN first INTEGER NOT NULL DEFAULT 0;
ALTER TABLE errors ADD COLUMN score REAL NOT NULL DEFAULT 1;
ALTER TABLE errors ADD COLUMN scored INTEGER NOT NULL DEFAULT 0;
UPDATE errors SET first = seen.first, score = 1 + seen.minutes, scored = seen.last
  FROM (SELECT error, count(*) AS minutes, min(first) AS first, max(last) AS last FROM error_counts GROUP BY error) AS seen
  WHERE seen.error = errors.id;
