"""Log-ins of staff over HTTP: both factors, their limits, roles, and that forms are ours."""

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from kiosk_central.cli import main
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.web import web_accounts, web_acts, web_sessions
from kiosk_central.web.accounts import add_account, disable_account, reset_account
from kiosk_central.web.roles import Role
from tests.patience import PATIENCE_S
from tests.web.staff import NOW, OUTLET, Served, Staff, token_of


@pytest.fixture
def staff(served: Served) -> Staff:
    """A clerk who has set up her account and logged out again half a minute ago."""
    made = Staff("wangfang", new_account(served, "wangfang"))
    served.sign_in(made)
    served.pass_time(seconds=60)
    return made


def new_account(served: Served, name: str, *roles: Role) -> str:
    engine = open_engine(served.db)
    wanted = frozenset(roles or {Role.CLERK})
    return write(engine, lambda at: add_account(at, NOW, name, "王芳", wanted, OUTLET))


def acts(served: Served) -> list[str]:
    query = select(web_acts.c.act).order_by(web_acts.c.id)
    return read(open_engine(served.db), lambda at: list(at.execute(query).scalars()))


def test_nothing_is_seen_without_a_log_in(served: Served) -> None:
    """Pages lead to the log-in and back to what was wanted; htmx is told to go there too."""
    answer = served.get("/desk?x=1")
    assert answer.headers["Location"] == "/desk/login?next=%2Fdesk%3Fx%3D1"
    part = served.session.get(
        served.url + "/desk", headers={"HX-Request": "true"}, timeout=PATIENCE_S
    )
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/desk/login")


def test_an_account_is_set_up_once_with_its_code(served: Served) -> None:
    """The code makes password and second factor hers, and then opens nothing any more."""
    code = new_account(served, "lina")
    staff = Staff("lina", code.lower().replace("-", " "))
    assert served.get("/desk", served.sign_in(staff)).status_code == 200
    again = served.post("/desk/setup", {"name": "lina", "setup_code": code})
    assert again.status_code == 403 and "已使用" in again.text
    assert acts(served) == ["account.set-up"]


def test_a_set_up_code_lasts_a_day(served: Served) -> None:
    """A slip of paper found tomorrow evening opens nothing."""
    code = new_account(served, "lina")
    served.pass_time(hours=24)
    assert served.post("/desk/setup", {"name": "lina", "setup_code": code}).status_code == 403


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"password": "short", "again": "short"}, "12 到 128"),
        ({"password": "aaaaaaaaaaaab", "again": "aaaaaaaaaaaab"}, "不同的字符"),
        ({"password": "my lina is here", "again": "my lina is here"}, "登录名"),
        ({"again": "another one 99"}, "两次"),
        ({"code": "000000"}, "动态码不正确"),
    ],
)
def test_a_weak_choice_is_refused_in_words(
    served: Served, other: dict[str, str], words: str
) -> None:
    """The page says what is wrong, keeps the secret of the telephone, and the code stays good."""
    staff = Staff("lina", new_account(served, "lina"))
    served.take_secret(staff)
    fields = {"name": "lina", "setup_code": staff.setup_code, "password": staff.password}
    fields |= {"again": staff.password, "code": staff.code(served.now)} | other
    answer = served.post("/desk/setup", fields)
    assert answer.status_code == 403 and words in answer.text and staff.secret in answer.text
    assert served.sign_in(staff)


def test_both_factors_are_asked_at_every_log_in(served: Served, staff: Staff) -> None:
    """The right three let her in; one wrong does not, and the answer does not say which."""
    token = token_of(served.log_in(staff))
    assert served.get("/desk", token).status_code == 200
    served.pass_time(seconds=60)
    said = set()
    for wrong in ({"password": "x"}, {"code": "123"}, {"name": "nobody"}):
        answer = served.log_in(staff, **wrong)
        assert answer.status_code == 403 and "Set-Cookie" not in answer.headers
        said |= set(re.findall(r'role="alert">([^<]+)<', answer.text))
    assert len(said) == 1


def test_a_code_of_the_second_factor_is_good_once(served: Served, staff: Staff) -> None:
    """Who reads it over her shoulder comes too late, even within its half minute."""
    assert served.log_in(staff).status_code == 303
    assert served.log_in(staff).status_code == 403
    served.pass_time(seconds=30)
    assert served.log_in(staff).status_code == 303


def test_guessing_is_made_slow(served: Served, staff: Staff) -> None:
    """After five wrong ones in a row even the right one waits, longer each time."""
    for _ in range(5):
        assert served.log_in(staff, password="wrong").status_code == 403
    assert served.log_in(staff).status_code == 429
    served.pass_time(seconds=31)
    assert served.log_in(staff, password="wrong").status_code == 403
    served.pass_time(seconds=31)
    assert served.log_in(staff).status_code == 429
    served.pass_time(seconds=30)
    assert served.log_in(staff).status_code == 303
    assert acts(served).count("login.wrong") == 6


def test_one_address_may_not_try_many_names(served: Served) -> None:
    """Thirty tries in five minutes, whatever the names; later it may again."""
    wrong = {"name": "nobody", "setup_code": "AAAA-AAAA-AAAA-AAAA"}
    answers = [served.post("/desk/setup", wrong).status_code for _ in range(31)]
    assert answers == [403] * 30 + [429]
    served.pass_time(minutes=5)
    assert served.post("/desk/setup", wrong).status_code == 403


def test_a_log_in_ends_unused_and_in_any_case(served: Served, staff: Staff) -> None:
    """A quarter of an hour without use, or ten hours with it."""
    token = token_of(served.log_in(staff))
    served.pass_time(minutes=14)
    assert served.get("/desk", token).status_code == 200
    served.pass_time(minutes=16)
    assert served.get("/desk", token).status_code == 303
    token = token_of(served.log_in(staff))
    for _ in range(50):
        served.pass_time(minutes=12)
        assert served.get("/desk", token).status_code == 200
    served.pass_time(minutes=1)
    assert served.get("/desk", token).status_code == 303


def test_the_cookie_is_for_this_desk_alone(served: Served, staff: Staff) -> None:
    """No script reads it, no other site sends it, only HTTPS carries it; a hash is kept."""
    answer = served.log_in(staff)
    cookie = answer.headers["Set-Cookie"].lower()
    assert all(word in cookie for word in ("httponly", "secure", "samesite=strict", "path=/desk"))
    query = select(web_sessions.c.token_hash)
    kept = read(open_engine(served.db), lambda at: list(at.execute(query).scalars()))
    assert token_of(answer).encode() not in kept and all(len(one) == 32 for one in kept)


def form_token(served: Served, token: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', served.get("/desk", token).text)
    assert found is not None
    return found[1]


def test_leaving_ends_the_log_in(served: Served, staff: Staff) -> None:
    """The old cookie opens nothing any more."""
    token = token_of(served.log_in(staff))
    cookies = {"desk": token}
    left = served.post("/desk/logout", {"csrf": form_token(served, token)}, cookies=cookies)
    assert left.headers["Location"] == "/desk/login"
    assert served.get("/desk", token).status_code == 303


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"x": "1"}, {}, 403),
        ({"csrf": "guessed"}, {}, 403),
        ({"csrf": "right"}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({"csrf": "right"}, {"Content-Type": "text/plain"}, 400),
        ({"csrf": "right", "x": "\x00"}, {}, 400),
        ({"csrf": "right", "x": "y" * 2001}, {}, 400),
    ],
)
def test_a_form_that_no_page_of_ours_sent_does_nothing(
    served: Served,
    staff: Staff,
    fields: dict[str, str],
    headers: dict[str, str],
    status: int,
) -> None:
    """Another site's, a guessed one, and what is no form: refused, and she stays logged in."""
    token = token_of(served.log_in(staff))
    if fields.get("csrf") == "right":
        fields = fields | {"csrf": form_token(served, token)}
    answer = served.post("/desk/logout", fields, cookies={"desk": token}, headers=headers)
    assert answer.status_code == status
    assert served.get("/desk", token).status_code == 200


def test_another_site_cannot_log_her_in(served: Served, staff: Staff) -> None:
    """Not even with right words: she would work under a stranger's name."""
    fields = {"name": staff.name, "password": staff.password, "code": staff.code(served.now)}
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert served.post("/desk/login", fields, headers=headers).status_code == 403


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/r", "/desk-evil"])
def test_a_log_in_leads_only_to_pages_of_ours(served: Served, staff: Staff, where: str) -> None:
    """A link that was sent to her cannot lead her away."""
    fields = {"name": staff.name, "password": staff.password, "code": staff.code(served.now)}
    answer = served.session.post(
        served.url + "/desk/login",
        fields,
        params={"next": where},
        timeout=PATIENCE_S,
        allow_redirects=False,
    )
    assert answer.headers["Location"] == "/desk"


def test_who_is_disabled_or_reset_is_out_at_once(served: Served, staff: Staff) -> None:
    """Also where she is logged in; a reset gives a new code, and the old password is gone."""
    engine = open_engine(served.db)
    token = token_of(served.log_in(staff))
    write(engine, lambda at: disable_account(at, served.now, "wangfang"))
    assert served.get("/desk", token).status_code == 303
    served.pass_time(seconds=60)
    assert served.log_in(staff).status_code == 403
    staff.setup_code = write(engine, lambda at: reset_account(at, served.now, "wangfang"))
    assert served.log_in(staff).status_code == 403
    assert served.sign_in(staff)


def test_pages_let_nothing_in_from_elsewhere(served: Served) -> None:
    """Scripts and styles are our own files; nothing is kept, framed or sent on."""
    answer = served.get("/desk/login")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<style" not in answer.text and " style=" not in answer.text
    for address in re.findall(r'(?:href|src)="(/desk/static/[^"]+)"', answer.text):
        assert served.get(address).status_code == 200
    assert served.get("/desk/static/..%2Fpages.py").status_code == 404


def test_commands_make_list_and_end_accounts(served: Served) -> None:
    """``account add`` prints a set-up code and never a password; ``list`` tells who can log in."""

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["account", *words, "--db", served.db])
        assert done.exit_code == 0, done.output
        return done.output

    said = run("add", "Zhao", "--role", "auditor", "--role", "operator", "--shown", "赵")
    code = re.match(r"set-up code ((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}),", said)
    assert code is not None
    assert "zhao  auditor operator  -  not set up" in run("list")
    served.sign_in(Staff("zhao", code[1]))
    assert "ready" in run("list")
    assert run("disable", "zhao") == "zhao disabled\n"
    assert "disabled" in run("list", "--json")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "zhao", "--role", "clerk"), "belongs to an outlet"),
        (("add", "zhao li", "--role", "auditor"), "letters and digits"),
        (("reset", "nobody"), "no account of that name"),
    ],
)
def test_commands_say_why_not(served: Served, words: tuple[str, ...], said: str) -> None:
    """One line, and nothing is made."""
    done = CliRunner().invoke(main, ["account", *words, "--db", served.db])
    assert done.exit_code == 1 and said in done.output
    query = select(web_accounts.c.id)
    assert read(open_engine(served.db), lambda at: at.execute(query).all()) == []
