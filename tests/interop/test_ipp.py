"""The A4 printer: our IPP and our simulated printer, against CUPS and a codec for Node.js."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from kiosk_bench.devices.ippeveprinter import IppEvePrinter
from kiosk_bench.seal_office import composed
from kioskd.domain.document import PrintProgress
from kioskd.domain.payment import Printed
from kioskd.drivers import ipp_line
from kioskd.drivers.document_printer import (
    AS_IT_IS,
    JOB_ATTRIBUTES,
    PRINTER_ATTRIBUTES,
    IppDocumentPrinter,
)
from kioskd.drivers.ipp_facts import JAM, JobState, job_facts, printer_facts
from kioskd.drivers.ipp_line import BUSY, USER, ask, place_of
from kioskd.drivers.print_book import DiskPrintBook
from kioskd.drivers.settings import DocumentPrinterSettings
from tests.fakes import NOW
from tests.interop.comparison import Comparison, ran, told
from tests.interop.peers import IPP_ENCODER, IPPEVEPRINTER, IPPTOOL, NODE_HOME
from tests.patience import PATIENCE_S
from tests.unit.a4_rig import PATIENT, A4Rig, paper

HERE = Path(__file__).parent
OURS = HERE / "ipp"
PLACE = place_of("ipp://printer.example/ipp/print")
HEAD = {
    "attributes-charset": ["utf-8"],
    "attributes-natural-language": ["en"],
    "printer-uri": [PLACE.uri],
}
PRINTER_TAG, JOB_TAG, OPERATION_TAG = 0x04, 0x02, 0x01
PDF_PAGES = 2


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[A4Rig]:
    """The simulated printer, with its paper path, until the test is over."""
    rig = A4Rig(tmp_path)
    yield rig
    rig.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no dead printer."""
    for limit in ("CONNECT_LIMIT_S", "ANSWER_LIMIT_S"):
        monkeypatch.setattr(ipp_line, limit, PATIENCE_S)


@pytest.mark.interop("IPP: the simulated printer", IPPTOOL)
def test_ipptool_is_content_with_our_printer(
    compare: Comparison, rig: A4Rig, tmp_path: Path
) -> None:
    """CUPS's own test files and ours pass; both clients read the same of printer and jobs."""
    document = tmp_path / "two.pdf"
    document.write_bytes(composed("样本", "S1", PDF_PAGES))
    for name in ("get-printer-attributes", "validate-job", "print-job-and-wait", "get-jobs"):
        words = ["ipptool", "-t", "-f", document, rig.peer.uri, f"{name}.test"]
        compare.same(f"CUPS's {name}.test", 0, ran(*words).returncode)
    wanted = {
        "which-jobs": "completed",
        "requested-attributes": [*JOB_ATTRIBUTES, "job-originating-user-name"],
    }
    (ours,) = _ours(rig, "GET_JOBS", wanted).jobs
    (theirs,) = _asked(rig, "jobs.test", "job-attributes-tag")
    for name in ("job-id", "job-name", "job-originating-user-name"):
        compare.same(name, ours[name], theirs[name])
    compare.same("job-state", job_facts(ours).state, JobState(theirs["job-state"]))
    compare.same("pages out", job_facts(ours).done, theirs["job-impressions-completed"])
    assert job_facts(ours).done == PDF_PAGES
    _compare_state(compare, rig, "idle")
    rig.faults.add("printer.jam")
    _wait_for_jam(rig)
    _compare_state(compare, rig, "jammed")
    rig.faults.clear()


@pytest.mark.interop("IPP: a print of the kiosk", IPPEVEPRINTER, IPPTOOL)
async def test_cups_takes_our_print(compare: Comparison, tmp_path: Path) -> None:
    """The bare printer of CUPS gets the very bytes, under our name, and says the same as we."""
    printer = IppEvePrinter(tmp_path, f'#!/bin/sh\nexec cp "$1" "{tmp_path}/got.pdf"\n')
    await printer.start()
    try:
        driver = IppDocumentPrinter(
            DocumentPrinterSettings(uri=printer.uri, **PATIENT),
            DiskPrintBook(tmp_path / "prints.log", lambda: NOW),
        )
        told_pages: list[PrintProgress] = []
        with trio.fail_after(PATIENCE_S):
            end = await driver.print(paper(), "p-interop", told_pages.append)
        (job,) = await trio.to_thread.run_sync(
            _json_of, printer.uri, "jobs.test", "job-attributes-tag"
        )
    finally:
        await printer.stop()
    compare.same("document, byte for byte", paper().pdf, (tmp_path / "got.pdf").read_bytes())
    compare.same("name", "p-interop", job["job-name"])
    compare.same("user", USER, job["job-originating-user-name"])
    compare.same("state", JobState.COMPLETED, JobState(job["job-state"]))
    # Nobody told this printer of pages: it counts none, so "printed" is not ours to say.
    assert job["job-impressions-completed"] == 0
    compare.same("not counted, so unknown", Printed.UNKNOWN, end.printed)


@pytest.mark.interop("IPP: requests and answers, byte by byte", IPP_ENCODER)
def test_another_codec_reads_and_writes_the_same(compare: Comparison) -> None:
    """It reads of our requests what we meant; we read of its answers what it meant."""
    head = {"job-name": "p1", "document-format": "application/pdf"}
    requests: dict[str, tuple[int, dict[str, Any], dict[str, Any]]] = {
        "PRINT_JOB": (0x02, head, AS_IT_IS),
        "GET_JOB_ATTRIBUTES": (0x09, {"job-id": 7, "requested-attributes": JOB_ATTRIBUTES}, {}),
        "CANCEL_JOB": (0x08, {"job-id": 7}, {}),
        "GET_JOBS": (0x0A, {"requested-attributes": JOB_ATTRIBUTES}, {}),
        "GET_PRINTER_ATTRIBUTES": (0x0B, {"requested-attributes": PRINTER_ATTRIBUTES}, {}),
    }
    for name, (number, wanted, job) in requests.items():
        message = ipp_line._message(PLACE, name, wanted, job)
        read = json.loads(_node("decode", message.hex()))
        compare.same(f"{name}: operation", number, read["operationId"])
        compare.same(f"{name}: version", {"major": 1, "minor": 1}, read["version"])
        meant = [(OPERATION_TAG, {**HEAD, "requesting-user-name": [USER], **_sets(wanted)})]
        meant += [(JOB_TAG, _sets(job))] if job else []
        compare.same(f"{name}: attributes", meant, [_group(one) for one in read["groups"]])
    answer = ipp_line._parsed(bytes.fromhex(_node("encode", json.dumps(_answer()))))
    compare.same("status busy", BUSY, answer.status)
    compare.same("job", (147, JobState.PROCESSING, 2), _told(answer.jobs[0]))
    compare.same("the printer's trouble", JAM, printer_facts(answer.printer).trouble)


def _answer() -> dict[str, Any]:
    job = [(0x21, "job-id", 147), (0x23, "job-state", 5), (0x21, "job-impressions-completed", 2)]
    printer = [
        (0x23, "printer-state", 5),
        (0x44, "printer-state-reasons", ["media-low-warning", "media-jam-error"]),
        (0x22, "printer-is-accepting-jobs", True),
    ]
    head = [(0x47, "attributes-charset", "utf-8"), (0x48, "attributes-natural-language", "en")]
    groups = {OPERATION_TAG: head, JOB_TAG: job, PRINTER_TAG: printer}
    return {
        "statusCode": BUSY,
        "requestId": 1,
        "groups": [
            {
                "tag": tag,
                "attributes": [
                    {"tag": one, "name": name, "value": value} for one, name, value in of
                ],
            }
            for tag, of in groups.items()
        ],
    }


def _told(job: dict[str, Any]) -> tuple[int, JobState, int]:
    facts = job_facts(job)
    return facts.id, facts.state, facts.done


def _sets(attributes: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        name: value if isinstance(value, list) else [value] for name, value in attributes.items()
    }


def _group(group: dict[str, Any]) -> tuple[int, dict[str, list[Any]]]:
    return group["tag"], {one["name"]: one["value"] for one in group["attributes"]}


def _node(verb: str, data: str) -> str:
    return told("node", HERE / "ipp_codec.js", NODE_HOME, verb, data=data.encode())


def _ours(rig: A4Rig, operation: str, wanted: dict[str, Any]) -> ipp_line.Answer:
    return ask(place_of(rig.peer.uri), operation, wanted)


def _asked(rig: A4Rig, file: str, group: str) -> list[dict[str, Any]]:
    return _json_of(rig.peer.uri, file, group)


def _json_of(uri: str, file: str, group: str) -> list[dict[str, Any]]:
    """Ask with one of our test files, all of whose expectations must hold; return a group."""
    printed = told("ipptool", "-j", uri, OURS / file)
    groups, _ = json.JSONDecoder().raw_decode(printed)
    return [one for one in groups if one["group-tag"] == group]


def _compare_state(compare: Comparison, rig: A4Rig, when: str) -> None:
    ours = _ours(rig, "GET_PRINTER_ATTRIBUTES", {"requested-attributes": PRINTER_ATTRIBUTES})
    (theirs,) = _asked(rig, "printer.test", "printer-attributes-tag")
    for name in PRINTER_ATTRIBUTES:
        compare.same(f"{name} when {when}", ours.printer[name], theirs[name])


def _wait_for_jam(rig: A4Rig) -> None:
    """Return once the jam is told and the job that told it is over."""

    async def jammed() -> None:
        with trio.fail_after(PATIENCE_S):
            while True:
                answer = await trio.to_thread.run_sync(
                    _ours,
                    rig,
                    "GET_PRINTER_ATTRIBUTES",
                    {"requested-attributes": PRINTER_ATTRIBUTES},
                )
                facts = printer_facts(answer.printer)
                if facts.trouble is JAM and not facts.is_processing:
                    return
                await trio.sleep(0.1)

    trio.run(jammed)
