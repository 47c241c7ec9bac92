"""The print command of the simulated A4 printer: a hand that does what the bench tells it.

``ippeveprinter`` runs it for each job. It says which job it is on the bench's Unix socket and
obeys: ``say TEXT`` writes a line for the printer (``ATTR: ...``, ``STATE: ...``), ``page N NAME``
puts page N into the paper tray as a picture of that name, ``exit N`` ends. Without the bench it
fails.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

DOTS_PER_INCH = "60"


def main(path: str, tray: str, document: str) -> int:
    """Print ``document`` under the orders that come from the socket at ``path``."""
    with socket.socket(socket.AF_UNIX) as bench, bench.makefile("rw", encoding="utf-8") as wire:
        bench.connect(path)
        job, name = os.environ.get("IPP_JOB_ID", "0"), os.environ.get("IPP_JOB_NAME", "")
        hello = {"job": int(job), "name": name, "pages": pages_of(document)}
        wire.write(json.dumps(hello) + "\n")
        wire.flush()
        for order in wire:
            verb, _, what = order.strip().partition(" ")
            if verb == "exit":
                return int(what)
            if verb == "say":
                print(what, file=sys.stderr, flush=True)
            else:
                page, _, sheet = what.partition(" ")
                put_out(document, int(page), Path(tray) / sheet)
            wire.write("done\n")
            wire.flush()
    return 1


def pages_of(document: str) -> int:
    """Count the pages, 0 for what is no PDF."""
    told = subprocess.run(["pdfinfo", document], capture_output=True, text=True, check=False)
    lines = (line for line in told.stdout.splitlines() if line.startswith("Pages:"))
    return int(next(lines, "Pages: 0").split()[1])


def put_out(document: str, page: int, sheet: Path) -> None:
    """Draw one page as the picture ``sheet``."""
    number = str(page)
    subprocess.run(
        ["pdftoppm", "-r", DOTS_PER_INCH, "-f", number, "-l", number, "-png", "-singlefile",
         document, str(sheet.with_suffix(""))],
        check=True,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
