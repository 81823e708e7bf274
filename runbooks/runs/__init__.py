"""The moves of a run on the database: one transaction each, and what they touch."""
