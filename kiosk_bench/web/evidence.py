"""The evidence of a world as one zip file: what was shown, printed, said on the wires and logged.

Left out on purpose: the centre's database and the cards' keys, the kiosk's state, what was said
into earphones, and the A4 papers, which bear their citizen's name and number by their nature.
"""

import io
import zipfile

from kiosk_bench.timeline.page import write_timeline
from kiosk_bench.world import World

KEPT = (
    "kioskd.log",
    "pin-pad-books.json",
    "run/paper/*.png",
    "screens/*.png",
    "timeline.*",
    "wires/*.log",
)


def evidence_of(world: World) -> bytes:
    """Return the zip file, with the timeline as it is now."""
    write_timeline(list(world.timeline.entries), world.folder, "session")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for pattern in KEPT:
            for found in sorted(world.folder.glob(pattern)):
                file.write(found, found.relative_to(world.folder))
    return packed.getvalue()
