"""The HTTPS client against a real server on loopback that misbehaves as told."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import trio

from kiosk_central.trust.tls import server_tls
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentRef, PaymentState, Printed
from kioskd.domain.secret import SessionToken
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import ConfigError, ServerContractBroken, ServerRefused, ServerUnreachable
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from kioskd.protocols.central_books import (
    ChainHead,
    ChainLinks,
    DayEndAnswer,
    PrintReport,
    ReceiptCopy,
    ReceiptEntry,
)
from kioskd.relay.client import CentralClient
from tests.patience import PATIENCE_S
from tests.trust import Trust

NOW = "2026-11-22T09:55:01Z"
TIME = b'{"now": "2026-11-22T09:55:01Z"}'
PRINT = PrintReport("K0123-7KQ4-000001", "f" * 32, 1, Printed.YES, NOW)
DAY_END = DayEndAnswer("K0123-7KQ4-D0001", ())


@dataclass
class Script:
    """What the server does next and what it has seen."""

    status: int = 200
    body: bytes = TIME
    declared_extra: int = 0
    """Bytes announced but never sent."""
    redirect: str = ""
    drip: bool = False
    """Send one byte, then nothing, until ``released``."""
    released: threading.Event = field(default_factory=threading.Event)
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    made = Trust(tmp_path_factory.mktemp("trust"))
    made.pair("K0123")
    return made


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def url(script: Script, trust: Trust) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.seen.append((self.command, self.path, headers, self.rfile.read(length)))
            self.send_response(script.status)
            self.send_header("Content-Length", str(len(script.body) + script.declared_extra))
            if script.redirect:
                self.send_header("Location", script.redirect)
            self.end_headers()
            self.wfile.write(script.body[:1] if script.drip else script.body)
            self.wfile.flush()
            if script.drip:
                script.released.wait(PATIENCE_S)
            if script.declared_extra or script.drip:
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *values: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = server_tls(trust.folder).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    script.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


ClientFor = Callable[..., CentralClient]


@pytest.fixture
def client_for(trust: Trust) -> ClientFor:
    """Make a kiosk's client for an address."""

    def make(url: str, read_timeout_s: float = 5) -> CentralClient:
        return CentralClient(trust.settings(url, "K0123", read_timeout_s), "K0123")

    return make


async def test_an_answer(url: str, client_for: ClientFor, script: Script) -> None:
    """A good answer is decoded, the kiosk names itself, and the centre is well."""
    client = client_for(url)
    assert client.trouble is not None
    assert (await client.server_time()).now == "2026-11-22T09:55:01Z"
    assert client.trouble is None
    method, path, headers, _ = script.seen[0]
    assert (method, path, headers["kiosk-id"]) == ("GET", "/v1/time", "K0123")


async def test_a_visit_has_its_token(url: str, client_for: ClientFor, script: Script) -> None:
    """The token goes in the header, never in the address."""
    script.body = b"[]"
    assert await client_for(url).offers(SessionToken("t0k3n")) == ()
    _, path, headers, _ = script.seen[0]
    assert headers["authorization"] == "Bearer t0k3n"
    assert "t0k3n" not in path


async def test_a_report_is_sent_byte_for_byte(
    url: str, client_for: ClientFor, script: Script
) -> None:
    """A payment report is a PUT under its reference with exactly the contract's bytes."""
    report = PaymentReport("K0123-7KQ4-000001", "a" * 32, Money(1), PaymentState.CONFIRMED)
    posting = Posting(report.ref, report.state, "R-1")
    script.body = central.encode(posting)
    assert await client_for(url).report_payment(report) == posting
    method, path, _, body = script.seen[0]
    expected = ("PUT", "/v1/payments/K0123-7KQ4-000001", central.encode(report))
    assert (method, path, body) == expected


@pytest.mark.parametrize("answer", [PRINT, DAY_END], ids=["print", "day_end"])
async def test_an_outbox_row_is_put_as_it_is(
    url: str, client_for: ClientFor, script: Script, answer: PrintReport | DayEndAnswer
) -> None:
    """The very bytes go to the very path, and the answer is read as what was asked for."""
    script.body = central.encode(answer)
    path, row = "/v1/payments/K0123-7KQ4-000001/prints/f", b'{"any": "bytes, unread"}'
    assert await client_for(url).put(path, row, type(answer)) == answer
    method, asked, _, body = script.seen[0]
    assert (method, asked, body) == ("PUT", path, row)


async def test_an_answer_of_another_kind_is_refused(
    url: str, client_for: ClientFor, script: Script
) -> None:
    """What answers a day-end with a print breaks the contract: the report is not delivered."""
    script.body = central.encode(PRINT)
    with pytest.raises(ServerContractBroken):
        await client_for(url).put("/v1/day-ends/x", b"{}", DayEndAnswer)


async def test_how_the_centre_sees_a_payment(
    url: str, client_for: ClientFor, script: Script
) -> None:
    """A GET of the payment, with its proof as bytes."""
    posting = Posting("K0123-7KQ4-000001", PaymentState.CONFIRMED, "R-1", NOW, b"\0proof", True)
    script.body = central.encode(posting)
    assert await client_for(url).payment(PaymentRef(posting.ref)) == posting
    assert script.seen[0][:2] == ("GET", "/v1/payments/K0123-7KQ4-000001")


async def test_her_receipts_and_a_copy(url: str, client_for: ClientFor, script: Script) -> None:
    """Both need her visit's token; asking for a copy is a PUT under the print's reference."""
    entry = ReceiptEntry(
        ref="K0123-7KQ4-000001",
        receipt_number="R-1",
        posted_at=NOW,
        scheme=Scheme.PENSION,
        percent=60,
        months=(Month(2026, 11),),
        amount=Money(3),
        personal=Money(1),
        pool=Money(2),
        original=Printed.UNKNOWN,
        copies=1,
    )
    copy = ReceiptCopy(entry, 2, b"\0proof", "29001006", 18)
    client, token = client_for(url), SessionToken("t0k3n")
    script.body = central.encode((entry,))
    assert await client.receipts(token) == (entry,)
    script.body = central.encode(copy)
    assert await client.copy(token, entry.ref, "f" * 32) == copy
    assert [seen[:2] for seen in script.seen] == [
        ("GET", "/v1/me/receipts"),
        ("PUT", f"/v1/me/receipts/{entry.ref}/prints/{'f' * 32}"),
    ]
    assert all(seen[2]["authorization"] == "Bearer t0k3n" for seen in script.seen)


async def test_the_journals_links(url: str, client_for: ClientFor, script: Script) -> None:
    """The head is asked for by series, and links are PUT under the number of the first."""
    head = ChainHead("7KQ4", 5, bytes(range(32)))
    links = ChainLinks("7KQ4", 4, (b"\1" * 32, b"\2" * 32), head.head)
    script.body = central.encode(head)
    client = client_for(url)
    assert await client.journal_head("7KQ4") == head
    assert await client.send_links(links) == head
    assert [seen[:2] for seen in script.seen] == [
        ("GET", "/v1/journals/7KQ4"),
        ("PUT", "/v1/journals/7KQ4/links/4"),
    ]
    assert central.decode(script.seen[1][3], ChainLinks) == links


async def test_a_broken_chain_is_told_with_its_code(
    url: str, client_for: ClientFor, script: Script
) -> None:
    """The uplink stops payments by this code, and by no other."""
    script.status = 409
    script.body = b'{"status": 409, "code": "chain_broken", "title": "no"}'
    with pytest.raises(ServerRefused) as caught:
        await client_for(url).send_links(ChainLinks("7KQ4", 1, (), b""))
    assert caught.value.code == central.ProblemCode.CHAIN_BROKEN.value


async def test_nobody_there(url: str, client_for: ClientFor) -> None:
    """A closed port is unreachable, and the kiosk's trouble says so."""
    client = client_for("https://127.0.0.1:1")
    with pytest.raises(ServerUnreachable):
        await client.server_time()
    assert client.trouble is not None
    assert client.trouble.reason is TroubleReason.CENTRE_UNREACHABLE


async def test_too_slow(url: str, client_for: ClientFor, script: Script) -> None:
    """A centre that starts to answer and stops is unreachable within the limit."""
    script.drip = True
    with pytest.raises(ServerUnreachable), trio.fail_after(PATIENCE_S / 2):
        await client_for(url, read_timeout_s=0.2).server_time()


async def test_cut_in_the_middle(url: str, client_for: ClientFor, script: Script) -> None:
    """An answer that ends before its announced length is no answer."""
    script.declared_extra = 20
    with pytest.raises(ServerUnreachable):
        await client_for(url).server_time()


@pytest.mark.parametrize(
    "body", [b"<html>hello</html>", b"", b'{"now": 5}', b"[]", b'{"then": "x"}', b"\xff\xfe"]
)
async def test_nonsense(url: str, client_for: ClientFor, script: Script, body: bytes) -> None:
    """What is not the value asked for breaks the contract; the trouble says broken."""
    script.body = body
    client = client_for(url)
    with pytest.raises(ServerContractBroken):
        await client.server_time()
    assert client.trouble is not None
    assert client.trouble.reason is TroubleReason.CENTRE_BROKEN


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [
        (409, "assessment_closed", None),
        (401, "session_unknown", None),
        (401, "kiosk_unknown", TroubleReason.CENTRE_REFUSED),
        (503, "unavailable", TroubleReason.CENTRE_REFUSED),
    ],
)
async def test_a_problem_document(
    url: str,
    client_for: ClientFor,
    script: Script,
    status: int,
    code: str,
    trouble: TroubleReason | None,
) -> None:
    """A refusal keeps status and code; it is a trouble of the centre only if it is not about us."""
    script.status = status
    script.body = b'{"status": %d, "code": "%s", "title": "no"}' % (status, code.encode())
    client = client_for(url)
    with pytest.raises(ServerRefused) as caught:
        await client.server_time()
    assert (caught.value.status, caught.value.code) == (status, code)
    assert (client.trouble.reason if client.trouble else None) is trouble


async def test_a_refusal_without_a_problem_document(
    url: str, client_for: ClientFor, script: Script
) -> None:
    """An error page of something in between breaks the contract."""
    script.status, script.body = 502, b"<html>Bad Gateway</html>"
    with pytest.raises(ServerContractBroken):
        await client_for(url).server_time()


async def test_redirects_are_not_followed(url: str, client_for: ClientFor, script: Script) -> None:
    """A centre that points elsewhere is not the centre."""
    script.status, script.redirect, script.body = 302, f"{url}/elsewhere", b""
    with pytest.raises(ServerContractBroken):
        await client_for(url).server_time()
    assert len(script.seen) == 1


async def test_the_environment_is_ignored(
    url: str, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxies and certificate bundles from the environment change nothing."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    assert await client_for(url).server_time()


async def test_being_seen_again_is_told(url: str, client_for: ClientFor) -> None:
    """The first answer after unreachable calls the listener, the next ones do not."""
    client = client_for(url)
    calls: list[str] = []
    client.listen(lambda: calls.append("back"))
    await client.server_time()
    await client.server_time()
    assert calls == ["back"]


async def test_it_looks_by_itself(url: str, client_for: ClientFor, script: Script) -> None:
    """Without anybody calling, the client finds out that the centre is there."""
    client = client_for(url)
    found = trio.Event()
    client.listen(found.set)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(client.run)
        with trio.fail_after(PATIENCE_S):
            await found.wait()
        nursery.cancel_scope.cancel()
    assert client.trouble is None


@pytest.mark.parametrize("url", ["http://127.0.0.1", "ftp://127.0.0.1", "centre", "https://"])
def test_there_is_no_plain_http(url: str, client_for: ClientFor) -> None:
    """What is not https is a configuration error that names the key."""
    with pytest.raises(ConfigError) as caught:
        client_for(url)
    assert caught.value.key == "url"
    assert client_for("https://centre.example")
