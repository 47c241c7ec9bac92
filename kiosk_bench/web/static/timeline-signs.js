// What the timeline's lanes, marks and words are, and the small things it is drawn with.

export const LANES = [
  ["citizen", "citizen"], ["screen", "screen"], ["journal", "kiosk journal"], ["card", "social card"],
  ["id-reader", "ID reader"], ["pin-pad", "PIN pad"], ["receipt", "receipts"], ["a4", "A4 printer"],
  ["centre", "centre"], ["ledger", "ledger"], ["fault", "faults"], ["power", "power"],
];
export const ROW = Object.fromEntries(LANES.map(([id], row) => [id, row]));
export const SPANS = new Set(["screen"]), BOLD = new Set(["journal", "ledger"]);
/** What a deed's first word moves. */
const HANDS = { tap: "screen", touch: "screen", key: "screen", type: "screen", sign: "screen", card: "card", id: "id-reader", bank: "pin-pad" };
export const LEFT = 108, TOP = 24, HIGH = 30, MAP = 26, NEAR = 9, LETTER = 6.6, SQUARE = 12;
export const SHORTEST_S = 0.004, FOLLOWED_S = 20, AHEAD = 0.94, LIVE_MS = 250, LISTED = 14, BINS = 160;
export const BOTTOM = TOP + LANES.length * HIGH, HEIGHT = BOTTOM + 8 + MAP;

export const node = (name, attributes = {}, ...inside) => filled(document.createElement(name), attributes, inside);
export const shape = (name, attributes = {}, ...inside) => filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, inside);
const filled = (made, attributes, inside) => {
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.append(...inside);
  return made;
};
export const seconds = (s, digits = 3) => `${s.toFixed(digits)} s`;
export const middle = (lane) => TOP + ROW[lane] * HIGH + HIGH / 2;
const MONEY = /authorisation \d|approved, |charged|posted|confirmed|reversal of|^slip|[A-Z]{6}/;
export const BEGINS = " begins";
export const OFF = /^cut| stops$/;
const SETTLED = /^(CONFIRMED|DECLINED|NOT_STARTED|REVERSED)/;
const WRONG = { power: /^cut/, centre: /lost|cut|forged|central\.|^[45]\d\d /, "pin-pad": /^84 |^06 1E|refused|reversed|pulled|gone/, card: /wrong PIN|not found|unknown|pulled in/, receipt: /no paper|cover|error|unplugged/, a4: /stands|cut off|off$|switched off/ };
export const HINT = "Point at a mark to read it. The wheel zooms, a drag moves; a click comes closer to a cluster.";
export const SIGN = { ">": "kiosk →", "<": "→ kiosk", "!": "" };

export const same = (a, b) => a.at_s === b.at_s && a.lane === b.lane && a.text === b.text;

/** Put an entry where its time wants it: the kiosk's log comes a little late. */
export function insert(entries, entry) {
  let at = entries.length;
  while (at > 0 && entries[at - 1].at_s > entry.at_s) at--;
  entries.splice(at, 0, entry);
}

export function lower(entries, at_s) {
  let low = 0, high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle].at_s < at_s) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function nice(least) {
  const unit = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * unit).find((step) => step >= least);
}

/** Where an entry crosses from and to, or nothing for what stays in its lane. */
export function crossing({ lane, direction, text }) {
  const kiosk = middle("journal"), there = middle(lane);
  if (lane === "citizen") {
    const moved = HANDS[text.split(" ")[0]];
    return moved && [there + 6, middle(moved) - 8];
  }
  if (lane === "ledger") return [middle("centre") + 6, there - 6];
  if (direction === ">" && lane !== "screen") return [kiosk + 9, there - 6];
  if (direction === "<") return [there + (there > kiosk ? -6 : 6), kiosk + (there > kiosk ? 9 : -9)];
  return undefined;
}

/** The entry that tells most of a cluster: what went wrong, what moved money last, an event, a request. */
export function telling({ entries, lane }) {
  if (SPANS.has(lane)) return entries.at(-1);
  const weight = (one) => (kind(one) === "tl-bad" ? 4 : MONEY.test(one.text) ? 3 : one.direction === "!" ? 2 : one.direction === ">" ? 1 : 0);
  return entries.reduce((best, one) => (weight(one) - weight(best) + (weight(best) > 2) > 0 ? one : best));
}

export function words(group) {
  const more = group.entries.length - 1;
  return telling(group).text + (more && !SPANS.has(group.lane) ? ` (+${more})` : "");
}

/** About how many pixels a text is wide. */
export const breadth = (text, lane) => [...text].reduce((sum, one) => sum + (one > "\u2e7f" ? SQUARE : LETTER + BOLD.has(lane)), 0);

export function fitted(text, room, lane) {
  if (breadth(text, lane) <= room) return text;
  let kept = text;
  while (kept && breadth(kept, lane) + SQUARE > room) kept = kept.slice(0, -1);
  return kept.length > 3 ? `${kept}…` : "";
}

/** A triangle points the way a message goes; what happens in a lane is a diamond. */
export function figure({ direction, lane }, x, y) {
  const down = (direction === ">") === (ROW[lane] > ROW.journal) ? 1 : -1;
  if (direction === "!") return `M${x} ${y - 6}l6 6l-6 6l-6 -6z`;
  return `M${x - 5} ${y - 5 * down}h10l-5 ${10 * down}z`;
}

/** What colours an entry: how a payment stands, what went wrong. */
export function kind({ lane, text }) {
  if (lane === "journal") return SETTLED.test(text) ? "tl-good" : /^(UNKNOWN|UNRESOLVED|REVERSING)/.test(text) ? "tl-bad" : "tl-open";
  if (lane === "fault") return / is well$| ends$/.test(text) ? "tl-good" : "tl-bad";
  return WRONG[lane]?.test(text) ? "tl-bad" : "";
}
