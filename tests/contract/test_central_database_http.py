"""What a kiosk is told when PostgreSQL fails: come again, and then everything is there once."""

from collections.abc import Iterator

import pytest
from central_server import (
    ASKED,
    NOW,
    Server,
    assessment_path,
    payment_path,
    report,
)
from sqlalchemy import Connection, make_url

from kiosk_central import sample
from kiosk_central.clock import local_date
from kiosk_central.region import load_region
from kioskd.domain.contribution import Assessment
from kioskd.domain.payment import PaymentState as S
from kioskd.protocols import central
from kioskd.protocols.central import Posting, ProblemCode
from tests.databases import Template, make_template
from tests.postgres import Postgres
from tests.trust import Trust

COME_AGAIN = (503, ProblemCode.UNAVAILABLE)
HEALTH = "/healthz"


@pytest.fixture(scope="module")
def template(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, trust: Trust
) -> Template:
    def fill(at: Connection) -> None:
        sample.fill(at, load_region(), 4, 1, local_date(NOW))
        trust.enrol(at, *sample.SAMPLE_KIOSKS)

    return make_template(tmp_path_factory.mktemp("city"), postgres, fill)


@pytest.fixture
def database(server: Server, postgres: Postgres) -> Iterator[str]:
    """The name of the server's database; open to all again in the end."""
    name = make_url(server.db).database
    assert name is not None
    yield name
    postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def cut(postgres: Postgres, name: str) -> None:
    """End every connection to the database, as a primary does that dies."""
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def assessed(server: Server) -> str:
    token = server.token()
    server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=token)
    return token


def posted(server: Server) -> Posting:
    return server.get(Posting, "PUT", payment_path("K0123-A-000001"), report(S.CONFIRMED))


def test_cut_connections_are_not_noticed(server: Server, postgres: Postgres, database: str) -> None:
    """Who asks next, to read or to write, gets a new connection and an answer."""
    assessed(server)
    cut(postgres, database)
    first = posted(server)
    cut(postgres, database)
    assert server.call("GET", HEALTH).status_code == 204
    assert posted(server) == first


def test_without_its_database_it_asks_to_come_again(
    server: Server, postgres: Postgres, database: str
) -> None:
    """Reading, writing and health: 503 with a time to come again, never 500; later all is well."""
    token = assessed(server)
    postgres.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    cut(postgres, database)
    for call in (
        ("GET", HEALTH),
        ("GET", central.OFFERS_PATH),
        ("PUT", payment_path("K0123-A-000001"), report(S.CONFIRMED)),
        ("PUT", assessment_path("a2"), ASKED),
    ):
        assert server.refused(*call, token=token) == COME_AGAIN
        assert int(server.call(*call, token=token).headers["Retry-After"]) > 0
    postgres.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    assert posted(server).state is S.CONFIRMED


def test_a_standby_only_reads(server: Server, postgres: Postgres, database: str) -> None:
    """Where nothing may be written kiosks come again; nothing is lost when it may."""
    token = assessed(server)
    postgres.run(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    cut(postgres, database)
    path = payment_path("K0123-A-000001")
    assert server.refused("PUT", path, report(S.CONFIRMED)) == COME_AGAIN
    assert server.call("GET", central.OFFERS_PATH, token=token).status_code == 200
    postgres.run(f"ALTER DATABASE {database} RESET default_transaction_read_only")
    first = posted(server)
    assert posted(server) == first
