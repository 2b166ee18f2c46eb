-- How a page view began, and when an application last told anything.

-- The navigation's place among all kinds. Page views from before count as documents. In `vitals`, `elements` and `parts`,
-- where page views are folded, 16 is added to `metric` for those that began by a soft navigation.
ALTER TABLE views ADD COLUMN navigation INTEGER NOT NULL DEFAULT 0;

-- Of applications: when the newest beacon came.
ALTER TABLE names ADD COLUMN last INTEGER;
UPDATE names SET last = (SELECT max(minute) FROM (
  SELECT max(minute) AS minute FROM views WHERE views.app = names.id UNION ALL
  SELECT max(minute) FROM page_views WHERE page_views.app = names.id)) WHERE kind = 0;
