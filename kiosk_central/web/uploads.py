"""Forms that carry a file (multipart/form-data, RFC 7578), read by the standard library."""

from collections.abc import Mapping
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from starlette.requests import Request

from kiosk_central.api.request import body_bytes_of
from kiosk_central.web.session import BadForm, check_token, is_text, refuse_other_sites

PARTS_MAX = 20


async def upload_of(
    request: Request, longest: int, long_fields: tuple[str, ...]
) -> Mapping[str, str]:
    """Return the fields of a form of ours, of ``longest`` bytes at most; a file is a field too.

    Fields named in ``long_fields`` may be of any length. Raises BadForm: 403 by its token or its
    origin, 400 by its shape or for what is not UTF-8; Refused(BAD_REQUEST): too long.
    """
    refuse_other_sites(request)
    kind = request.headers.get("Content-Type", "")
    if not kind.startswith("multipart/form-data"):
        raise BadForm(400)
    fields = _fields(kind, await body_bytes_of(request, longest))
    if not all(is_text(value) for name, value in fields.items() if name not in long_fields):
        raise BadForm(400)
    await check_token(request, fields)
    return fields


def _fields(kind: str, body: bytes) -> dict[str, str]:
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1")
    form = BytesParser(EmailMessage, policy=policy.HTTP).parsebytes(head + body)
    parts = list(form.iter_parts()) if form.is_multipart() else []
    found: dict[str, str] = {}
    for part in parts[:PARTS_MAX]:
        name = part.get_param("name", header="Content-Disposition")
        data = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(data, bytes) or name in found:
            raise BadForm(400)
        try:
            found[name] = data.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise BadForm(400) from None
    if not parts or len(parts) > PARTS_MAX:
        raise BadForm(400)
    return found
