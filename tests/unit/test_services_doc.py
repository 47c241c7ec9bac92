"""``docs/services.md`` says of every service what the code says of it."""

import json
import re
from pathlib import Path

import pytest

from kiosk_bench.runner import STORIES
from kiosk_central.app import API
from kioskd.flows.services import SERVICES, Service
from kioskd.screens.words import Words

ROOT = Path(__file__).parents[2]
REGION = json.loads((ROOT / "kiosk_central/sample_region.json").read_text(encoding="utf-8"))
LOGIN = {"social_card": "card", "id_card": "ID card", None: "none"}


def rows() -> dict[str, list[str]]:
    """Return the cells of the table by the service's id."""
    text = (ROOT / "docs/services.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_every_service_has_its_row() -> None:
    """In the order of the home screen; a service that is gone is gone from the page too."""
    assert list(rows()) == [service.id for service in SERVICES]


@pytest.mark.parametrize("service", SERVICES, ids=lambda it: it.id)
def test_the_row_is_true(service: Service) -> None:
    """Name, page, login and flow file are those of the code and of the sample's region pack."""
    name, page, login, flow, endpoints, stories = rows()[service.id]
    flow_file = service.story.__module__.replace(".", "/") + ".py"
    assert name == Words("zh_CN")(f"service.{service.id}.title")
    assert page == service.tab.value
    assert login == LOGIN[REGION["services"][service.id]]
    assert flow == f"`{flow_file.removeprefix('kioskd/flows/')}`"
    paths = {route.path for part in API for route in part.ROUTES}
    named = re.findall(r"`\w+ (/[^`]*)`", endpoints)
    assert set(named) <= paths
    assert named or endpoints == "none: region pack"
    told = re.findall(r"`([\w-]+)`", stories)
    assert told, "no service without a story"
    assert set(told) <= set(STORIES)
