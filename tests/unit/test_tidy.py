"""The rules of the house that no linter knows; each failure names file and line."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("kioskd", "kiosk_central", "kiosk_bench", "tools", "image")
FILE_LINES, FUNCTION_LINES = 400, 70

BLIND_EXCEPT_ALLOWED = {
    "kioskd/supervise.py": "restarts whatever failed",
    "kiosk_central/store/writer.py": "hands whatever a job raised to the thread that waits for it",
}
PRINT_ALLOWED = {
    "kioskd/cli.py": "a command line",
    "kioskd/commands/": "a command line",
    "kiosk_central/commands/serve.py": "a command line",
    "kiosk_bench/": "a command line",
    "tools/": "command lines",
    "image/": "command lines",
}
MUTABLE_ALLOWED: dict[str, str] = {}
"""``file:NAME`` -> why a module of kioskd may hold something that changes."""

TEXT_SUFFIXES = {
    "",
    ".cfg",
    ".in",
    ".json",
    ".lock",
    ".md",
    ".polkit",
    ".py",
    ".rules",
    ".service",
    ".sh",
    ".sql",
    ".sysusers",
    ".tmpfiles",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
}
NOT_OURS = {"__pycache__", "build", "dist", "demo-out", "story-out"}
"""Folders that programs make; those with a leading dot are left out too (but for .ci)."""

# Written in parts, so that this file does not name what it forbids.
FORBIDDEN_TEXT = {
    "an index address": re.compile(
        "/" + r"simple/?(?=[\s\"')]|$)|py" + r"pi\.(?:org|python)|--[a-z-]*index" + "-url"
    ),
    "an absolute home path": re.compile(
        r"(?<![\w.])/(?:ho" + r"me|Users)/\w|(?<![\w.])/ro" + "ot/|(?<![\\w.])/wo" + "rk/"
    ),
    "an emoji": re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2705\u274c\u2728\ufe0f]"),
}

Finding = str


@dataclass(frozen=True)
class Source:
    """One Python file, parsed once."""

    name: str
    """Relative to the work tree, with slashes."""
    text: str
    tree: ast.Module

    def at(self, node: ast.AST, what: str) -> Finding:
        return f"{self.name}:{getattr(node, 'lineno', 1)}: {what}"


def _sources(*folders: str) -> list[Source]:
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    texts = [(file, file.read_text(encoding="utf-8")) for file in files]
    return [
        Source(file.relative_to(ROOT).as_posix(), text, ast.parse(text)) for file, text in texts
    ]


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return _sources(*PACKAGES)


def _exempt(name: str, exemptions: dict[str, str]) -> bool:
    return any(
        name == known or (known.endswith("/") and name.startswith(known)) for known in exemptions
    )


def _show(findings: list[Finding]) -> None:
    assert not findings, "\n" + "\n".join(findings)


def _long_files(source: Source) -> Iterator[Finding]:
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield f"{source.name}:{lines}: {lines} lines, at most {FILE_LINES}"


def _long_functions(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield source.at(node, f"{node.name} has {lines} lines, at most {FUNCTION_LINES}")


def _blind_excepts(source: Source) -> Iterator[Finding]:
    """Find what swallows any error; undoing something and raising it again swallows nothing."""
    blind = {"Exception", "BaseException"}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            names = {getattr(each, "id", None) for each in caught}
            goes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if (names & blind or None in caught) and not goes_on:
                yield source.at(node, "catches everything")


def _frozen_errors(source: Source) -> Iterator[Finding]:
    """Find exceptions that cannot be given a traceback, as whoever passes them on will do."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            bases = [getattr(base, "id", "") for base in node.bases]
            frozen = any("frozen=True" in ast.unparse(one) for one in node.decorator_list)
            if frozen and any(base.endswith(("Error", "Exception")) for base in bases):
                yield source.at(node, f"{node.name} is frozen")


def _prints(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            yield source.at(node, "prints; log an event")


def _module_state(source: Source) -> Iterator[Finding]:
    """Find what could hold one visitor's data until the next: mutable values of a module.

    An UPPER_CASE name or a ``Final`` is a table of data, which nothing in the package changes.
    """
    for node in source.tree.body:
        if isinstance(node, ast.Global):
            yield source.at(node, "global")
        elif isinstance(node, ast.Assign | ast.AnnAssign) and _is_mutable(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            final = isinstance(node, ast.AnnAssign) and "Final" in ast.unparse(node.annotation)
            for name in names:
                if not (
                    final
                    or name.isupper()
                    or name == "__all__"
                    or _exempt(f"{source.name}:{name}", MUTABLE_ALLOWED)
                ):
                    yield source.at(node, f"{name} is mutable state of a module")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Global):
            yield source.at(node, "changes a module's variable")


def _is_mutable(value: ast.expr | None) -> bool:
    literals = ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp
    makers = {"dict", "list", "set", "bytearray", "deque", "defaultdict", "Counter", "OrderedDict"}
    if isinstance(value, ast.Call):
        name = getattr(value.func, "id", getattr(value.func, "attr", ""))
        return name in makers
    return isinstance(value, literals)


def _wordless_tests(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and node.name.startswith("test") and not ast.get_docstring(node):
            yield source.at(node, f"{node.name} does not say what it pins")


def _our_files() -> Iterator[Path]:
    pending = [ROOT]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name != ".ci"
            if path.is_symlink() or hidden or path.name in NOT_OURS:
                continue
            if path.is_dir():
                pending.append(path)
            elif path.suffix in TEXT_SUFFIXES and path.name != "LICENSE":
                yield path


def _forbidden_text(name: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FORBIDDEN_TEXT.items():
            if pattern.search(line):
                yield f"{name}:{number}: {what}"


def test_files_fit_on_a_few_screens(sources: list[Source]) -> None:
    """No file of the programs has more than 400 lines."""
    _show([finding for source in sources for finding in _long_files(source)])


def test_functions_fit_on_a_screen(sources: list[Source]) -> None:
    """No function of the programs has more than 70 lines."""
    _show([finding for source in sources for finding in _long_functions(source)])


def test_only_the_supervisor_catches_everything(sources: list[Source]) -> None:
    """``except Exception`` stands only where whatever failed is really meant."""
    checked = [source for source in sources if not _exempt(source.name, BLIND_EXCEPT_ALLOWED)]
    _show([finding for source in checked for finding in _blind_excepts(source)])


def test_no_exception_is_frozen(sources: list[Source]) -> None:
    """Frameworks set an exception's traceback: one that is frozen fails in the middle of it."""
    _show([finding for source in sources for finding in _frozen_errors(source)])


def test_only_command_lines_print(sources: list[Source]) -> None:
    """Everything but a command line says what happened through kioskd.log."""
    checked = [source for source in sources if not _exempt(source.name, PRINT_ALLOWED)]
    _show([finding for source in checked for finding in _prints(source)])


def test_no_module_of_kioskd_holds_state() -> None:
    """State lives in the journal, in a flow's locals and on the health board, nowhere else."""
    _show([finding for source in _sources("kioskd") for finding in _module_state(source)])


def test_every_test_says_what_it_pins() -> None:
    """Every test has a docstring that names the behaviour it pins."""
    _show([finding for source in _sources("tests") for finding in _wordless_tests(source)])


def test_exemptions_are_still_needed(sources: list[Source]) -> None:
    """An exemption whose file is gone is taken off the list."""
    gone = [name for name in [*BLIND_EXCEPT_ALLOWED, *PRINT_ALLOWED] if not (ROOT / name).exists()]
    assert not gone


def test_tree_names_no_index_no_home_and_no_emoji() -> None:
    """No file names a package index or somebody's home folder, and none holds an emoji."""
    findings = []
    for path in _our_files():
        name = path.relative_to(ROOT).as_posix()
        findings += _forbidden_text(name, path.read_text(encoding="utf-8"))
    _show(findings)


@pytest.mark.parametrize(
    ("check", "code", "line"),
    [
        (_blind_excepts, "try:\n    pass\nexcept Exception:\n    pass\n", 3),
        (_blind_excepts, "try:\n    pass\nexcept (OSError, BaseException):\n    pass\n", 3),
        (_blind_excepts, "try:\n    pass\nexcept:\n    pass\n", 3),
        (_frozen_errors, "@dataclass(frozen=True)\nclass Bad(KioskError):\n    at: int\n", 2),
        (_prints, "def show():\n    print(1)\n", 2),
        (_module_state, "seen: list[str] = []\n", 1),
        (_module_state, "import collections\nlast = collections.deque()\n", 2),
        (_module_state, "def learn():\n    global who\n    who = 1\n", 2),
        (_long_functions, "def long():\n" + "    pass\n" * 70, 1),
        (_long_files, "pass\n" * 401, 401),
        (_wordless_tests, "class TestIt:\n    def test_it(self):\n        pass\n", 2),
    ],
)
def test_a_planted_offence_is_found(check: object, code: str, line: int) -> None:
    """Each check finds an offence planted for it, and says where."""
    assert callable(check)
    found = list(check(Source("planted.py", code, ast.parse(code))))
    assert [finding.split(":")[:2] for finding in found] == [["planted.py", str(line)]]


def test_tables_of_data_are_no_state() -> None:
    """Upper-case names and Final ones are constant tables."""
    code = "WORDS = {'a': 1}\nrules: Final = [1]\n"
    assert not list(_module_state(Source("planted.py", code, ast.parse(code))))


@pytest.mark.parametrize(
    "text",
    ["--index" + "-url x", "see /ho" + "me/ann/x", "in /ro" + "ot/x", "fine \U0001f600"],
)
def test_forbidden_text_is_found(text: str) -> None:
    """Text that names an index, a home or holds an emoji is found with its line."""
    assert len(list(_forbidden_text("planted.md", f"first\n{text}\n"))) == 1
