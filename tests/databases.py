"""Databases that tests copy: a file of SQLite, or a database of the session's PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection

from kiosk_central.store.engine import open_engine, write
from tests.postgres import Postgres

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Template:
    """A filled database. ``cluster`` is None for SQLite: then ``place`` is a file."""

    place: str
    cluster: Postgres | None = None

    @property
    def url(self) -> str:
        return self.cluster.url(self.place) if self.cluster else f"sqlite:///{self.place}"

    @contextmanager
    def copied(self, folder: Path) -> Iterator[str]:
        """Give the URL of a fresh copy; one of PostgreSQL is dropped in the end."""
        if self.cluster is None:
            file = folder / "centre.db"
            shutil.copyfile(self.place, file)
            yield f"sqlite:///{file}"
            return
        name = self.cluster.create(self.place)
        yield self.cluster.url(name)
        self.cluster.drop(name)


def make_template(
    folder: Path, cluster: Postgres | None, fill: Callable[[Connection], object]
) -> Template:
    """Make a database and fill it."""
    made = Template(cluster.create() if cluster else str(folder / "city.db"), cluster)
    engine = open_engine(made.url)
    write(engine, fill)
    engine.dispose()
    return made


def cluster_of(request: pytest.FixtureRequest) -> Postgres | None:
    """Return the session's PostgreSQL where a fixture's parameter (of ``KINDS``) asks for it."""
    cluster: Postgres | None = None
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres")
    return cluster
