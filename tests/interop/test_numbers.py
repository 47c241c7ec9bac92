"""Check digits, checksums and numbers in words, reckoned by libraries of other people."""

import json
import random
from datetime import date
from pathlib import Path

import pytest

from kiosk_central.documents.capitals import in_capitals
from kiosk_central.receipt_numbers import receipt_number
from kioskd.domain.money import Money
from kioskd.domain.person import id_check_character, id_number_is_well_formed
from kioskd.protocols.zvt_frames import checksum
from kioskd.speech.numerals import chinese
from tests.interop.comparison import Comparison, told
from tests.interop.peers import CRCMOD, NODE_HOME, NZH, STDNUM
from tests.vectors.test_zvt_vectors import COMMANDS

SYSTEM_PYTHON = Path("/usr/bin/python3")
TODAY = date(2026, 11, 27)
BODIES = [f"{area}{day}{order:03d}"
          for area in ("000000", "111111", "999999")
          for day in ("19000101", "19700101", "20000229")
          for order in (1, 2, 17, 998)]  # fmt: skip
"""Of made-up people in areas that there are not."""


def reckoned(script: str, values: list[str]) -> list[object]:
    """Let the system's Python, which has the peer, apply ``f`` of ``script`` to each text."""
    words = f"import json, sys; {script}; print(json.dumps([f(v) for v in json.load(sys.stdin)]))"
    found = told(SYSTEM_PYTHON, "-c", words, data=json.dumps(values).encode())
    return list(json.loads(found))


@pytest.mark.interop("ID numbers", STDNUM)
def test_stdnum_finds_the_same_check_characters(compare: Comparison) -> None:
    """ISO 7064 Mod 11-2 over 36 bodies; what it accepts we accept, and no wrong character."""
    theirs = reckoned("from stdnum.iso7064.mod_11_2 import calc_check_digit as f", BODIES)
    ours = [id_check_character(body) for body in BODIES]
    compare.same("36 check characters", ours, theirs)
    wrong = [
        body + ("0" if check != "0" else "1") for body, check in zip(BODIES, ours, strict=True)
    ]
    assert not any(id_number_is_well_formed(one, TODAY) for one in wrong)
    is_valid = "from stdnum.iso7064.mod_11_2 import is_valid as f"
    compare.refused("36 wrong characters", not any(reckoned(is_valid, wrong)))


@pytest.mark.interop("receipt numbers", STDNUM)
def test_stdnum_finds_receipt_numbers_right(compare: Comparison) -> None:
    """ISO 7064 Mod 97-10 over official numbers; two figures changed about are seen."""
    numbers = [receipt_number(2026, serial).replace("-", "") for serial in (1, 31, 99_999_999)]
    is_valid = "from stdnum.iso7064.mod_97_10 import is_valid as f"
    compare.same("3 numbers", [True] * 3, reckoned(is_valid, numbers))
    changed = [f"{one[:2]}{one[3]}{one[2]}{one[4:]}" for one in numbers]
    compare.refused("two figures changed about", not any(reckoned(is_valid, changed)))


@pytest.mark.interop("ZVT: checksums of blocks", CRCMOD)
def test_crcmod_finds_the_same_checksums(compare: Comparison) -> None:
    """CRC-16/KERMIT over command and 03, for every command of the vectors."""
    apdus = [bytes.fromhex(apdu) for _, apdu, _ in COMMANDS]
    script = (
        "from crcmod.predefined import mkCrcFun; crc = mkCrcFun('kermit');"
        "f = lambda text: crc(bytes.fromhex(text) + bytes([3]))"
    )
    theirs = reckoned(script, [apdu.hex() for apdu in apdus])
    compare.same(f"{len(apdus)} checksums", [checksum(apdu) for apdu in apdus], theirs)
    spoilt = [apdu[:-1] + bytes([apdu[-1] ^ 1]) for apdu in apdus]
    compare.refused("a bit", theirs != [checksum(apdu) for apdu in spoilt])


@pytest.mark.interop("amounts and numbers in Chinese words", NZH)
def test_nzh_writes_amounts_and_numbers_alike(compare: Comparison) -> None:
    """Capitals of receipts to the fen, and numbers as they are said, with noughts in every place.

    After the jiao a bill may end with the character for "whole" or not: ours does, theirs does not.
    """
    drawn = random.Random(7)
    noughts = [
        (a * 10**k + b) * 100 for k in range(1, 9) for a in (1, 20, 305) for b in (0, 1, 500)
    ]
    fen = [
        *range(1300),
        *noughts,
        *(drawn.randrange(10 ** drawn.randrange(3, 12)) for _ in range(999)),
    ]
    numbers = [*range(12_000), *(drawn.randrange(10**8) for _ in range(999))]
    asked = {"amounts": [f"{one // 100}.{one % 100:02d}" for one in fen], "numbers": numbers}
    script = Path(__file__).parent / "chinese_numbers.js"
    theirs = json.loads(told("node", script, NODE_HOME, data=json.dumps(asked).encode()))
    bare = [text.removesuffix("整") for text in theirs["amounts"]]
    ours = [in_capitals(Money(one)).removesuffix("整") for one in fen]
    compare.same(f"{len(fen)} amounts", ours, bare)
    compare.same(f"{len(numbers)} numbers", [chinese(one) for one in numbers], theirs["numbers"])
    compare.refused("a fen more", in_capitals(Money(fen[-1] + 1)).removesuffix("整") != bare[-1])
