"""Staff of a served centre: how they set up and log in, over HTTP and without a browser."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyotp
import requests
import uvicorn

from kiosk_central.app import build_app, build_centre
from kiosk_central.region import load_region
from kiosk_central.trust.ca import Issuer
from tests.patience import PATIENCE_S

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
OUTLET = "东区社会保障服务大厅"
PASSWORD = "sample horse 27 staple"


@dataclass
class Staff:
    """One member of the staff."""

    name: str
    setup_code: str
    secret: str = ""
    password: str = PASSWORD

    def code(self, now: datetime) -> str:
        """Return what her telephone shows."""
        return pyotp.TOTP(self.secret).at(now)


@dataclass
class Served:
    """A running centre and its clock, which stands still until it is turned."""

    url: str
    db: str
    now: datetime = NOW
    session: requests.Session = field(default_factory=requests.Session)

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, **time: float) -> None:
        self.now += timedelta(**time)

    def post(self, path: str, fields: dict[str, str], **more: object) -> requests.Response:
        """Send a form; follows no redirection."""
        return self.session.post(
            self.url + path, fields, timeout=PATIENCE_S, allow_redirects=False, **more
        )

    def get(self, path: str, token: str = "") -> requests.Response:
        cookies = {"desk": token} if token else {}
        return self.session.get(
            self.url + path, cookies=cookies, timeout=PATIENCE_S, allow_redirects=False
        )

    def take_secret(self, staff: Staff) -> None:
        """Take over the secret of the second factor, as her telephone does."""
        shown = self.post("/desk/setup", {"name": staff.name, "setup_code": staff.setup_code})
        found = re.search(r'class="secret">([A-Z2-7]+)<', shown.text)
        assert found is not None, shown.text
        staff.secret = found[1]

    def sign_in(self, staff: Staff) -> str:
        """Set an account up; return the cookie of the log-in that this begins."""
        self.take_secret(staff)
        fields = {"name": staff.name, "setup_code": staff.setup_code, "password": staff.password}
        fields |= {"again": staff.password, "code": staff.code(self.now)}
        return token_of(self.post("/desk/setup", fields))

    def log_in(self, staff: Staff, **other: str) -> requests.Response:
        fields = {"name": staff.name, "password": staff.password, "code": staff.code(self.now)}
        return self.post("/desk/login", fields | other)


def token_of(response: requests.Response) -> str:
    """Return the cookie that a log-in was answered with; it is only for HTTPS, so read raw."""
    found = re.match(r"desk=([\w-]+);", response.headers.get("Set-Cookie", ""))
    assert response.status_code == 303 and found is not None, response.text
    return found[1]


@contextmanager
def serving(db: str, issuer: Issuer | None = None) -> Iterator[Served]:
    """Serve a centre's database on a free port; with an ``issuer`` it has a CA."""
    listener = socket.create_server(("127.0.0.1", 0))
    found = Served(f"http://127.0.0.1:{listener.getsockname()[1]}", db)
    found.session.trust_env = False
    app = build_app(build_centre(db, load_region(), found.clock, issuer=issuer))
    config = uvicorn.Config(app, log_level="critical", access_log=False)
    config.timeout_keep_alive = int(PATIENCE_S)  # else it hangs up on a slow test that asks again
    http = uvicorn.Server(config)
    thread = threading.Thread(target=http.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield found
    found.session.close()
    http.should_exit = True
    thread.join(PATIENCE_S)
