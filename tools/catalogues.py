"""The catalogues of words: gettext ``.po`` under ``kioskd/locale``, one ``.mo`` a language.

Every message's ``msgid`` is a stable key, ``home.end``. Chinese is the source: its files say which
keys there are. In the other languages each message carries the Chinese it was translated from as
an extracted comment (``#.``); once the source says something else, the translation is fuzzy, is not
compiled, and the kiosk shows the source until somebody has looked at it.

``python tools/catalogues.py compile`` writes the ``.mo`` files that are older than their sources,
``update`` brings new, changed and removed keys of the source into the other languages.
"""

import io
import itertools
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

LOCALE = Path(__file__).resolve().parent.parent / "kioskd" / "locale"
SOURCE = "zh_CN"
DOMAIN = "kioskd"
UNDATED = datetime.fromtimestamp(0, UTC)
"""The same words make the same bytes, whenever they are compiled."""


class CatalogueError(Exception):
    """A catalogue that cannot be used: which file, which key, why."""


@dataclass(frozen=True, slots=True)
class Area:
    """One ``.po``: the words of one area in one language."""

    file: Path
    catalog: Catalog

    @property
    def messages(self) -> Iterator[Message]:
        """All messages but the header, in the order of the file."""
        return (message for message in self.catalog if message.id)


def key_of(message: Message) -> str:
    """Return the key, which of a message with plural forms is both its ids."""
    return message.id if isinstance(message.id, str) else message.id[0]


def forms_of(message: Message) -> tuple[str, ...]:
    """Return the text, or the text of each plural form. Empty texts are not translated yet."""
    text = message.string
    return (text,) if isinstance(text, str) else tuple(text or ())


def areas(language: str, locale: Path = LOCALE) -> list[Area]:
    """Read every ``.po`` of ``language``. Raises CatalogueError: broken, or a key twice."""
    files = sorted((locale / language).glob("*.po"))
    if not files:
        raise CatalogueError(f"{language}: no catalogue")
    found = [Area(file, _read(file, language)) for file in files]
    homes: dict[str, Path] = {}
    for area in found:
        for message in area.messages:
            home = homes.setdefault(key_of(message), area.file)
            if home != area.file:
                raise CatalogueError(f"{area.file.name}: {key_of(message)} is in {home.name} too")
    return found


def _read(file: Path, language: str) -> Catalog:
    keys = [line for line in file.read_text(encoding="utf-8").splitlines() if _is_key(line)]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise CatalogueError(f"{file.name}: twice: {', '.join(sorted(twice))}")
    try:
        return read_po(io.BytesIO(file.read_bytes()), locale=language, abort_invalid=True)
    except PoFileError as broken:
        raise CatalogueError(f"{language}/{file.name}: {broken}") from broken


def _is_key(line: str) -> bool:
    return line.startswith("msgid ") and line != 'msgid ""'


def messages(language: str, locale: Path = LOCALE) -> dict[str, Message]:
    """Return every message of ``language`` by key. Raises CatalogueError."""
    return {key_of(m): m for area in areas(language, locale) for m in area.messages}


def languages(locale: Path = LOCALE) -> list[str]:
    """Return every language that has a folder, the source first."""
    others = (folder.name for folder in locale.iterdir() if folder.is_dir())
    return [SOURCE, *sorted(name for name in others if name != SOURCE)]


def compile_all(locale: Path = LOCALE) -> list[Path]:
    """Write the ``.mo`` of each language whose sources are newer. Returns those written.

    Raises CatalogueError.
    """
    return [mo for language in languages(locale) if (mo := _compile(language, locale))]


def _compile(language: str, locale: Path) -> Path | None:
    sources = list((locale / language).glob("*.po"))
    mo = locale / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    newest = max((file.stat().st_mtime_ns for file in [*sources, locale / language]), default=0)
    if mo.exists() and mo.stat().st_mtime_ns > newest:
        return None
    whole = Catalog(locale=language, fuzzy=False, creation_date=UNDATED, revision_date=UNDATED)
    for message in messages(language, locale).values():
        whole[message.id] = message
    mo.parent.mkdir(exist_ok=True)
    # Written aside and renamed: a test run beside this one never reads half a file.
    aside = mo.with_name(f"{mo.name}.{os.getpid()}")
    with aside.open("wb") as file:
        write_mo(file, whole)
    aside.replace(mo)
    return mo


def update_all(locale: Path = LOCALE) -> list[str]:
    """Bring the source's keys into the others. Returns ``en: home.end`` of what to look at.

    Raises CatalogueError.
    """
    source = areas(SOURCE, locale)
    to_do = []
    for language in languages(locale)[1:]:
        known = messages(language, locale)
        for stale in {file.name for file in (locale / language).glob("*.po")} - {
            area.file.name for area in source
        }:
            (locale / language / stale).unlink()
        for area in source:
            file = locale / language / area.file.name
            target = Catalog(locale=language, header_comment=_about(file))
            for message in area.messages:
                _add_translation(target, message, known.get(key_of(message)))
            write(file, target)
            to_do += [f"{language}: {key_of(m)}" for m in Area(file, target).messages if m.fuzzy]
    return to_do


def _about(file: Path) -> str:
    """Return the comment that a file begins with."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else [f"# {file.stem}"]
    return "\n".join(itertools.takewhile(lambda line: line.startswith("#"), lines))


def _add_translation(target: Catalog, source: Message, known: Message | None) -> None:
    """Add ``source`` with what was known of it; fuzzy where the source has changed since."""
    said = source_comment(source)
    kept = known if known is not None and known.id == source.id else None
    fresh = kept is not None and not kept.fuzzy and tuple(kept.auto_comments) == said
    target.add(
        source.id,
        kept.string if kept else None,
        auto_comments=said,
        user_comments=kept.user_comments if kept else (),
        flags=() if fresh else ("fuzzy",),
    )


def source_comment(source: Message) -> tuple[str, ...]:
    """Return what the source says, as the comment that stands at its translations."""
    return tuple(line.strip() for form in forms_of(source) for line in form.split("\n"))


def write(file: Path, catalog: Catalog) -> None:
    """Write a ``.po`` as translators' tools do; no line is wrapped and no date is kept.

    So a change of words is a change of one line.
    """
    body = io.BytesIO()
    write_po(body, catalog, width=0, omit_header=True)
    header = HEADER.format(
        about=catalog.header_comment, language=catalog.locale, plural=catalog.plural_forms
    )
    file.write_bytes(header.encode() + body.getvalue())


HEADER = """{about}
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def main(arguments: list[str]) -> int:
    """Run ``compile`` or ``update``; returns 1 if anything is left to translate."""
    if arguments == ["compile"]:
        compile_all()
        return 0
    if arguments == ["update"]:
        to_do = update_all()
        sys.stdout.writelines(f"to translate: {key}\n" for key in to_do)
        compile_all()
        return 1 if to_do else 0
    sys.stderr.write("usage: catalogues.py compile|update\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
