"""``kioskd journal ...``: look at the payment journal, check it, put a damaged one out of the way.

``show``, ``verify``, ``reconcile`` and ``salvage`` change nothing and may run beside the kiosk.
Exit code 0: nothing to do; 1: something is wrong or to be settled, and what.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import trio

from kioskd.commands import add_config
from kioskd.config import Config, load
from kioskd.errors import ServerError
from kioskd.payments.audit import Fault, faults_in, head_of, link_at, read_payments
from kioskd.payments.contract import Payment
from kioskd.payments.owner import owning
from kioskd.payments.reconcile import Unsettled, unsettled
from kioskd.payments.salvage import put_aside, salvage
from kioskd.protocols.central_books import ChainHead
from kioskd.relay.client import CentralClient

VERBS = {
    "show": "list every payment and where it stands",
    "verify": "check file and hash chain, also against the centre; exit 1 names each fault",
    "reconcile": "list what people must settle; exit 1 if there is anything",
    "salvage": "write every row that can be read to a file of JSON lines",
    "renew": "put a damaged journal aside, so that the next start makes a new one",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add one verb a question."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    made = {name: verbs.add_parser(name, help=words) for name, words in VERBS.items()}
    for name, verb in made.items():
        verb.set_defaults(verb=name)
        add_config(verb)
        if name in ("show", "verify", "reconcile"):
            verb.add_argument("--json", action="store_true")
    made["verify"].add_argument("--offline", action="store_true", help="do not ask the centre")
    made["salvage"].add_argument("--out", type=Path, required=True)


def run(options: argparse.Namespace) -> int:
    """Do what the verb says. Raises ConfigError, JournalDamaged."""
    verbs = {
        "show": show,
        "verify": verify,
        "reconcile": reconcile,
        "salvage": save_what_can_be_read,
        "renew": renew,
    }
    return verbs[options.verb](options)


def show(options: argparse.Namespace) -> int:
    """List every payment and where it stands. Raises ConfigError, JournalDamaged."""
    payments = read_payments(_path(load(options.config)))
    if options.json:
        print(json.dumps([_as_json(payment) for payment in payments], indent=2))
        return 0
    for payment in payments:
        line = (payment.ref, payment.at, f"{payment.amount} yuan", payment.state.value)
        print("  ".join([*line, payment.reason, payment.receipt_number]).rstrip())
    return 0


def verify(options: argparse.Namespace) -> int:
    """Check file, chain and rows, and the chain against what the centre has witnessed of it."""
    config = load(options.config)
    path = _path(config)
    faults, witnessed = list(faults_in(path)), "not asked"
    if not faults and not options.offline:
        witnessed, more = trio.run(_compare_with_the_centre, config, path)
        faults += more
    if options.json:
        whole = {"faults": [asdict(fault) for fault in faults], "centre": witnessed}
        print(json.dumps(whole, indent=2))
    else:
        for fault in faults:
            print(f"{fault.place}: {fault.what}")
        print(f"centre: {witnessed}")
        print("the journal is not sound" if faults else "the journal is sound")
    return 1 if faults else 0


async def _compare_with_the_centre(config: Config, path: Path) -> tuple[str, list[Fault]]:
    head = head_of(path)
    client = CentralClient(config.central, config.kiosk.id)
    try:
        known = await client.journal_head(head.series)
    except ServerError as error:
        return f"not reached ({error.operator_code})", []
    return f"knows {known.seq} of {head.seq} entries", _against(path, head, known)


def _against(path: Path, head: ChainHead, known: ChainHead) -> list[Fault]:
    """The chain's value at any entry stands for every entry before it."""
    if known.seq > head.seq:
        return [Fault(f"entry {head.seq + 1}", f"missing: the centre knows {known.seq} entries")]
    if known.seq and link_at(path, known.seq) != known.head:
        return [Fault(f"entry {known.seq}", "the centre has witnessed another chain up to here")]
    return []


def reconcile(options: argparse.Namespace) -> int:
    """List what people must still settle, with references and amounts."""
    found = unsettled(_path(load(options.config)))
    if options.json:
        print(json.dumps([_unsettled_as_json(one) for one in found], indent=2))
    else:
        for one in found:
            print(f"{one.ref}  {one.amount} yuan  {one.matter.value}  {one.detail}".rstrip())
        print(f"{len(found)} to settle" if found else "nothing to settle")
    return 1 if found else 0


def save_what_can_be_read(options: argparse.Namespace) -> int:
    """Write every readable row of the journal as JSON lines. Raises JournalDamaged."""
    count = 0
    with open(options.out, "w", encoding="utf-8") as out:
        for row in salvage(_path(load(options.config))):
            print(json.dumps(row, ensure_ascii=False), file=out)
            count += 1
    print(f"{count} rows written to {options.out}")
    return 0


def renew(options: argparse.Namespace) -> int:
    """Put a damaged journal aside; the next start of the kiosk makes a new one.

    Refuses while a kiosk uses it, and for a journal that is sound.
    """
    path = _path(load(options.config))
    with owning(path):
        if not faults_in(path):
            print("the journal is sound; nothing was done")
            return 1
        kept = put_aside(path)
    print(f"kept as {kept}; restart kioskd. What it left open stays locked at the centre.")
    return 0


def _path(config: Config) -> Path:
    return Path(config.kiosk.state_dir) / "journal.db"


def _unsettled_as_json(one: Unsettled) -> dict[str, Any]:
    told = {"matter": one.matter.name.lower(), "ref": one.ref, "amount_fen": one.amount.fen}
    return told | {"detail": one.detail}


def _as_json(payment: Payment) -> dict[str, object]:
    return {
        "ref": payment.ref,
        "assessment": payment.assessment,
        "amount_fen": payment.amount.fen,
        "state": payment.state.value,
        "at": payment.at,
        "reason": payment.reason,
        "pin_pad_receipt": payment.record.receipt if payment.record else None,
        "receipt_number": payment.receipt_number,
        "printed": payment.printed.value if payment.printed else None,
    }
