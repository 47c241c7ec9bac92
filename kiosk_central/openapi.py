"""The contract as an OpenAPI 3.1 document, made from the routes and the types they name.

Nothing is written twice: paths, bodies and codes are the ``Operation`` of each route, schemas are
those of the codec. What JSON Schema cannot say of the codec is said in ``STRICT``.
"""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from kiosk_central.api.json_body import JSON
from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import REF_CHARACTERS_MAX
from kiosk_central.problems import STATUS
from kioskd.domain.secret import Secret
from kioskd.protocols.central import CONTRACT_VERSION, Problem, ProblemCode

PATH = "/openapi.json"
PROBLEM_JSON = "application/problem+json"
STRICT = (
    "Numbers are strict: an integer is written without a fraction, so 10000000.0 is refused where"
    " JSON Schema would take it for one. Texts that are stored are printable and short, references"
    " in the body are those of the path, and months are months. Whatever breaks such a rule is"
    " bad_request, with a detail that names the place and repeats nothing that was sent. Unknown"
    " fields are ignored. A change is sent under a reference that the kiosk made; sent again it is"
    " answered as before, and with another body it is reference_reused."
)
SECURITY: dict[By, list[dict[str, list[str]]]] = {
    By.ANYBODY: [],
    By.KIOSK: [{"kiosk": []}],
    By.VISIT: [{"kiosk": [], "visit": []}],
    By.MENU: [{"menu": []}],
}
BYTES = {"type": "string", "format": "binary"}
REFERENCE = {
    "type": "string",
    "maxLength": REF_CHARACTERS_MAX,
    "pattern": "^-*[A-Za-z0-9][A-Za-z0-9-]*$",
}
CODE = {"type": "string", "minLength": 1}
YEAR = {"type": "string", "pattern": "^(19|[2-9][0-9])[0-9]{2}$"}
NUMBER = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,17})$"}
VERSION = {"type": "string", "pattern": "^[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}(-[0-9]{1,6})?$"}
PARAMETERS = {"code": CODE, "year": YEAR, "first": NUMBER, "version": VERSION}
"""Those that are no reference."""
Document = dict[str, Any]
TEXT: Document = {"type": "string"}
TAG_SHOWN: Document = {"name": "If-None-Match", "in": "header", "required": False, "schema": TEXT}
"""The entity tag of what is held already (RFC 9110, 13.1.2)."""
RANGE: Document = {"type": "string", "pattern": "^bytes=[0-9]{1,15}-[0-9]{1,15}$"}
RANGE_WANTED: Document = {"name": "Range", "in": "header", "required": True, "schema": RANGE}


def document(routes: Iterable[BaseRoute]) -> Document:
    """Describe every ``Operation`` among ``routes``."""
    operations = [one for one in routes if isinstance(one, Operation)]
    schemas, components = _schemas(operations)
    paths: dict[str, Document] = defaultdict(dict)
    for one in operations:
        paths[one.path_format][one.method.lower()] = _described(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kiosk centre",
            "version": str(CONTRACT_VERSION),
            "description": STRICT,
        },
        "paths": dict(paths),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "kiosk": {"type": "mutualTLS"},
                "visit": {"type": "http", "scheme": "bearer"},
                "menu": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _schemas(operations: list[Operation]) -> tuple[dict[str, Document], Document]:
    """Return the schema of each type, by its text, and what they refer to."""
    named = {str(kind): kind for one in operations for kind in _types(one)}
    named[str(Problem)] = Problem
    made, components = msgspec.json.schema_components(
        named.values(), schema_hook=_of_secret, ref_template="#/components/schemas/{name}"
    )
    return dict(zip(named, made, strict=True)), components


def _types(one: Operation) -> list[Any]:
    """Return the types of the contract that an operation names; a media type is none."""
    proof = None if one.proved_by is None else one.proved_by[1]
    return [kind for kind in (one.takes, one.gives, proof) if kind and not isinstance(kind, str)]


def _of_secret(kind: type) -> Document:
    if issubclass(kind, Secret):
        return {"type": "string"}
    raise NotImplementedError(f"no wire form for {kind.__name__}")


def _described(one: Operation, schemas: dict[str, Document]) -> Document:
    told: Document = {
        "operationId": f"{one.endpoint.__module__.rpartition('.')[2]}.{one.name}",
        "summary": one.summary,
        "security": SECURITY[one.by],
        "parameters": [
            *(_parameter(name, "path") for name in one.param_convertors),
            *(_parameter(name, "query") for name in one.query),
            *([TAG_SHOWN] if one.proved_by else []),
            *([RANGE_WANTED] if one.ranged else []),
        ],
        "responses": _answers(one, schemas),
    }
    if isinstance(one.takes, str):
        told["requestBody"] = {"required": True, "content": _of_media(one.takes, BYTES)}
    elif one.takes is not None:
        content = _of_media(JSON, schemas[str(one.takes)])
        told["requestBody"] = {"required": True, "content": content}
    return told


def _parameter(name: str, place: str) -> Document:
    schema = PARAMETERS.get(name, REFERENCE)
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _answers(one: Operation, schemas: dict[str, Document]) -> Document:
    answers: Document = {str(one.status): {"description": HTTPStatus(one.status).phrase}}
    if isinstance(one.gives, str):
        answers[str(one.status)]["content"] = _of_media(one.gives, BYTES)
    elif one.gives is not None:
        answers[str(one.status)]["content"] = _of_media(JSON, schemas[str(one.gives)])
    if one.proved_by is not None:
        header, kind = one.proved_by
        proof = {"contentMediaType": JSON, "contentSchema": schemas[str(kind)]}
        answers[str(one.status)]["headers"] = {
            "ETag": {"required": True, "schema": TEXT},
            header: {"required": True, "schema": TEXT | proof},
        }
        answers["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    by_status: dict[int, list[ProblemCode]] = defaultdict(list)
    for code in one.refuses:
        by_status[STATUS[code]].append(code)
    for status, codes in sorted(by_status.items()):
        words = " | ".join(code.value for code in codes)
        answers[str(status)] = {
            "description": words,
            "content": _of_media(PROBLEM_JSON, _problem(codes, schemas[str(Problem)])),
        }
    return answers


def _problem(codes: list[ProblemCode], schema: Document) -> Document:
    own = {"properties": {"code": {"enum": [code.value for code in codes]}}}
    return {"allOf": [schema, own]}


def _of_media(media_type: str, schema: Document) -> Document:
    return {media_type: {"schema": schema}}


async def served(request: Request) -> Response:
    """GET /openapi.json: this description."""
    state = request.app.state
    if not hasattr(state, "openapi"):  # once: it takes as long as many payments
        state.openapi = msgspec.json.encode(document(request.app.routes), order="deterministic")
    return Response(state.openapi, media_type=JSON)


ROUTES = [Operation("GET", PATH, served, by=By.ANYBODY, gives=dict[str, Any])]
