"""Make the keyboard's tables from open packages: ``python tools/pinyin/tables.py FOLDER``.

FOLDER holds what was unpacked there beforehand; nothing is fetched. The results are kept in
``kioskd/pinyin/data`` with a NOTICE of where they come from; the kiosk needs none of the sources.

====================  =======  ============================================================
folder                licence  what is taken
====================  =======  ============================================================
pypinyin (0.55)       MIT      readings of characters and of words
jieba (0.42)          MIT      how often words and characters are used
ngender (0.1)         MIT      how often a character stands in a given name
china-division (2.7)  WTFPL    names of districts, streets, towns; roads named by communities
====================  =======  ============================================================
"""

import csv
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "kioskd" / "pinyin" / "data"
ALL_USES = 6e7
"""How many words jieba's frequencies were counted on."""
SERVICE_USES, ADDRESS_USES, AREA_USES = 30_000, 12_000, 4_000
STREET_USES, ROAD_USES, STEM_USES, PLACE_TIMES = 150, 120, 50, 3
WORDS_MAX, STEMS_MIN, LANDMARKS_MIN, ROADS_MIN, STREETS_MIN = 50_000, 6, 2, 1, 3
PLACE_USES_MIN = 10
INITIALS_EACH, INITIALS_MAX = 6, 6
RARE_COST = "u"
"""Of a character that few but names have: after all in use, before those that nobody uses."""
NO_CITIES = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
HAN = re.compile("[\u4e00-\u9fff]+")
ROAD = re.compile(".{1,5}(路|街|巷|大道|大街|胡同)$")
ROAD_END = re.compile("[东西南北中]?(路|街|大道|大街)$")
LANDMARK = re.compile(".{1,2}[门桥寺庙山湖湾园营坊口岗塘塔宫亭洲]$")
COMMUNITY = re.compile("(.+?)社区(居民委员会|居委会)?$")
Uses = dict[str, float]
Reading = Callable[[str], tuple[str, ...]]


def main(folder: Path) -> None:
    """Read the sources in ``folder`` and write all tables."""
    sys.path.insert(0, str(folder))
    from pypinyin import lazy_pinyin, pinyin_dict  # noqa: PLC0415  # only this tool has it

    def reading(word: str) -> tuple[str, ...]:
        return tuple(map(plain, lazy_pinyin(word, errors="ignore")))

    sections, told = read_phrases(HERE / "phrases.txt")

    def known(word: str) -> tuple[str, ...]:
        return told[word] if word in told else reading(word)

    words, places, characters = read_jieba(folder / "jieba" / "dict.txt")
    own = own_phrases(sections, folder / "china-division", places)
    phrases, common = by_key(own, known), by_key(most_used(words, own), reading)
    write(DATA / "phrases.tsv", phrases)
    write(DATA / "words.tsv", common)
    write(DATA / "initials.tsv", by_initials(phrases, common))
    rare = [(word, known(word)) for word in sections["rare"]]
    write(DATA / "chars.tsv", by_syllable(pinyin_dict.pinyin_dict, characters, rare))
    lines = name_lines(sections, known, folder / "ngender" / "charfreq.csv")
    (DATA / "names.tsv").write_text("".join(lines), encoding="utf-8")


def plain(syllable: str) -> str:
    """Return a syllable as it is typed: v for u umlaut, but lue and nue."""
    return syllable.replace("\u00fc", "v").replace("lve", "lue").replace("nve", "nue")


def read_phrases(file: Path) -> tuple[dict[str, list[str]], dict[str, tuple[str, ...]]]:
    """Return the words of each section, and the readings that were written down."""
    sections: dict[str, list[str]] = defaultdict(list)
    told: dict[str, tuple[str, ...]] = {}
    section = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            for entry in line.split():
                word, _, key = entry.partition("=")
                sections[section].append(word)
                if key:
                    told[word] = tuple(key.split("'"))
    return sections, told


def read_jieba(file: Path) -> tuple[Uses, Uses, Uses]:
    """Return uses of words (without people's names), of places, and of single characters."""
    words, places, characters = {}, {}, Counter[str]()
    for line in file.read_text(encoding="utf-8").splitlines():
        word, uses, kind = line.split()
        if not HAN.fullmatch(word):
            continue
        for character in word:
            characters[character] += int(uses)
        if 2 <= len(word) <= 4 and not kind.startswith("nr"):
            words[word] = float(uses)
            if kind == "ns" and int(uses) >= PLACE_USES_MIN:
                places[word] = float(uses)
    return words, places, dict(characters)


def own_phrases(sections: dict[str, list[str]], division: Path, places: Uses) -> Uses:
    """Return the phrases that come before any dictionary, with a weight as if counted."""
    uses: Counter[str] = Counter()
    for name, count in places.items():
        uses[name] += PLACE_TIMES * round(count)
    for level in ("areas", "cities"):
        for name in names_in(division / f"{level}.csv"):
            uses[name] += AREA_USES if len(name) > 1 else 0
    for name in cities_with_areas(division):
        uses[name] += AREA_USES
    streets = Counter(names_in(division / "streets.csv"))
    uses.update({n: STREET_USES * c for n, c in streets.items() if is_street(n, c)})
    for word, weight in roads(names_in(division / "villages.csv")):
        uses[word] += weight
    for section, weight in (("service", SERVICE_USES), ("address", ADDRESS_USES)):
        for word in sections[section]:
            uses[word] = max(uses[word], weight)
    for name in NO_CITIES:
        uses.pop(name, None)
    return {word: float(count) for word, count in uses.items() if HAN.fullmatch(word)}


def is_street(name: str, count: int) -> bool:
    """Tell whether a street office or town is worth knowing: short, and more than one has it."""
    return count >= STREETS_MIN and 3 <= len(name) <= 6


def cities_with_areas(division: Path) -> Iterator[str]:
    """Yield each district behind its city, and each city behind its province."""
    names = {
        row["code"]: row["name"]
        for level in ("provinces", "cities", "areas")
        for row in rows_of(division / f"{level}.csv")
    }
    for code, name in names.items():
        above = names.get(code[:4] if len(code) == 6 else code[:2], "")
        if above in NO_CITIES:  # districts of Beijing, Shanghai, Tianjin, Chongqing
            above = names[code[:2]]
        if len(code) > 2 and name not in NO_CITIES:
            yield above + name


def names_in(file: Path) -> Iterable[str]:
    """Return the names of one of china-division's files."""
    return (row["name"] for row in rows_of(file))


def rows_of(file: Path) -> list[dict[str, str]]:
    """Return the rows of a file with a heading."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def roads(names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield roads, and stems of place names, that urban communities are called after."""
    stems: Counter[str] = Counter()
    for name in names:
        found = COMMUNITY.match(name)
        if found and HAN.fullmatch(found[1]):
            stems[found[1]] += 1
    called_after: Counter[str] = Counter()
    for stem, count in stems.items():
        enough = LANDMARKS_MIN if LANDMARK.match(stem) else STEMS_MIN
        if ROAD.match(stem) and count >= ROADS_MIN:
            yield stem, ROAD_USES * count
            called_after[ROAD_END.sub("", stem)] += count
        elif 2 <= len(stem) <= 3 and count >= enough:
            yield stem, STEM_USES * count
    yield from ((stem, STEM_USES * count) for stem, count in called_after.items() if len(stem) > 1)


def most_used(words: Uses, own: Uses) -> Uses:
    """Return the most used words that are no phrases of our own."""
    ranked = sorted((word for word in words if word not in own), key=lambda word: -words[word])
    return {word: words[word] for word in ranked[:WORDS_MAX]}


def cost(uses: float) -> str:
    """Return the cost of a use as one printable character: five steps for each factor of e."""
    steps = round(-5 * math.log(max(uses, 1) / ALL_USES))
    return chr(33 + min(93, max(0, steps)))


Table = dict[str, list[tuple[str, str]]]
"""Key -> words, each with its cost; the cheapest first."""


def by_key(uses: Uses, reading: Reading) -> Table:
    """Return the words by their syllables, which stand apart by spaces."""
    table: Table = defaultdict(list)
    for word, count in uses.items():
        syllables = reading(word)
        if len(syllables) == len(word):
            table[" ".join(syllables)].append((word, cost(count)))
    return sorted_table(table)


def by_initials(*tables: Table) -> Table:
    """Return the cheapest words by the first letters of their syllables."""
    found: Table = defaultdict(list)
    for table in tables:
        for key, entries in table.items():
            initials = "".join(syllable[0] for syllable in key.split())
            if 2 <= len(initials) <= INITIALS_MAX:
                found[initials] += entries
    return {key: entries[:INITIALS_EACH] for key, entries in sorted_table(found).items()}


def by_syllable(
    readings: dict[int, str], uses: Uses, rare: list[tuple[str, tuple[str, ...]]]
) -> Table:
    """Return every character by each of its readings; rare ones of names before the unused."""
    from pypinyin import Style  # noqa: PLC0415  # only this tool has it
    from pypinyin.style import convert  # noqa: PLC0415

    table: Table = defaultdict(list)
    for code, sounds in readings.items():
        spelt = {convert(sound, Style.NORMAL, strict=False) for sound in sounds.split(",")}
        for rank, syllable in enumerate(sorted(spelt, key=lambda s: sounds.find(s[:1]))):
            if code >= 0x3400 and plain(syllable).isascii():
                count = uses.get(chr(code), 0) / (1 + 9 * rank)
                table[plain(syllable)].append((chr(code), cost(count)))
    for character, syllables in rare:
        before = [one for one in table[syllables[0]] if one[0] != character]
        table[syllables[0]] = [*before, (character, RARE_COST)]
    return sorted_table(table)


def sorted_table(table: Table) -> Table:
    """Return the table in order of keys; of one key the cheapest first, then by code point."""
    return {key: sorted(set(table[key]), key=lambda one: (one[1], one[0])) for key in sorted(table)}


def write(file: Path, table: Table) -> None:
    """Write one key a line: key, tab, then each word with its cost behind it."""
    lines = (f"{key}\t{''.join(w + c for w, c in entries)}\n" for key, entries in table.items())
    file.write_bytes("".join(lines).encode("utf-8"))


def name_lines(sections: dict[str, list[str]], reading: Reading, counts: Path) -> Iterator[str]:
    """Yield surnames by rank, then given names by rank, each with its syllables."""
    for surname in dict.fromkeys(sections["surname"]):
        yield f"surname\t{' '.join(reading(surname))}\t{surname}\n"
    given = dict.fromkeys(word for word in sections["given"] if len(word) == 2)
    for word in given:
        yield f"given\t{' '.join(reading(word))}\t{word}\n"
    singles = dict.fromkeys(word for word in sections["given"] if len(word) == 1)
    ranked = sorted(rows_of(counts), key=lambda row: -int(row["male"]) - int(row["female"]))
    singles |= dict.fromkeys(row["char"] for row in ranked[:1200] if HAN.fullmatch(row["char"]))
    for character in sections["rare"]:
        yield f"rare\t{' '.join(reading(character))}\t{character}\n"
    for character in singles:
        yield f"part\t{' '.join(reading(character))}\t{character}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
