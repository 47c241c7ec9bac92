"""docs/provisioning.md and the template name what the code takes, no more and no less."""

import re
from pathlib import Path

from kioskd.provision.site_file import read_site
from kioskd.provision.site_keys import KEYS

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "provisioning.md").read_text(encoding="utf-8")
TEMPLATE = (ROOT / "image" / "kioskd.txt").read_text(encoding="utf-8")


def test_the_table_has_every_name_and_whether_it_must_be_there() -> None:
    """In the order of the code."""
    rows = re.findall(r"^\| `(\w+)` \| (yes)? ?\|", DOC, re.MULTILINE)
    assert rows == [(name, "yes" if key.required else "") for name, key in KEYS.items()]


def test_the_template_is_read_and_shows_every_name() -> None:
    """As it is, it lacks only what nobody but the technician knows; each remark is a good line."""
    _, faults = read_site(TEMPLATE.encode())
    assert [fault.what.en.split(":")[0] for fault in faults] == ["kiosk", "outlet", "centre"]
    shown = set(re.findall(r"^(?:# )?(\w+) =", TEMPLATE, re.MULTILINE))
    assert shown == KEYS.keys() - {"retire"}
    examples = re.sub(r"^# (?=[a-z_.]+ = \S)", "", TEMPLATE, flags=re.MULTILINE)
    _, faults = read_site(examples.encode())
    assert [fault.what.en.split(":")[0] for fault in faults] == ["kiosk", "outlet", "centre"]


def test_every_code_of_provisioning_is_explained() -> None:
    """In the table at the end."""
    told = set(re.findall(r"I-\d\d", DOC[DOC.index("## Codes") :]))
    files = (ROOT / "kioskd" / "provision").glob("*.py")
    used = {code for file in files for code in re.findall(r'"(I-\d\d)"', file.read_text())}
    assert used and used == told


def test_marks_are_no_longer_than_any_secret() -> None:
    """What stands in a secret's place must fit into it."""
    shortest = {"code": "0000-0000-0000-0005-05", "wifi_password": "x" * 8}
    shortest["pin_pad_password"] = "1" * 6
    for name, key in KEYS.items():
        if key.mark:
            assert key.check(shortest[name]) is None and len(key.mark) <= len(shortest[name])
            assert key.check(key.mark) is not None
