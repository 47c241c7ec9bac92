"""Policies, outlets on the map, hotlines, and papers: the sample city's own content, and none."""

from dataclasses import replace
from typing import Any

from kiosk_central.region import load_region
from kioskd.domain.region_info import OpenNow, PolicyCategory
from kioskd.domain.text import Text
from kioskd.screens.check_paper import CheckPaper, PaperChecked, PaperVerdictShown
from kioskd.screens.contract import Screen
from kioskd.screens.hotlines import Hotlines
from kioskd.screens.outlets import OutletDetail, OutletNeeds, Outlets, Place
from kioskd.screens.policies import PackState, PolicyList, PolicyReader
from kioskd.screens.policy_search import PolicySearch
from tests.goldens.gallery_pay import HOTLINES, POLICY

REGION = load_region()
FRESH = PackState(2, "2026-11-22", kept=False)
KEPT = PackState(2, "2026-11-20", kept=True)
BY_ID = {policy.id: policy for policy in REGION.policies}
NOWS = (
    OpenNow(True, 5, "17:00", today=True),
    OpenNow(False, 5, "13:00", today=True),
    OpenNow(False, 1, "09:00", today=False),
    None,
    OpenNow(True, 5, "20:00", today=True),
)
PLACES = tuple(
    Place(outlet, now, outlet.id == "first-hospital")
    for outlet, now in zip(REGION.outlets, NOWS, strict=True)
)
HERE = PLACES[-1]
OUTLETS = Outlets(PLACES, REGION.city_map)
NEED = REGION.outlet_needs[0]
LOST = Outlets(PLACES[:4], REGION.city_map, NEED, HERE)
FACTS = (
    (Text("凭条", "Receipt"), Text("缴费入账", "缴费入账")),
    (Text("票据号", "Receipt number"), Text("2026-0000-0031-59", "2026-0000-0031-59")),
    (Text("入账时间", "Posted at"), Text("2026-11-22 17:55:01", "2026-11-22 17:55:01")),
    (Text("险种", "Scheme"), Text("养老保险", "养老保险")),
    (Text("缴费档次", "Grade"), Text("100 %", "100 %")),
    (Text("月份", "Months"), Text("2026-10, 2026-11", "2026-10, 2026-11")),
    (Text("金额（元）", "Amount (yuan)"), Text("2,800.00", "2,800.00")),
)
NUMBER = "2026-0000-0031-59"

SCREENS: list[tuple[str, Screen[Any]]] = [
    *((f"policies-{one.value}", PolicyList(REGION.policies, FRESH, one)) for one in PolicyCategory),
    ("policies-kept", PolicyList(REGION.policies, KEPT, PolicyCategory.LAW, 1)),
    ("policies-none", PolicyList((), FRESH)),
    ("policy-text", PolicyReader(BY_ID["medical-elsewhere"], 0)),
    ("policy-text-form", PolicyReader(BY_ID["form-card"], 0)),
    ("policy-text-long", PolicyReader(POLICY, 0)),
    ("policy-text-last", PolicyReader(POLICY, 99)),
    ("policy-search", PolicySearch(REGION.policies)),
    ("policy-search-found", PolicySearch(REGION.policies, "LHJY")),
    ("policy-search-nothing", PolicySearch(REGION.policies, "XYZZYXYZZYXY")),
    ("outlets", OUTLETS),
    ("outlets-last", replace(OUTLETS, page=99)),
    ("outlets-filtered", LOST),
    ("outlets-none", replace(LOST, places=(), need=REGION.outlet_needs[1])),
    ("outlets-no-map", replace(OUTLETS, city=None)),
    ("outlet", OutletDetail(PLACES[1], 2, REGION.city_map, HERE)),
    ("outlet-here", OutletDetail(HERE, 5, REGION.city_map, HERE)),
    ("outlet-no-map", OutletDetail(PLACES[3], 4, None, None)),
    ("outlet-needs", OutletNeeds(REGION.outlet_needs)),
    ("hotlines", Hotlines(REGION.hotlines)),
    ("hotlines-many", Hotlines(HOTLINES * 3, page=1)),
    ("hotlines-none", Hotlines(())),
    ("check-paper", CheckPaper()),
    ("check-paper-typed", CheckPaper("20260000003159")),
    ("check-paper-mistyped", CheckPaper("20260000003158", mistyped=True)),
    ("check-paper-longest", CheckPaper("WWWWMMMMWWWWMMMMWWWWMMMM")),
    ("paper-genuine", PaperChecked(PaperVerdictShown.GENUINE, NUMBER, FACTS)),
    (
        "paper-revoked",
        PaperChecked(
            PaperVerdictShown.REVOKED,
            NUMBER,
            (*FACTS, (Text("退回时间", "Given back at"), Text("2026-11-23", "2026-11-23"))),
        ),
    ),
    ("paper-unknown", PaperChecked(PaperVerdictShown.UNKNOWN, "2026-0000-9999-62")),
]
