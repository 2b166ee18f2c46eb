-- What groups of beacons added to cells, until it is in their rows: see cells/journal.rs.
CREATE TABLE cells_journal (
  number INTEGER PRIMARY KEY,
  value  BLOB NOT NULL
);
