"""``python -m tests.goldens.page OUT [MODE...]``: every picture on one page, and what changed.

The page needs no network and no library. A picture that is not as recorded has the recorded
thumbnail and the difference beside it.
"""

import html
import json
import sys
from collections import Counter
from pathlib import Path

import pygame

from tests.goldens import thumbs
from tests.goldens.gallery import MODES, PLACES, VARIANTS, Drawn, pictures
from tests.goldens.rules import RULES

WIDTH = 480
"""Of a picture on the page, in pixels."""
HEAD = """<!doctype html><meta charset="utf-8"><title>kioskd: every screen</title><style>
body{font:16px sans-serif;margin:1rem;background:#f3f6fa;color:#14202e}
form{display:flex;gap:1rem;flex-wrap:wrap;position:sticky;top:0;background:#f3f6fa;padding:.5rem 0}
main{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;background:#fff;border:2px solid #d8e0ea;
padding:.5rem;max-width:480px}figure.changed{border-color:#a13a00}img{max-width:100%;display:block}
figcaption{padding-top:.5rem}.off{display:none}</style><h1>Every screen</h1>"""
SCRIPT = """<script>
const pictures=PICTURES, form=document.querySelector('form'), main=document.querySelector('main');
const values=name=>[...new Set(pictures.map(p=>p[name]))].sort();
for(const name of ['screen','language','mode','panel','state']){
 const label=document.createElement('label'), select=document.createElement('select');
 select.name=name; select.append(new Option('all',''));
 for(const value of values(name)) select.append(new Option(value,value));
 label.append(name+' ',select); form.append(label);}
const count=document.createElement('output'); form.append(count);
function show(){const wanted=new FormData(form); main.textContent=''; let shown=0;
 for(const p of pictures){let fits=true;
  for(const [name,value] of wanted) if(value && p[name]!==value) fits=false;
  if(!fits) continue; shown++; if(shown>300) continue;
  const figure=document.createElement('figure'); figure.className=p.state; figure.tabIndex=0;
  for(const file of p.files){const image=new Image(); image.loading='lazy'; image.src=file;
   image.alt=p.name+', '+p.language+', '+p.mode+', '+p.panel+' inch'; figure.append(image);}
  const text=document.createElement('figcaption');
  text.textContent=[p.name,p.language,p.mode,p.panel+' inch',p.letters,p.state].join(' · ');
  figure.append(text); main.append(figure);}
 count.textContent=shown+' pictures'+(shown>300?', the first 300 shown':'');}
form.addEventListener('change',show);
form.mode.value='standard'; form.panel.value='10'; form.language.value='zh_CN'; show();
</script>"""


def main(out: str, *modes: str) -> None:
    """Draw the modes (all, if none are named) into ``out`` and write its ``index.html``."""
    folder, entries = Path(out), []
    broken: Counter[tuple[str, str]] = Counter()
    folder.mkdir(parents=True, exist_ok=True)
    for place in PLACES:
        for drawn in pictures(*place, modes or MODES):
            entries.append(_entry(folder, drawn))
            for name, rule in RULES.items():
                broken[drawn.screen, name] += len(list(rule(drawn)))
    script = SCRIPT.replace("PICTURES", json.dumps(entries, ensure_ascii=False))
    table = _table(broken, Counter(str(entry["screen"]) for entry in entries))
    page = f"{HEAD}<form></form>{table}<main></main>{script}"
    (folder / "index.html").write_text(page, encoding="utf-8")
    changed = sum(entry["state"] != "as recorded" for entry in entries)
    print(f"{len(entries)} pictures, {changed} not as recorded: {folder}/index.html")
    for name in RULES:
        count = sum(found for (_, rule), found in broken.items() if rule == name)
        print(f"  {name:9} {len(entries)} pictures checked, {count} violations")


def _entry(folder: Path, drawn: Drawn) -> dict[str, object]:
    variant = drawn.variant
    stem = f"{drawn.name}-{variant}"
    high = drawn.surface.get_height() * WIDTH // drawn.surface.get_width()
    pygame.image.save(
        pygame.transform.smoothscale(drawn.surface, (WIDTH, high)), folder / f"{stem}.jpg"
    )
    files, before = [f"{stem}.jpg"], thumbs.recorded(drawn.name, variant)
    state = "as recorded" if _is_recorded(drawn) else "changed"
    if state == "changed" and before is not None:
        _save_difference(folder / f"{stem}-was.png", before, thumbs.thumbnail(drawn.surface))
        files.append(f"{stem}-was.png")
    return {
        "name": drawn.name,
        "screen": drawn.screen,
        "language": variant.language,
        "mode": variant.mode,
        "panel": variant.panel,
        "letters": f"letters {drawn.canvas.letters_percent} %",
        "state": state if before is not None else "never recorded",
        "files": files,
    }


def _is_recorded(drawn: Drawn) -> bool:
    line = thumbs.checksums()[1].get(drawn.name)
    return bool(line) and line[VARIANTS.index(drawn.variant)] == drawn.digest


def _save_difference(file: Path, before: bytes, now: bytes) -> None:
    """Write what was recorded, and beside it in red where the picture differs."""
    whole = pygame.Surface((2 * thumbs.TILE_W, thumbs.TILE_H))
    for at, (old, new) in enumerate(zip(before, now, strict=True)):
        y, x = divmod(at, thumbs.TILE_W)
        grey = old * 255 // (thumbs.LEVELS - 1)
        whole.set_at((x, y), (grey, grey, grey))
        off = min(255, abs(old - new) * 64)
        whole.set_at((x + thumbs.TILE_W, y), (255, 255 - off, 255 - off))
    pygame.image.save(pygame.transform.scale(whole, (WIDTH, WIDTH // 3)), file)


def _table(broken: Counter[tuple[str, str]], checked: Counter[str]) -> str:
    """Return the rules as a table: a row a screen, how many pictures, violations of each rule."""
    head = "".join(f"<th>{html.escape(rule)}" for rule in RULES)
    rows = "".join(
        f"<tr><td>{html.escape(screen)}<td>{checked[screen]}"
        + "".join(f"<td>{broken[screen, rule]}" for rule in RULES)
        for screen in sorted(checked)
    )
    table = f"<table><tr><th>screen<th>pictures{head}{rows}</table>"
    return f"<details><summary>Violations by screen and rule</summary>{table}</details>"


if __name__ == "__main__":
    unknown = set(sys.argv[2:]) - MODES.keys()
    if unknown:
        sys.exit(f"no mode {', '.join(unknown)}; there are {', '.join(MODES)}")
    main(*sys.argv[1:])
