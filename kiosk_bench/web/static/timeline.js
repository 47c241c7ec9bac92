// The timeline: everything that happened, lane by lane, over one line of time.
//
// Drawn anew for what is in view, at most once a frame. Marks that would touch each other are one
// cluster that tells how many they are; a wheel, a drag or keys come closer. All of it is in the
// table below the picture too.

import { HEIGHT, LANES, node, ROW, seconds, shape, SIGN } from "./timeline-signs.js";
import { Strip } from "./timeline-strip.js";

/** Show the timeline in `section`; `listen(hear)` calls `hear` with each list of new entries. */
export function setUpTimeline(section, listen, { live = true } = {}) {
  const parts = furnish(section, live);
  const strip = new Strip(parts, live);
  const table = new Table(parts);
  listen((entries) => {
    const anew = strip.take(entries);
    table.take(entries, anew);
  });
  return strip;
}

function furnish(section, live) {
  const button = (name, words, title) => node("button", { type: "button", "data-do": name, title }, words);
  const tools = node("div", { class: "tl-tools", role: "group", "aria-label": "View of the timeline" },
    button("out", "−", "show more time (key −)"), button("in", "+", "show less time (key +)"),
    button("all", "All", "show everything (key Home)"), ...(live ? [button("now", "Now", "follow what happens (key End)")] : []));
  const svg = shape("svg", { class: "tl-strip", tabindex: "0", role: "img", height: HEIGHT,
    "aria-label": "Timeline; arrow keys move, plus and minus zoom, Shift with an arrow key goes from entry to entry. The table below holds the same." });
  const reading = node("div", { class: "tl-reading", "aria-live": "polite" });
  const find = node("input", { type: "search", placeholder: "find", "aria-label": "Find in the table" });
  const rows = node("tbody");
  const head = node("tr", {}, ...["time", "lane", "", "what", "as it was on the wire"].map((text) => node("th", { scope: "col" }, text)));
  const listing = node("details", { class: "tl-table" }, node("summary", {}, "As a table"), find,
    node("div", {}, node("table", {}, node("thead", {}, head), rows)));
  section.classList.add("timeline");
  section.replaceChildren(node("div", { class: "tl-head" }, node("h2", {}, "Timeline"), tools), svg, reading, listing);
  return { section, svg, tools, reading, listing, find, rows };
}

class Table {
  constructor({ listing, find, rows }) {
    Object.assign(this, { listing, find, rows });
    this.waiting = [];
    listing.addEventListener("toggle", () => this.fill());
    find.addEventListener("input", () => [...rows.children].forEach((row) => this.sift(row)));
  }

  take(entries, anew) {
    if (anew) {
      this.waiting = [];
      this.rows.replaceChildren();
    }
    this.waiting.push(...entries);
    this.fill();
  }

  fill() {
    if (!this.listing.open) return;
    for (const entry of this.waiting.splice(0)) {
      const cells = [seconds(entry.at_s), LANES[ROW[entry.lane]][1], SIGN[entry.direction], entry.text, entry.detail];
      const row = node("tr", { class: `tl-${entry.lane}` }, ...cells.map((text) => node("td", {}, text)));
      this.sift(row);
      this.rows.append(row);
    }
  }

  sift(row) { row.hidden = !row.textContent.toLowerCase().includes(this.find.value.toLowerCase()); }
}
