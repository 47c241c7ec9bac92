"""The well-known people of the sample city: made up, with numbers that nobody can hold.

ID numbers are of areas 000000 and 999999, which do not exist. Card codes are laid out as facts
card-and-id-readers 1.3 tells: area, RID, the last four bytes of the chip's serial, four more.
"""

from dataclasses import dataclass

from kioskd.domain.card import CardStatus
from kioskd.domain.secret import CardCode

SAMPLE_CARD_VERSION = "2.00"
SAMPLE_MASTER_KEY = b"FAKE-SAMPLE-KEY!"
"""Plainly no secret; only ``kiosk-central sample`` puts it into a database."""
SAMPLE_SIGNING_SEED = SAMPLE_MASTER_KEY * 2
"""Plainly no secret either: receipts of a sample city prove nothing but that the program works."""
SAMPLE_SEAL_SEED = b"FAKE-SAMPLE-SEAL" * 2
"""Nor this: the sample city's seal says SAMPLE and proves nothing."""
_MAKER = bytes.fromhex("00815431008660")


@dataclass(frozen=True, slots=True)
class Persona:
    """One made-up person with a card."""

    key: str
    name: str
    id_number: str
    card_number: str
    card_code: str
    atr_history: str
    """The 13 historical bytes as hex."""
    pin: str
    issued: str
    expires: str
    """ISO date."""
    status: CardStatus = CardStatus.ACTIVE

    @property
    def code(self) -> CardCode:
        return CardCode(self.card_code)

    @property
    def history(self) -> bytes:
        return bytes.fromhex(self.atr_history)


def chip_history(serial: int) -> bytes:
    """Return ATR historical bytes: chip maker, COS, card maker and a 6-byte serial."""
    return _MAKER + serial.to_bytes(6, "big")


def code_for(area: str, history: bytes) -> str:
    """Return the card identification code of a chip: 32 hex digits."""
    serial = history[-4:].hex().upper()
    return f"{area}D156000005{serial}5A{serial[2:]}"


def _persona(
    key: str,
    name: str,
    id_number: str,
    number: str,
    serial: int,
    pin: str,
    issued: str = "2016-01-01",
    expires: str = "2099-12-31",
    status: CardStatus = CardStatus.ACTIVE,
) -> Persona:
    history = chip_history(serial)
    return Persona(
        key,
        name,
        id_number,
        number,
        code_for(id_number[:6], history),
        history.hex().upper(),
        pin,
        issued,
        expires,
        status,
    )


ZHANG = _persona("zhang", "张三", "000000190001010017", "X00000019", 0x110800000001, "246810")
LI = _persona("li", "李𠮷", "000000200002290010", "T0000001X", 0x110800000002, "135791")
WANG = _persona(
    "wang",
    "欧阳小明",
    "00000019700101006X",
    "T00000028",
    0x110800000003,
    "112358",
    status=CardStatus.LOST,
)
ZHAO = _persona(
    "zhao",
    "赵敏",
    "999999194912310025",
    "Z99999997",
    0x110800000004,
    "314159",
    expires="2020-12-31",
)
CHEN = _persona(
    "chen",
    "陈示例",
    "999999198506150028",
    "T00000036",
    0x110800000005,
    "271828",
    status=CardStatus.PRE_REPORTED,
)
"""Reported her card lost yesterday."""
SUN = _persona(
    "sun",
    "孙样本",
    "000000199208200046",
    "T00000044",
    0x110800000006,
    "161803",
    issued="2026-01-01",
    status=CardStatus.INACTIVE,
)
"""Has fetched the card that was made in place of her lost one, and has not activated it."""
QIAN = _persona("qian", "钱样本", "000000198503120028", "X00000035", 0x110800000007, "271829")
PERSONAS: tuple[Persona, ...] = (ZHANG, LI, WANG, ZHAO, CHEN, SUN, QIAN)
