-- The day of the page view's first beacon, counted from the epoch: on a server the page views of a day are a partition.
ALTER TABLE views ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
UPDATE views SET day = minute / 86400000;
