"""What sealed papers say that differs by region: whose seal, which words. Papers are in Chinese."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentTexts:
    """The region's own words on sealed papers."""

    agency: str
    """Who issues them; in the ring of the seal too: 示例市社会保险经办机构."""
    seal_label: str = "社会保险业务专用章"
    """Under the star of the seal."""
    seal_note: str = ""
    """Across the foot of the seal; of a sample city SAMPLE 样章."""
    validity: str = ""
    """What a sealed paper is worth here by law; the last note on each, left out if empty."""
    number_prefix: str = "SB"
    """One to four capital letters."""
    years_max: int = 5
    """Of one rights record."""
    card_entitles: tuple[str, ...] = ()
    """What may be done with a card certificate until the new card comes."""

    def __post_init__(self) -> None:
        # What a decoder of region packs expects: people type the prefix, and find papers by it.
        if not re.fullmatch("[A-Z]{1,4}", self.number_prefix) or self.years_max < 1:
            raise ValueError("not a prefix of one to four capital letters, or no year at all")
