"""What the self-test found, for people and for programs."""

import json
from collections.abc import Iterator, Sequence

from kioskd.domain.selftest import Finding, verdict


def as_json(kiosk_id: str, findings: Sequence[Finding]) -> str:
    """Return one JSON document."""
    parts = [
        {
            "part": one.part,
            "result": one.result.value,
            "code": one.trouble,
            "reason": one.reason,
            "facts": dict(one.facts),
            "tried": {deed: result.value for deed, result in one.done.items()},
        }
        for one in findings
    ]
    told = {"kiosk": kiosk_id, "result": verdict(findings).value, "parts": parts}
    return json.dumps(told, ensure_ascii=False, indent=1)


def as_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line a part, and what it says of itself and was tried below."""
    for one in findings:
        yield f"{one.part:<18}{one.result.value:<9}{one.trouble} {one.reason}".rstrip()
        for name, said in one.facts:
            yield f"    {name}: {said}"
        for deed, result in one.done.items():
            yield f"    {deed}: {result.value}"
    yield f"{'the kiosk':<18}{verdict(findings).value}"
