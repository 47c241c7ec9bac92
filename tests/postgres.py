"""The tests' PostgreSQL: the workbench's, in memory."""

from kiosk_bench.postgres import Postgres, programs, running

__all__ = ["Postgres", "programs", "running"]
