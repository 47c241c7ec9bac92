"""A clerk of the centre, at the port of staff: set up, logged in, and still logged in later."""

import re
import time
from pathlib import Path

import pyotp
import requests

from tools.load.badges import ca_of
from tools.province.place import centre

OUTLET = "east"
PASSWORD = "sample horse 27 staple"  # noqa: S105 - of a synthetic clerk in a database of a minute
TIMEOUT_S = 20


class Clerk:
    """She logs in as browsers do: with cookies, and saying that the request is her own page's."""

    def __init__(self, url: str, trust: Path) -> None:
        """``url`` is the proxy's, as staff know it."""
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca_of(trust)
        self._session.headers.update({"Origin": url, "Sec-Fetch-Site": "same-origin"})

    def set_up(self, db: str) -> int:
        """Get an account, set it up; return the status of the page that she then sees."""
        told = centre(
            "account", "add", "wangfang", "--db", db, "--role", "clerk", "--outlet", OUTLET
        )
        code = told.split()[2].rstrip(",")
        fields = {"name": "wangfang", "setup_code": code}
        shown = self._post(fields).text
        found = re.search(r'class="secret">([A-Z2-7]+)<', shown)
        assert found is not None, shown
        now = pyotp.TOTP(found[1]).at(time.time())
        more = {"password": PASSWORD, "again": PASSWORD, "code": now}
        self._post(fields | more)
        return self.look()

    def _post(self, fields: dict[str, str]) -> requests.Response:
        return self._session.post(f"{self._url}/desk/setup", fields, timeout=TIMEOUT_S)

    def look(self) -> int:
        """Open the desk; return the status: 303 leads to the log-in."""
        found = self._session.get(f"{self._url}/desk", timeout=TIMEOUT_S, allow_redirects=False)
        return found.status_code
