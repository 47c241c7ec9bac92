"""The revisions of the centre's tables, for SQLite and PostgreSQL; run by ``store.revisions``."""
