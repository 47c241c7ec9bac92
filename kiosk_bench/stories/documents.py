"""Stories of sealed A4 papers: printed whole, printed with trouble, and not printed at all."""

from kiosk_bench import faults
from kiosk_bench.devices.a4_printer import A4PrinterPeer
from kiosk_bench.stories.story import (
    Expected,
    Story,
    log_in_by_card,
    open_service,
    take_card,
    until,
)
from kiosk_bench.world import World

LIMIT_S = 60.0
HOLD = "printer.hold_on_page=2"


def a4_of(world: World) -> A4PrinterPeer:
    """Return the A4 printer, which this story has asked for."""
    assert world.a4 is not None, "the story must say a4=True"
    return world.a4


async def rights_record(world: World) -> str:
    """She chooses all years, and every page comes out once."""
    await _ask_for_rights_record(world)
    return await _ends(world, "yes")


async def enrolment_certificate(world: World) -> str:
    """She prints the certificate with one touch."""
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "tab-handling")
    await world.console.tap("home", "service-print-enrolment")
    return await _ends(world, "yes")


async def reprint(world: World) -> str:
    """She prints the certificate, comes home, and prints the very same once more."""
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "tab-handling")
    await world.console.tap("home", "service-print-enrolment")
    await world.console.tap("document-printed", "home")
    await open_service(world, "convenience", "reprint-documents")
    (listed,) = await world.centre.documents()
    await world.console.tap("my-documents", f"document-{listed['ref']}")
    await world.console.tap("my-documents", "print")
    told = await _ends(world, "yes", prints=2)
    (document,) = await world.centre.documents()
    first, second = (sheet.read_bytes() for sheet in a4_of(world).sheets())
    same = "the very same" if first == second else "another one"
    return f"{told}; {len(document['prints'])} prints of one number, {same}"


async def paper_out(world: World) -> str:
    """The paper ends before page 2; it is put in, and page 2 comes, and no page twice."""
    await faults.begin(world, "printer.paper_out_on_page=2")
    await _ask_for_rights_record(world)
    a4 = a4_of(world)
    await until(lambda: bool(a4.jobs) and a4.jobs[-1].waits, "the printer to stand still")
    before = world.console.now
    assert before is not None and len(a4.sheets()) == 1
    await world.console.next_after(before)  # the screen says so
    faults.end(world, "printer.paper_out_on_page=2")
    return await _ends(world, "yes")


async def printer_dies(world: World) -> str:
    """The printer loses its power before page 2 and knows nothing when it is on again."""
    await _print_one_page(world)
    await faults.begin(world, "printer.off")
    a4 = a4_of(world)
    await until(lambda: not a4.printer.is_on, "the printer to lose its power")
    faults.end(world, "printer.off")
    faults.end(world, HOLD)
    return await _ends(world, "unknown")


async def kiosk_dies(world: World) -> str:
    """The kiosk is killed in the middle of a print; it finds the job again and sends no other."""
    await _print_one_page(world)
    await world.cut_power()
    await world.card.pull()
    await world.start_kiosk()
    await _until_logged(world, '"document_printer.adopted"')
    faults.end(world, HOLD)
    return f"adopted, {await _told_the_centre(world, 'yes')}"


async def she_leaves(world: World) -> str:
    """She pulls her card in the middle of a print: no further page of hers comes out."""
    await _print_one_page(world)
    await world.card.pull()
    await world.console.screen("document-printed")
    return await _told_the_centre(world, "unknown")


async def forged(world: World) -> str:
    """A paper changed on its way, and one of a stranger: neither is printed, both are reported."""
    await faults.begin(world, "central.document_changed")
    await _ask_for_rights_record(world)
    await world.console.tap("problem", "ok")
    faults.end(world, "central.document_changed")
    await faults.begin(world, "central.document_of_a_stranger")
    await world.console.tap("home", "service-print-enrolment")
    await world.console.tap("problem", "ok")
    await world.console.tap("home", "end")
    await take_card(world)
    return await _told_the_centre(world, "no")


async def _print_one_page(world: World) -> None:
    """Let a rights record stand still after its first page, and the kiosk know that it is out."""
    await faults.begin(world, HOLD)
    await _ask_for_rights_record(world)
    await _until_logged(world, '"document_printer.page"')


async def _ask_for_rights_record(world: World) -> None:
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "tab-handling")
    await world.console.tap("home", "service-print-rights-record")
    shown = await world.console.screen("choose-years")
    for year in sorted(name for name in shown.buttons if name.startswith("year-"))[:-1]:
        await world.console.tap("choose-years", year)
    await world.console.tap("choose-years", "print")


async def _ends(world: World, printed: str, prints: int = 1) -> str:
    """See the result, end the visit, and return what the centre has been told."""
    shown = await world.console.screen("document-printed", within_s=LIMIT_S)
    if "end" in shown.buttons:
        await world.console.tap("document-printed", "end")
    else:
        await world.console.tap("document-printed", "home")
        await world.console.tap("home", "end")
    await take_card(world)
    return await _told_the_centre(world, printed, prints)


async def _told_the_centre(world: World, printed: str, least: int = 1) -> str:
    """Return, once the centre knows of every print, what it knows, and compare it with the tray."""
    await _until_logged(world, '"document.reported"', least)
    documents = await world.centre.documents()
    prints = [one for document in documents for one in document["prints"]]
    assert [one["printed"] for one in prints] == [printed] * len(prints), prints
    out = len(a4_of(world).sheets())
    assert sum(one["pages_done"] for one in prints) == out, (prints, out)
    if printed == "yes":
        wanted = sum(document["pages"] * len(document["prints"]) for document in documents)
        assert out == wanted, "every page once a print"
    told = ", ".join(f"{one['printed']} {one['fault']}".strip() for one in prints)
    return f"{told}; {out} pages"


async def _until_logged(world: World, event: str, times: int = 1) -> None:
    log = world.kiosk.log
    await until(lambda: log.read_text(encoding="utf-8").count(event) >= times, event, LIMIT_S)


PRINTED = ("home", "document-printing", "document-printed", "take-card", "welcome")
STORIES = (
    Story(
        "print-rights-record",
        "She chooses the years of her rights record and every page comes out once.",
        rights_record,
        Expected("yes; 3 pages", screens=("choose-years", *PRINTED[1:])),
        a4=True,
    ),
    Story(
        "print-enrolment",
        "She prints her enrolment certificate.",
        enrolment_certificate,
        Expected("yes; 1 pages", screens=PRINTED),
        a4=True,
    ),
    Story(
        "reprint-document",
        "She prints her enrolment certificate, comes home, and prints the very same again.",
        reprint,
        Expected(
            "yes, yes; 2 pages; 2 prints of one number, the very same",
            screens=("home", "document-printed", "home", "my-documents", "document-printed"),
        ),
        a4=True,
    ),
    Story(
        "paper-out-on-page-2",
        "The paper ends before page 2; it goes on by itself when there is paper again.",
        paper_out,
        Expected("yes; 3 pages", screens=("choose-years", *PRINTED[1:])),
        a4=True,
    ),
    Story(
        "printer-dies-mid-job",
        "The printer loses its power before page 2: she is told what is certain, and no more.",
        printer_dies,
        Expected("unknown; 1 pages", screens=("choose-years", *PRINTED[1:])),
        a4=True,
    ),
    Story(
        "kiosk-dies-mid-print",
        "The kiosk is killed in the middle of a print: it adopts the job, nothing comes out twice.",
        kiosk_dies,
        Expected("adopted, yes; 3 pages", screens=("document-printing", "welcome")),
        a4=True,
    ),
    Story(
        "leaves-mid-print",
        "She pulls her card in the middle of a print: the rest does not come out.",
        she_leaves,
        Expected("unknown; 1 pages", screens=("document-printing", "document-printed")),
        a4=True,
    ),
    Story(
        "forged-document",
        "Papers changed or swapped on the line are not printed, and reported.",
        forged,
        Expected("no A-04, no A-06; 0 pages", screens=("problem", "home", "problem", "take-card")),
        a4=True,
    ),
)
