-- Page views and what is kept of backends go by partitions, too: see partitions.rs. What is there is copied.
ALTER TABLE views RENAME TO older_views;
DROP INDEX views_minute;
CREATE TABLE views (
  app        BIGINT NOT NULL,
  view       TEXT NOT NULL,
  page       BIGINT NOT NULL,
  minute     BIGINT NOT NULL,
  weight     BIGINT NOT NULL,
  navigation BIGINT NOT NULL,
  release    BIGINT NOT NULL,
  device     BIGINT NOT NULL,
  connection BIGINT NOT NULL,
  browser    BIGINT NOT NULL,
  folded     BIGINT NOT NULL,
  measures   BYTEA NOT NULL,
  -- The day of its first beacon.
  day        BIGINT NOT NULL,
  PRIMARY KEY (app, view, day)
) PARTITION BY RANGE (day);
CREATE INDEX views_minute ON views (folded, minute);

ALTER TABLE scrapes RENAME TO older_scrapes;
CREATE TABLE scrapes (
  target  BIGINT NOT NULL,
  time    BIGINT NOT NULL,
  changes BYTEA NOT NULL,
  PRIMARY KEY (target, time)
) PARTITION BY RANGE (time);
ALTER TABLE scrapes ALTER COLUMN changes SET STORAGE EXTERNAL;

ALTER TABLE packed RENAME TO older_packed;
CREATE TABLE packed (
  level  BIGINT NOT NULL,
  target BIGINT NOT NULL,
  time   BIGINT NOT NULL,
  name   TEXT NOT NULL,
  value  BYTEA NOT NULL,
  PRIMARY KEY (level, target, time, name)
) PARTITION BY RANGE (level, time);
ALTER TABLE packed ALTER COLUMN value SET STORAGE EXTERNAL;

ALTER TABLE packed_times RENAME TO older_packed_times;
CREATE TABLE packed_times (
  level  BIGINT NOT NULL,
  target BIGINT NOT NULL,
  time   BIGINT NOT NULL,
  times  BYTEA NOT NULL,
  PRIMARY KEY (level, target, time)
) PARTITION BY RANGE (level, time);

DO $$
DECLARE
  part RECORD;
BEGIN
  FOR part IN SELECT DISTINCT minute / 86400000 AS place FROM older_views LOOP
    EXECUTE format('CREATE TABLE views_p%s PARTITION OF views FOR VALUES FROM (%s) TO (%s)',
      part.place, part.place, part.place + 1);
  END LOOP;
  FOR part IN SELECT DISTINCT time / 86400000 AS place FROM older_scrapes LOOP
    EXECUTE format('CREATE TABLE scrapes_p%s PARTITION OF scrapes FOR VALUES FROM (%s) TO (%s)',
      part.place, part.place * 86400000, (part.place + 1) * 86400000);
  END LOOP;
  -- Days (level 3) are packed by 32, all else goes by the day.
  FOR part IN
    SELECT DISTINCT kind, level, span, time / span AS place
    FROM (SELECT 'packed' AS kind, level, time FROM older_packed
          UNION SELECT 'packed_times', level, time FROM older_packed_times) AS chunks,
      LATERAL (SELECT CASE level WHEN 3 THEN 32 ELSE 1 END * CAST(86400000 AS BIGINT) AS span) AS spans
  LOOP
    EXECUTE format('CREATE TABLE %s_l%s_p%s PARTITION OF %s FOR VALUES FROM (%s, %s) TO (%s, %s)',
      part.kind, part.level, part.place, part.kind,
      part.level, part.place * part.span, part.level, (part.place + 1) * part.span);
  END LOOP;
END $$;

INSERT INTO views (app, view, page, minute, weight, navigation, release, device, connection, browser, folded, measures, day)
  SELECT app, view, page, minute, weight, navigation, release, device, connection, browser, folded, measures, minute / 86400000
  FROM older_views;
INSERT INTO scrapes (target, time, changes) SELECT target, time, changes FROM older_scrapes;
INSERT INTO packed (level, target, time, name, value) SELECT level, target, time, name, value FROM older_packed;
INSERT INTO packed_times (level, target, time, times) SELECT level, target, time, times FROM older_packed_times;
DROP TABLE older_views, older_scrapes, older_packed, older_packed_times;
