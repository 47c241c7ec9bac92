// The picture: what is in view is drawn anew, at most once a frame; one moves in it and points at it.

import {
  AHEAD, BEGINS, BINS, BOTTOM, breadth, crossing, figure, fitted, FOLLOWED_S, HIGH, HINT, insert, kind,
  LANES, LEFT, LISTED, LIVE_MS, lower, MAP, middle, NEAR, nice, node, OFF, ROW, same, seconds, shape,
  SHORTEST_S, SIGN, SPANS, telling, TOP, words,
} from "./timeline-signs.js";

export class Strip {
  constructor(parts, live) {
    Object.assign(this, parts);
    this.live = this.following = live;
    this.forget();
    this.from = 0;
    this.span = FOLLOWED_S;
    this.drawn = [];
    this.pointers = new Map();
    new ResizeObserver(() => this.redraw()).observe(this.svg);
    this.hear();
    this.read([]);
    if (live) setInterval(() => this.following && !document.hidden && this.redraw(), LIVE_MS);
  }

  forget() {
    this.lanes = Object.fromEntries(LANES.map(([id]) => [id, []]));
    this.all = [];
    this.picked = this.under = undefined;
    this.heard = performance.now();
  }

  /** Add entries. A new connection tells everything anew: returns whether this is its beginning. */
  take(entries) {
    if (!entries.length) return false;
    const anew = this.first !== undefined && same(entries[0], this.first);
    if (anew) this.forget();
    this.first ??= entries[0];
    for (const entry of entries) {
      insert(this.lanes[entry.lane] ?? [], entry);
      insert(this.all, entry);
    }
    this.heard = performance.now();
    if (!this.live) this.showAll();
    this.redraw();
    return anew;
  }

  get begin() { return this.all[0]?.at_s ?? 0; }
  get end() { return this.all.at(-1)?.at_s ?? 0; }
  get now() { return this.live ? this.end + (performance.now() - this.heard) / 1000 : this.end; }
  get wide() { return Math.max(60, this.svg.clientWidth - LEFT - 8); }
  x(at) { return LEFT + ((at - this.from) / this.span) * this.wide; }
  at(x) { return this.from + ((x - LEFT) / this.wide) * this.span; }

  // ---- moving

  zoom(factor, x = LEFT + this.wide * (this.following ? AHEAD : 0.5)) {
    const kept = this.at(x), longest = Math.max(FOLLOWED_S, this.now * 1.1);
    this.span = Math.min(longest, Math.max(SHORTEST_S, this.span * factor));
    this.from = kept - ((x - LEFT) / this.wide) * this.span;
    this.redraw();
  }

  pan(share) { this.moveTo(this.from + share * this.span); }

  moveTo(from) {
    this.follow(false);
    this.from = Math.min(this.now - this.span * 0.05, Math.max(this.begin - this.span * 0.5, from));
    this.redraw();
  }

  showAll() {
    this.follow(false);
    const whole = Math.max(SHORTEST_S, this.now - this.begin);
    this.from = this.begin - 0.02 * whole;
    this.span = whole * 1.06;
    this.redraw();
  }

  follow(on) {
    this.following = on;
    this.tools.querySelector('[data-do="now"]')?.setAttribute("aria-pressed", String(on));
  }

  goNow() {
    this.follow(true);
    this.redraw();
  }

  step(by) {
    const at = this.picked ? this.all.indexOf(this.picked) + by : this.all.findIndex((one) => one.at_s >= this.from);
    const entry = this.all[Math.min(this.all.length - 1, Math.max(0, at))];
    if (!entry) return;
    this.picked = entry;
    const x = this.x(entry.at_s);
    if (x < LEFT || x > LEFT + this.wide) this.moveTo(entry.at_s - this.span / 2);
    this.read([entry]);
    this.redraw();
  }

  hear() {
    const deeds = { in: () => this.zoom(0.5), out: () => this.zoom(2), all: () => this.showAll(), now: () => this.goNow() };
    this.tools.addEventListener("click", ({ target }) => deeds[target.dataset?.do]?.());
    const keys = { "+": deeds.in, "=": deeds.in, "-": deeds.out, Home: deeds.all, End: this.live ? deeds.now : deeds.all };
    this.svg.addEventListener("keydown", (event) => {
      const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (aside) event.shiftKey ? this.step(aside) : this.pan(aside * 0.15);
      else if (keys[event.key]) keys[event.key]();
      else return;
      event.preventDefault();
    });
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (sideways) this.pan((event.deltaX || event.deltaY) / this.wide);
      else this.zoom(Math.exp(event.deltaY * 0.0016), Math.max(LEFT, event.offsetX));
    }, { passive: false });
    this.hearPointers();
  }

  hearPointers() {
    const { svg } = this;
    svg.addEventListener("pointerdown", (event) => {
      this.pointers.set(event.pointerId, event.offsetX);
      svg.setPointerCapture(event.pointerId);
      this.moved = 0;
      this.onMap = event.offsetY > BOTTOM;
      if (this.onMap) this.moveTo(this.begin + ((event.offsetX - LEFT) / this.wide) * (this.now - this.begin) - this.span / 2);
    });
    svg.addEventListener("pointermove", (event) => {
      const before = this.pointers.get(event.pointerId);
      if (before === undefined) return this.hover(event.offsetX, event.offsetY);
      this.drag(event, before);
    });
    const up = (event) => {
      const pressed = this.pointers.delete(event.pointerId);
      if (pressed && this.moved < 4 && !this.onMap && event.type === "pointerup") this.pick(event.offsetX, event.offsetY);
    };
    for (const kind of ["pointerup", "pointercancel"]) svg.addEventListener(kind, up);
    svg.addEventListener("pointerleave", () => this.look(undefined));
  }

  drag(event, before) {
    const by = event.offsetX - before;
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    this.pointers.set(event.pointerId, event.offsetX);
    this.moved += Math.abs(by);
    if (others.length) {
      const apart = Math.abs(before - others[0]), now = Math.abs(event.offsetX - others[0]);
      if (apart > 8 && now > 8) this.zoom(apart / now, (event.offsetX + others[0]) / 2);
    } else if (this.onMap) this.moveTo(this.from + (by / this.wide) * (this.now - this.begin));
    else if (by) this.moveTo(this.from - (by / this.wide) * this.span);
  }

  // ---- looking

  found(x, y) {
    const lane = LANES[Math.floor((y - TOP) / HIGH)]?.[0];
    const near = this.drawn.filter((group) => group.lane === lane && x >= group.x0 - 7 && x <= group.x2);
    return near.sort((a, b) => b.x0 - a.x0)[0];
  }

  hover(x, y) {
    const group = this.found(x, y);
    this.svg.style.cursor = group ? "pointer" : "";
    this.look(group);
  }

  look(group) {
    if (group?.entries[0] === this.under?.entries[0]) return;
    this.under = group;
    this.read(group?.entries ?? (this.picked ? [this.picked] : []));
    this.redraw();
  }

  pick(x, y) {
    const group = this.found(x, y);
    this.picked = group?.entries.length === 1 ? group.entries[0] : undefined;
    if (group?.entries.length > 1) {
      const first = group.entries[0].at_s, last = group.entries.at(-1).at_s;
      this.span = Math.max(SHORTEST_S, (last - first) * 1.6);
      this.moveTo(first - this.span * 0.1);
    }
    this.read(group?.entries ?? []);
    this.redraw();
  }

  read(entries) {
    const lines = entries.slice(0, LISTED).map((entry) => this.line(entry, entries.length === 1));
    if (entries.length > LISTED) lines.push(node("p", {}, `and ${entries.length - LISTED} more: come closer`));
    this.reading.replaceChildren(...(lines.length ? lines : [node("p", { class: "tl-hint" }, HINT)]));
  }

  line(entry, alone) {
    const lane = this.lanes[entry.lane], before = lane[lane.indexOf(entry) - 1];
    const since = before ? ` (+${seconds(entry.at_s - before.at_s)})` : "";
    const detail = alone && entry.detail ? [node("code", {}, entry.detail)] : [];
    return node("p", { class: `tl-${entry.lane}` }, node("time", {}, seconds(entry.at_s) + since), node("b", {}, LANES[ROW[entry.lane]][1]),
      node("i", {}, SIGN[entry.direction]), node("span", {}, entry.text), ...detail);
  }

  // ---- drawing

  redraw() {
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = undefined;
      if (this.svg.clientWidth) this.draw();
    });
  }

  draw() {
    if (this.following) this.from = this.now - this.span * AHEAD;
    this.drawn = LANES.flatMap(([lane]) => this.groups(lane));
    const clip = shape("clipPath", { id: "tl-clip" }, shape("rect", { x: LEFT, y: 0, width: this.wide, height: BOTTOM }));
    const inside = shape("g", { "clip-path": "url(#tl-clip)" }, ...this.ruler(), ...this.dark(), ...this.lasting(), ...this.drawn.flatMap((group) => this.arrow(group)),
      ...this.drawn.flatMap((group) => this.mark(group)));
    this.svg.replaceChildren(clip, ...this.rows_(), inside, ...this.map());
  }

  /** What is in view of a lane, marks that touch put together. */
  groups(lane) {
    const entries = this.lanes[lane], groups = [];
    let at = lower(entries, this.from) - 1;
    if (!SPANS.has(lane) && lane !== "fault") at += 1;
    for (at = Math.max(0, at); at < entries.length && entries[at].at_s <= this.from + this.span; at++) {
      const x = this.x(entries[at].at_s), last = groups.at(-1);
      if (last && x - last.x1 < NEAR) {
        last.entries.push(entries[at]);
        last.x1 = x;
      } else groups.push({ lane, x0: x, x1: x, entries: [entries[at]] });
    }
    const end = this.x(this.now);
    groups.forEach((group, number) => {
      group.next = groups[number + 1]?.x0 ?? Math.max(group.x1 + 4, SPANS.has(lane) ? end : LEFT + this.wide);
      group.x2 = Math.min(group.next, Math.max(group.x1 + 8, group.x1 + 12 + breadth(words(group), lane)));
    });
    return groups;
  }

  rows_() {
    return LANES.flatMap(([lane, title], row) => {
      const y = TOP + row * HIGH, used = this.lanes[lane].length ? "" : " tl-unused";
      return [shape("rect", { class: `tl-row tl-${lane}`, x: 0, y, width: LEFT + this.wide, height: HIGH - 1 }),
        shape("text", { class: `tl-name tl-${lane}${used}`, x: 8, y: y + 19 }, title)];
    });
  }

  ruler() {
    const step = nice((this.span / this.wide) * 96), digits = Math.max(0, -Math.floor(Math.log10(step)));
    const marks = [];
    for (let at = Math.max(0, Math.ceil(this.from / step)) * step; at <= this.from + this.span; at += step) {
      const x = this.x(at);
      marks.push(shape("line", { class: "tl-tick", x1: x, x2: x, y1: 16, y2: BOTTOM }), shape("text", { class: "tl-time", x: x + 3, y: 14 }, seconds(at, digits)));
    }
    if (this.live) marks.push(shape("line", { class: "tl-now", x1: this.x(this.now), x2: this.x(this.now), y1: 12, y2: BOTTOM }));
    return marks;
  }

  /** The time without power. */
  dark() {
    const cuts = this.lanes.power.filter((one) => one.text === "cut");
    return cuts.map((cut) => {
      const back = this.lanes.power.find((one) => one.at_s > cut.at_s && one.text !== "cut");
      const x = this.x(cut.at_s), end = this.x(back?.at_s ?? this.now);
      return shape("g", { class: "tl-dark" }, shape("rect", { x, y: TOP, width: Math.max(2, end - x), height: BOTTOM - TOP }), shape("line", { x1: x, x2: x, y1: TOP, y2: BOTTOM }));
    });
  }

  /** How long each fault goes on. */
  lasting() {
    const y = middle("fault") + 9;
    return this.lanes.fault.filter((one) => one.text.endsWith(BEGINS)).map((begun) => {
      const name = begun.text.slice(0, -BEGINS.length), over = this.lanes.fault.find((one) => one.at_s >= begun.at_s && one.text === `${name} ends`);
      return shape("line", { class: "tl-lasting", x1: this.x(begun.at_s), x2: this.x(over?.at_s ?? this.now), y1: y, y2: y });
    });
  }

  /** A line from the kiosk to the lane or back, from a hand to what it moves, from centre to ledger. */
  arrow(group) {
    const crosses = group.entries.map(crossing).find((one) => one);
    if (!crosses) return [];
    const [from, to] = crosses, down = to > from ? -5 : 5;
    const lit = this.isLit(group) ? " tl-lit" : "";
    if (group.entries.length > 1) {
      const y = Math.min(from, to), width = Math.max(4, group.x1 - group.x0);
      return [shape("rect", { class: `tl-beam tl-${group.lane}${lit}`, x: group.x0, y, width, height: Math.abs(to - from) })];
    }
    const d = `M${group.x0} ${from}V${to + down}m-3 ${down * 0.8}l3 ${-down * 0.8}l3 ${down * 0.8}`;
    return [shape("path", { class: `tl-arrow tl-${group.lane}${lit}`, d })];
  }

  isLit(group) {
    return group.entries[0] === this.under?.entries[0] || (this.picked && group.entries.includes(this.picked));
  }

  mark(group) {
    const { lane, x0, x1, entries } = group, y = middle(lane), entry = telling(group);
    const lit = this.isLit(group) ? " tl-lit" : "", classes = `tl-${lane}${lit} ${kind(entry)}`;
    const room = Math.min(this.until(group), LEFT + this.wide) - Math.max(x1, LEFT) - (SPANS.has(lane) ? 8 : 14);
    const text = fitted(words(group), room, lane);
    if (SPANS.has(lane)) return this.block(group, classes, y, text);
    const wide = Math.max(5, x1 - x0 + 8), dense = entries.length > 1 ? " tl-many" : "";
    const dot = entries.length > 1 ? shape("rect", { class: `tl-mark ${classes}${dense}`, x: x0 - 4, y: y - 7, width: wide, height: 14, rx: 4 })
      : shape("path", { class: `tl-mark ${classes}`, d: figure(entry, x0, y) });
    return [dot, ...(text ? [shape("text", { class: `tl-text ${classes}`, x: x0 - 4 + wide + 5, y: y + 4 }, text)] : [])];
  }

  /** Where what a group tells ends: at the next one, and a screen with its kiosk. */
  until({ lane, entries, next }) {
    const off = SPANS.has(lane) && this.lanes.power.find((one) => one.at_s > entries.at(-1).at_s && OFF.test(one.text));
    return off ? Math.min(next, this.x(off.at_s)) : next;
  }

  block(group, classes, y, text) {
    const x = group.x0, many = group.entries.length > 1 ? " tl-many" : "", end = this.until(group);
    return [shape("rect", { class: `tl-block ${classes}${many}`, x: x + 0.5, y: y - 11, width: Math.max(2, end - x - 1), height: 22, rx: 4 }),
      ...(text ? [shape("text", { class: `tl-text ${classes}`, x: Math.max(x, LEFT) + 5, y: y + 4 }, text)] : [])];
  }

  /** All of the time, how much happened when, and what part of it is in view. */
  map() {
    const top = BOTTOM + 8, bins = new Array(BINS).fill(0), begin = this.begin, whole = this.now - begin || 1;
    for (const { at_s } of this.all) bins[Math.min(BINS - 1, Math.floor(((at_s - begin) / whole) * BINS))] += 1;
    const most = Math.max(1, ...bins), each = this.wide / BINS;
    const bars = bins.map((count, at) => {
      const high = count ? 2 + (MAP - 6) * Math.sqrt(count / most) : 0;
      return shape("rect", { x: LEFT + at * each, y: top + MAP - 2 - high, width: Math.max(1, each - 1), height: high });
    });
    const share = (at) => LEFT + Math.min(1, Math.max(0, (at - begin) / whole)) * this.wide;
    const x = share(this.from), end = share(this.from + this.span);
    return [shape("g", { class: "tl-map" }, shape("rect", { class: "tl-ground", x: LEFT, y: top, width: this.wide, height: MAP }), ...bars,
      shape("rect", { class: "tl-view", x, y: top, width: Math.max(3, end - x), height: MAP, rx: 3 }))];
  }
}
