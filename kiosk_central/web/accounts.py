"""Accounts of staff: made with a set-up code, never with a password. Jobs for a transaction.

Who gets an account is given a code of 80 random bits that works once within a day; with it she
chooses a password and takes over the secret of her second factor. There is no default password,
and nobody but she ever knows hers.
"""

import hashlib
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import pyotp
from sqlalchemy import Connection, Row, delete, insert, select, update

from kiosk_central.clock import stamp
from kiosk_central.store.web import web_accounts, web_sessions
from kiosk_central.web.roles import Role, roles_of, roles_text
from kioskd.errors import KioskError

SETUP_BYTES = 10
SETUP_LASTS = timedelta(hours=24)
NAME_MAX = 32
_NO_SETUP = b""
_table = web_accounts.c


class AccountFault(Enum):
    """Why an account cannot be made or changed so, as a command says it.

    ``account_pages.FAULTS`` says the same on pages.
    """

    NAME = f"a log-in name is 1 to {NAME_MAX} letters and digits"
    NO_ROLE = "an account has at least one role"
    NO_OUTLET = "a clerk belongs to an outlet"
    TAKEN = "there is an account of that name already"
    UNKNOWN = "there is no account of that name"
    OWN = "nobody ends or resets her own account"


class AccountError(KioskError):
    """The account cannot be made or changed so; ``fault`` says why."""

    def __init__(self, fault: AccountFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Account:
    """A stored account."""

    id: int
    name: str
    shown: str
    roles: frozenset[Role]
    outlet: str
    password_hash: str
    totp_secret: str
    totp_last: int
    setup_hash: bytes
    setup_until: str
    failures: int
    blocked_until: str
    disabled_at: str

    @property
    def ready(self) -> bool:
        """Whether she can log in."""
        return bool(self.password_hash and self.totp_secret and not self.disabled_at)


def find_account(connection: Connection, name: str) -> Account | None:
    """Return the account of a name as it is typed."""
    query = select(web_accounts).where(_table.name == plain_name(name))
    return _account(connection.execute(query).one_or_none())


def account_of(connection: Connection, account_id: int) -> Account | None:
    """Return an account by its number."""
    return _account(
        connection.execute(select(web_accounts).where(_table.id == account_id)).one_or_none()
    )


def all_accounts(connection: Connection) -> list[Account]:
    """Return every account, also those that ended, by name."""
    rows = connection.execute(select(web_accounts).order_by(_table.name))
    return [one for row in rows if (one := _account(row)) is not None]


def _account(row: Row[Any] | None) -> Account | None:
    if row is None:
        return None
    return Account(
        row.id,
        row.name,
        row.shown,
        roles_of(row.roles),
        row.outlet,
        row.password_hash,
        row.totp_secret,
        row.totp_last,
        row.setup_hash,
        row.setup_until,
        row.failures,
        row.blocked_until,
        row.disabled_at,
    )


def plain_name(name: str) -> str:
    """Return a log-in name as it is kept."""
    return name.strip().lower()


def add_account(
    connection: Connection,
    now: datetime,
    name: str,
    shown: str,
    roles: frozenset[Role],
    outlet: str,
) -> str:
    """Make an account; return its set-up code. Raises AccountError."""
    plain = plain_name(name)
    if not (plain.isascii() and plain.isalnum() and len(plain) <= NAME_MAX):
        raise AccountError(AccountFault.NAME)
    if not roles:
        raise AccountError(AccountFault.NO_ROLE)
    if Role.CLERK in roles and not outlet:
        raise AccountError(AccountFault.NO_OUTLET)
    if find_account(connection, plain) is not None:
        raise AccountError(AccountFault.TAKEN)
    code = new_setup_code()
    row = {
        "name": plain,
        "shown": shown or plain,
        "roles": roles_text(roles),
        "outlet": outlet,
        "password_hash": "",
        "totp_secret": "",
        "totp_last": 0,
        "setup_hash": hash_of(code),
        "setup_until": stamp(now + SETUP_LASTS),
        "failures": 0,
        "blocked_until": "",
        "disabled_at": "",
        "made_at": stamp(now),
    }
    connection.execute(insert(web_accounts).values(row))
    return code


def reset_account(connection: Connection, now: datetime, name: str) -> str:
    """End her password, second factor and log-ins; return a new set-up code.

    Raises AccountError.
    """
    account = _known(connection, name)
    code = new_setup_code()
    _set(
        connection,
        account.id,
        password_hash="",
        totp_secret="",
        totp_last=0,
        setup_hash=hash_of(code),
        setup_until=stamp(now + SETUP_LASTS),
        failures=0,
        blocked_until="",
        disabled_at="",
    )
    end_sessions(connection, account.id)
    return code


def disable_account(connection: Connection, now: datetime, name: str) -> None:
    """End an account and its log-ins; what it did stays in the books. Raises AccountError."""
    account = _known(connection, name)
    if not account.disabled_at:
        _set(connection, account.id, disabled_at=stamp(now), setup_hash=_NO_SETUP)
    end_sessions(connection, account.id)


def end_sessions(connection: Connection, account_id: int) -> None:
    """Log her out everywhere."""
    connection.execute(delete(web_sessions).where(web_sessions.c.account_id == account_id))


def setting_up(connection: Connection, now: datetime, name: str, code: str) -> Account | None:
    """Return the account that a set-up code opens; None for a wrong, used or old one."""
    account = find_account(connection, name)
    if account is None or not account.setup_hash or account.disabled_at:
        return None
    right = secrets.compare_digest(account.setup_hash, hash_of(code))
    return account if right and stamp(now) < account.setup_until else None


def secret_for(connection: Connection, account: Account) -> str:
    """Return the secret of the second factor that she is to take over; the same until set up."""
    if account.totp_secret:
        return account.totp_secret
    secret = pyotp.random_base32()
    _set(connection, account.id, totp_secret=secret)
    return secret


def finish_setup(
    connection: Connection, account: Account, password_hash: str, totp_step: int
) -> None:
    """Keep what she chose; the set-up code is used up."""
    _set(
        connection,
        account.id,
        password_hash=password_hash,
        totp_last=totp_step,
        setup_hash=_NO_SETUP,
        failures=0,
        blocked_until="",
    )


def note_success(connection: Connection, account: Account, totp_step: int) -> bool:
    """Take the second factor's code once; return False where it was taken before."""
    fresh = (_table.id == account.id) & (_table.totp_last < totp_step)
    values = {"totp_last": totp_step, "failures": 0, "blocked_until": ""}
    return connection.execute(update(web_accounts).where(fresh).values(values)).rowcount == 1


def note_failure(connection: Connection, account_id: int, blocked_until: str) -> None:
    """Count a wrong log-in."""
    own = update(web_accounts).where(_table.id == account_id)
    values = {"failures": _table.failures + 1, "blocked_until": blocked_until}
    connection.execute(own.values(values))


def keep_hash(connection: Connection, account_id: int, password_hash: str) -> None:
    """Keep the password's hash by newer parameters."""
    _set(connection, account_id, password_hash=password_hash)


def new_setup_code() -> str:
    """Return 80 random bits as four groups of letters and digits."""
    text = b32encode(secrets.token_bytes(SETUP_BYTES)).decode("ascii")
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def hash_of(code: str) -> bytes:
    """Return what is kept of a code: it has 80 bits, so a plain hash hides it."""
    plain = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def _known(connection: Connection, name: str) -> Account:
    account = find_account(connection, name)
    if account is None:
        raise AccountError(AccountFault.UNKNOWN)
    return account


def _set(connection: Connection, account_id: int, **values: object) -> None:
    connection.execute(update(web_accounts).where(_table.id == account_id).values(values))
