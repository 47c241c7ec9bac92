"""Cards over PC/SC: our reading of another's card, other readers at ours, and the card's DES."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from kiosk_bench.devices.card_key import FAKE_MASTER_KEY, card_key, internal_authenticate
from kiosk_bench.devices.card_os import AID, FCI
from kiosk_bench.devices.card_persona import CardPersona, atr_history
from kiosk_bench.devices.pcscd import Pcscd
from kiosk_bench.devices.social_card import VirtualSocialCard
from kiosk_bench.wirelog import WireLog
from kioskd.domain.person import SocialCardFacts
from kioskd.domain.secret import CardNumber, IdNumber
from kioskd.drivers.settings import SocialCardReaderSettings
from kioskd.drivers.social_card_reader import SocialCardReaderDriver
from kioskd.errors import CardNotAccepted, CardRejection
from kioskd.protocols.iso7816 import Command, Exchange, Response, Status, parse_atr
from kioskd.transports.pcsc import PcscConnection, PcscReader
from tests.interop.comparison import Comparison, ran, told
from tests.interop.peers import ATR_ANALYSIS, OPENSC, OPENSSL, VICC
from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
GOOD = CardPersona.good()
CHALLENGE = bytes(range(16))
SELECT_MF = Command(0x00, 0xA4, 0x00, 0x0C, bytes.fromhex("3F00"))
GET_CHALLENGE = Command(0x00, 0x84, 0x00, 0x00, le=8)
SELECT_US = Command(0x00, 0xA4, 0x04, 0x00, AID)
EXPECTED = (
    ("SELECT the master file", SELECT_MF, Status.OK),
    ("SELECT a file that is not there",
     Command(0x00, 0xA4, 0x00, 0x0C, bytes.fromhex("2F00")), Status.FILE_NOT_FOUND),
    ("SELECT the social security environment", SELECT_US, Status.FILE_NOT_FOUND),
    ("an unknown instruction", Command(0x00, 0xFE, 0x00, 0x00), Status.INSTRUCTION_UNKNOWN),
)  # fmt: skip
"""Plain ISO 7816-4, and what a card must answer to it."""
ATRS = (
    GOOD.atr,
    bytes.fromhex("3B9513810180 73FF01000B".replace(" ", "")),
    bytes.fromhex("3B8F8001804F0CA000000306030001000000006A"),
    bytes.fromhex("3BF81300008131FE454A434F5076323431B7"),
    bytes.fromhex("3F6D000080318065B00501025E83009000"),
)
"""Ours; the virtual card's of vsmartcard; shapes of PC/SC part 3 and JCOP; inverse convention."""


@pytest.mark.interop("PC/SC: their card in our reader", VICC, OPENSC)
async def test_our_transport_reads_their_card(
    compare: Comparison, tmp_path: Path, pcscd_socket: Path
) -> None:
    """The ISO 7816 card of vsmartcard: ATR, status words and random bytes as OpenSC sees them."""
    async with Pcscd(tmp_path, pcscd_socket) as pcscd, _their_card(pcscd, tmp_path):
        async with _connected() as connection:
            ours = [await _ask(connection, command) for _, command, _ in EXPECTED]
            random = [await _ask(connection, GET_CHALLENGE) for _ in range(2)]
            atr = connection.atr
        theirs = await _opensc(pcscd, *(command.encode() for _, command, _ in EXPECTED))
        their_atr = (await _opensc_tool(pcscd, "--atr")).strip()
        refused = await _read_as_kiosk()
    compare.same("ATR", atr.hex(":"), their_atr)
    for (what, _, expected), one, two in zip(EXPECTED, ours, theirs, strict=True):
        assert one.status is expected
        compare.same(f"{what}: status word", one.sw, two.sw)
    compare.same("GET CHALLENGE", [(8, Status.OK)] * 2, [(len(r.data), r.status) for r in random])
    assert random[0].data != random[1].data
    compare.same("it is no social security card", CardRejection.FOREIGN, refused)


@pytest.mark.interop("PC/SC: our card in their reader", OPENSC)
async def test_opensc_reads_our_card(
    compare: Comparison, tmp_path: Path, pcscd_socket: Path
) -> None:
    """OpenSC, with its own ways of 61xx and 6Cxx, finds the records that the kiosk reads."""
    commands = ("00A4000002EF05", "00B2070000", "00A4000002EF06", "00B2080000", "00A4000002EF09")
    async with (
        Pcscd(tmp_path, pcscd_socket) as pcscd,
        trio.open_nursery() as nursery,
    ):
        card = VirtualSocialCard(pcscd.port, WireLog(tmp_path / "card.log"), set())
        await nursery.start(card.run)
        with trio.fail_after(PATIENCE_S):
            await card.insert(GOOD)
        facts = await _read_as_kiosk()
        atr = (await _opensc_tool(pcscd, "--atr")).strip()
        select = SELECT_US.encode() + b"\x00"
        fci, *answers = await _opensc(pcscd, select, *map(bytes.fromhex, commands))
        nursery.cancel_scope.cancel()
    compare.same("ATR", GOOD.atr.hex(":"), atr)
    compare.same("answer to SELECT, fetched", (FCI, 0x9000), (fci.data, fci.sw))
    compare.same("record 07 of EF05", _record(0x07, GOOD.number), answers[1].data)
    compare.same("record 08 of EF06", _record(0x08, GOOD.id_number), answers[3].data)
    compare.same("a file that is not there", 0x6A82, answers[4].sw)
    assert isinstance(facts, SocialCardFacts)
    assert facts.number == CardNumber(GOOD.number) and facts.id_number == IdNumber(GOOD.id_number)
    compare.same(
        "number as the kiosk reads it", facts.number.reveal(), answers[1].data[2:].decode()
    )


@pytest.mark.interop("answers to reset", ATR_ANALYSIS)
def test_answers_to_reset_are_read_alike(compare: Comparison, tmp_path: Path) -> None:
    """Historical bytes and protocols of several cards; a wrong check byte is seen by both."""
    for atr in ATRS:
        said = _analysed(atr, tmp_path)
        found = re.search(r"Historical bytes: ([0-9A-F ]+)", said)
        assert found is not None, said
        compare.same(f"history of {atr.hex()}", parse_atr(atr).history, bytes.fromhex(found[1]))
        named = {int(one) for one in re.findall(r"Protocol T ?= ?(\d+)", said)} or {0}
        compare.same(f"protocols of {atr.hex()}", set(parse_atr(atr).protocols), named)
    wrong = ATRS[1][:-1] + bytes([ATRS[1][-1] ^ 1])
    compare.refused("check byte", "wrong" in _analysed(wrong, tmp_path).lower())


@pytest.mark.interop("the card's key: 3DES and DES", OPENSSL)
def test_openssl_answers_the_challenge_alike(compare: Comparison) -> None:
    """Key diversification and INTERNAL AUTHENTICATE, reckoned by ``openssl enc`` alone."""
    history = atr_history(7)
    city = _diversified(FAKE_MASTER_KEY, b"000000sx")
    key = _diversified(city, history[-8:])
    compare.same("the card's key", card_key(FAKE_MASTER_KEY, history, "000000" + "0" * 26), key)
    session = _des_ede(key, CHALLENGE[:8])
    answer = _des_ede(session * 2, CHALLENGE[8:])
    compare.same("the answer", internal_authenticate(key, CHALLENGE), answer)
    other = _des_ede(session * 2, bytes(8))
    compare.refused("another challenge", other != answer)


@asynccontextmanager
async def _their_card(pcscd: Pcscd, folder: Path) -> AsyncIterator[None]:
    words = ["--type", "iso7816", "--hostname", "127.0.0.1", "--port", str(pcscd.port)]
    with (folder / "vicc.log").open("wb") as log:
        command = ["/usr/bin/python3", str(HERE / "vicc.py"), *words]
        async with trio.open_nursery() as nursery:
            run = partial(trio.run_process, command, stdout=log, stderr=log, check=False)
            await nursery.start(run)
            yield
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def _connected() -> AsyncIterator[PcscConnection]:
    """Wait for a card in the first reader and hold it."""
    async with trio.open_nursery() as nursery:
        reader = PcscReader()
        await nursery.start(reader.run)
        with trio.fail_after(PATIENCE_S):
            await reader.wait_inserted()
            connection = await reader.connect()
        try:
            yield connection
        finally:
            await connection.disconnect()
        nursery.cancel_scope.cancel()


async def _read_as_kiosk() -> SocialCardFacts | CardRejection:
    """Read the card in the slot with the kiosk's own driver; or why it does not take it."""
    async with trio.open_nursery() as nursery:
        reader = SocialCardReaderDriver(SocialCardReaderSettings())
        await nursery.start(reader.run)
        with trio.fail_after(PATIENCE_S):
            await reader.wait_inserted()
            async with reader.session() as card:
                try:
                    found: SocialCardFacts | CardRejection = await card.read()
                except CardNotAccepted as refused:
                    found = refused.reason
        nursery.cancel_scope.cancel()
    return found


async def _ask(connection: PcscConnection, command: Command) -> Response:
    exchange = Exchange(command)
    while exchange.response is None:
        exchange.receive(await connection.transmit(exchange.next_command()))
    return exchange.response


async def _opensc_tool(pcscd: Pcscd, *words: str) -> str:
    run = partial(
        told, "opensc-tool", "--reader", "0", *words, env={"PATH": "/usr/bin", **pcscd.env}
    )
    return await trio.to_thread.run_sync(run)


async def _opensc(pcscd: Pcscd, *commands: bytes) -> list[Response]:
    """Send commands by OpenSC, one after the other; return what it received."""
    words = [word for command in commands for word in ("--send-apdu", command.hex(":"))]
    said = await _opensc_tool(pcscd, *words)
    answers = re.findall(r"SW1=0x(..), SW2=0x(..)\)(.*?)(?=Sending|\Z)", said, re.DOTALL)
    assert len(answers) == len(commands), said
    return [Response(_dumped(data), int(sw1 + sw2, 16)) for sw1, sw2, data in answers]


def _dumped(text: str) -> bytes:
    """Read a dump: sixteen bytes a line as hex digits, then the same as letters."""
    lines = text.lstrip(":\n").splitlines()
    return b"".join(bytes.fromhex(re.match(r"((?:[0-9A-F]{2} ?){0,16})", one)[1]) for one in lines)


def _record(tag: int, text: str) -> bytes:
    return bytes([tag, len(text)]) + text.encode("ascii")


def _analysed(atr: bytes, folder: Path) -> str:
    """Let the tool read an ATR, in a home with a list of cards so new that it fetches none."""
    (folder / "smartcard_list.txt").touch()
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    done = ran("ATR_analysis", atr.hex(" "), env=env)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode("utf-8", "replace"))


def _des_ede(key: bytes, block: bytes) -> bytes:
    words = ["openssl", "enc", "-e", "-des-ede", "-K", key.hex(), "-nopad"]
    return ran(*words, data=block).stdout


def _diversified(key: bytes, factor: bytes) -> bytes:
    return _des_ede(key, factor) + _des_ede(key, bytes(0xFF - byte for byte in factor))
