"""A served centre against its own description: what Schemathesis makes up is answered as told.

Each operation is asked by a kiosk with a visit; values are the same each time.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from central_server import KIOSK, Server
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth

from kiosk_central import openapi
from kiosk_central.api.operation import Operation
from kiosk_central.app import API
from kioskd.protocols import central
from kioskd.protocols.central import ContractBroken, Problem, ProblemCode, decode

EXAMPLES = 5
LOG_OUT = f"DELETE {central.SESSION_PATH}"
OPERATIONS = [one for part in API for one in part.ROUTES if isinstance(one, Operation)]
BY_LABEL = {f"{one.method} {one.path_format}": one for one in OPERATIONS}
TAKEN = ["2xx", "400", "401", "403", "404", "409", "422", "429"]
"""What a request that fits the schema may be answered with; 400 only as ``EXPLAINED`` says."""
CONFIG = {
    "generation": {"deterministic": True, "allow-extra-parameters": False},
    "phases": {"stateful": {"enabled": False}},
    "checks": {"positive_data_acceptance": {"expected-statuses": TAKEN}},
}
SCHEMA = schemathesis.openapi.from_dict(
    openapi.document(OPERATIONS), config=SchemathesisConfig.from_dict(CONFIG)
)
EXPLAINED = {
    r"Expected `int`, got `float`": "an integer of JSON Schema may be 10000000.0; money may not",
    r"Invalid base64": "contentEncoding only annotates",
    r"not a month|not a date|out of range": "values that are no month, day or 64-bit number",
    r"Invalid Decimal|Expected `decimal`": "a rate is a decimal number in a string",
    r"surrogate|Invalid UTF|Invalid escape|unexpected end": "text that is no Unicode",
}
"""Why the codec refuses what the schema allows."""
RULES = frozenset(
    {
        "amount",
        "code",
        "copy",
        "count",
        "fields",
        "links",
        "months must be named once each",
        "no outlet that hands out cards",
        "no such grade",
        "not enrolled in this scheme",
        "nothing changes",
        "pages",
        "path and body differ",
        "payments",
        "range",
        "receipt",
        "record",
        "reference",
        "subject",
        "text",
        "the reference in path and body differ",
        "the references in path and body differ",
        "this state comes with the PIN pad's record",
        "this state is not reported",
        "year",
        "years",
    }
)
"""Details of the rules that ``openapi.STRICT`` states in words."""


class Visit:
    """A kiosk with somebody logged in, whose visit is begun again when it was ended."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.token = server.token()

    def ask(self, case: Case) -> schemathesis.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        server = self.server
        line = {"verify": server.trust.ca, "cert": server.trust.pair(KIOSK)}
        response = case.call(base_url=server.url, headers=headers, session=server.session, **line)
        # It would ask without ticket over a line of its own; test_hostile does so over ours.
        case.validate_response(response, headers=headers, excluded_checks=[ignored_auth])
        if case.operation.label == LOG_OUT:
            self.token = server.token()
        return response


@pytest.fixture(scope="module")
def visit(
    serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visit]:
    server = serve(tmp_path_factory.mktemp("asked"))
    yield Visit(server)
    server.session.close()


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_is_answered_as_described(case: Case, visit: Visit) -> None:
    """Status, type and body are those described; what is wrong is refused, what is right taken."""
    fits = _fits(case)
    if fits:
        _name_alike(case)
    response = visit.ask(case)
    if fits and response.status_code == 400:
        assert _explained(BY_LABEL[case.operation.label], response), response.text


def _name_alike(case: Case) -> None:
    """Let the body name what its path names: else all would be refused for that alone."""
    if isinstance(case.body, dict):
        for name, value in (case.path_parameters or {}).items():
            if name in case.body:
                case.body[name] = int(value) if name == "first" else value


def _fits(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def _explained(operation: Operation, response: schemathesis.Response) -> bool:
    """Tell whether a rule that no JSON Schema states has refused what fits the schema."""
    told = decode(response.content, Problem)
    assert told.code is ProblemCode.BAD_REQUEST
    if told.detail in RULES:
        return True
    sent: Any = response.request.body or b""
    try:
        decode(sent if isinstance(sent, bytes) else sent.encode(), operation.takes)
    except (ContractBroken, UnicodeEncodeError) as broken:
        return any(re.search(pattern, str(broken)) for pattern in EXPLAINED)
    return False
