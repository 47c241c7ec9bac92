"""What stands on a synthetic ID card, laid out as the four kinds of card lay it out.

Written from the makers' tables and not from the kiosk's parser, so that the two check each other.
"""

from dataclasses import dataclass

_BLANK = " ".encode("utf-16-le") * 128
"""The block is 128 cells of UTF-16; the tables below count in cells."""

Cells = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class IdCardPersona:
    """A synthetic holder and her card; dates are YYYYMMDD. ``kind``: space, ``J``, ``I``, ``Y``."""

    name: str
    number: str
    kind: str = " "
    english_name: str = ""
    sex: str = "2"
    nation: str = "01"
    birth: str = "19700101"
    address: str = "样例省样例市样例路1号"
    authority: str = "样例市公安局"
    valid_from: str = "20200101"
    valid_until: str = "长期"
    country: str = "ZZZ"
    permit_number: str = "H00000000"

    @property
    def masked(self) -> str:
        """What a log may say of her."""
        return f"…{self.number[-4:]}"


def text_block(persona: IdCardPersona) -> bytes:
    """Return the 256 bytes that the reader reports for this card."""
    block = bytearray(_BLANK)
    for start, width, text in _fields(persona):
        cells = text.encode("utf-16-le")[: 2 * width]
        block[2 * start : 2 * start + len(cells)] = cells
    return bytes(block)


def _fields(persona: IdCardPersona) -> Cells:
    match persona.kind:
        case "I":
            return _foreigner_2017(persona)
        case "Y":
            return _foreigner_2023(persona)
        case _:
            return _resident(persona)


def _resident(persona: IdCardPersona) -> Cells:
    common: Cells = (
        (0, 15, persona.name),
        (15, 1, persona.sex),
        (18, 8, persona.birth),
        (26, 35, persona.address),
        (61, 18, persona.number),
        (79, 15, persona.authority),
        (94, 8, persona.valid_from),
        (102, 8, persona.valid_until),
    )
    if persona.kind == "J":
        return *common, (110, 9, persona.permit_number), (119, 2, "01"), (124, 1, "J")
    return *common, (16, 2, persona.nation)


def _foreigner_2017(persona: IdCardPersona) -> Cells:
    return (
        (0, 60, persona.english_name),
        (60, 1, persona.sex),
        (61, 15, persona.number),
        (76, 3, persona.country),
        (79, 15, persona.name),
        (94, 8, persona.valid_from),
        (102, 8, persona.valid_until),
        (110, 8, persona.birth),
        (118, 2, "01"),
        (120, 4, "0000"),
        (124, 1, "I"),
    )


def _foreigner_2023(persona: IdCardPersona) -> Cells:
    return (
        (0, 15, persona.name),
        (15, 1, persona.sex),
        (16, 2, "00"),
        (18, 8, persona.birth),
        (26, 35, persona.english_name[:35]),
        (61, 18, persona.number),
        (94, 8, persona.valid_from),
        (102, 8, persona.valid_until),
        (110, 11, persona.english_name[35:]),
        (121, 3, persona.country),
        (124, 1, "Y"),
    )
