"""The served description of the contract: complete, and made of the routes themselves."""

from starlette.routing import Mount, Route

from kiosk_central import openapi
from kiosk_central.api.operation import Operation
from kiosk_central.app import API
from kiosk_central.problems import STATUS
from kioskd.protocols.central import REGION_PATH
from kioskd.protocols.central_pack import PROOF_HEADER

PAGES = ("/r", "/R", "/metrics")
"""What is read by people in a browser, or by a collector of figures: no part of the contract."""


def test_every_route_of_the_contract_is_described() -> None:
    """Whoever adds a route says what it takes, gives and refuses, or this fails."""
    routes = [route for part in API for route in part.ROUTES]
    untold = [
        one.path
        for one in routes
        if not isinstance(one, Operation | Mount)
        and isinstance(one, Route)
        and not any(one.path == page or one.path.startswith(f"{page}/") for page in PAGES)
    ]
    assert not untold, "make them Operation"


def test_each_operation_stands_once_with_its_answers() -> None:
    """No two routes hide each other, and each tells of an answer and of what may be refused."""
    operations = [one for part in API for one in part.ROUTES if isinstance(one, Operation)]
    told = openapi.document(operations)
    listed = [(path, method) for path, methods in told["paths"].items() for method in methods]
    assert len(listed) == len(operations)
    ids = [one["operationId"] for methods in told["paths"].values() for one in methods.values()]
    assert len(set(ids)) == len(ids)
    for one in operations:
        described = told["paths"][one.path_format][one.method.lower()]
        assert described["summary"].startswith(f"{one.method} /")
        answers = {str(one.status), *(str(STATUS[code]) for code in one.refuses)}
        answers |= {"304"} if one.proved_by else set()
        assert set(described["responses"]) == answers


def test_what_proves_a_pack_is_described() -> None:
    """Header, its JSON, and the tag that saves sending it twice."""
    operations = [one for part in API for one in part.ROUTES if isinstance(one, Operation)]
    told = openapi.document(operations)["paths"][REGION_PATH]["get"]
    proof = told["responses"]["200"]["headers"][PROOF_HEADER]["schema"]
    assert proof["contentMediaType"] == "application/json"
    assert proof["contentSchema"] == {"$ref": "#/components/schemas/PackProof"}
    assert [one["name"] for one in told["parameters"]] == ["If-None-Match"]
