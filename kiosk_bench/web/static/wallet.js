// The tester's wallet: the cards of synthetic citizens, to be put in, laid down, pulled and swapped.

import { make, the } from "./page.js";
import { deed } from "./wire.js";

const FLAWS = {
  "": "as it should be",
  cloned: "a copy with another key",
  foreign: "a card of something else",
  blank: "blank, from the factory",
  damaged: "a damaged record",
};
const CHIP = `<svg class="chip" viewBox="0 0 36 28" aria-hidden="true"><rect x="1" y="1" width="34" height="26" rx="5"/>
<path d="M1 10h11M1 18h11M24 10h11M24 18h11M12 1v26M24 1v26"/></svg>`;
const FACE = `<svg class="face" viewBox="0 0 30 36" aria-hidden="true"><circle cx="15" cy="12" r="7"/>
<path d="M2 36c0-9 6-14 13-14s13 5 13 14z"/></svg>`;
let chosen;

/** The wallet of one citizen at a time. */
export function setUpWallet({ people, flaws }) {
  the("people").append(...people.map(tab));
  the("flaw").append(...flaws.map((flaw) => new Option(FLAWS[flaw] ?? flaw, flaw)));
  the("flaw").onchange = () => choose(chosen);
  the("social").onclick = () => insert();
  the("resident").onclick = () => deed(`id put ${chosen.key}`, the("resident"));
  the("type-pin").onclick = () => deed(`type pin of ${chosen.key}`, the("type-pin"));
  takeAlong("social", "bay-card", insert);
  takeAlong("resident", "bay-id", () => deed(`id put ${chosen.key}`));
  choose(people[0]);
  return draw;
}

function insert() {
  return deed(`card insert ${chosen.key} ${the("flaw").value}`.trim(), the("social"));
}

function tab(person) {
  const shown = make("button", { type: "button", textContent: person.key });
  shown.setAttribute("role", "radio");
  shown.dataset.key = person.key;
  shown.onclick = () => choose(person);
  shown.onkeydown = (event) => {
    const next = { ArrowRight: shown.nextElementSibling, ArrowLeft: shown.previousElementSibling }[event.key];
    next?.click();
    next?.focus();
  };
  return shown;
}

function choose(person) {
  chosen = person;
  for (const shown of the("people").children) {
    const is = shown.dataset.key === person.key;
    shown.setAttribute("aria-checked", String(is));
    shown.tabIndex = is ? 0 : -1;
  }
  const flaw = the("flaw").value;
  the("tells").textContent = person.tells;
  the("social").innerHTML = socialCard(person.key, flaw);
  the("resident").innerHTML = residentCard(person.key);
  the("social").setAttribute("aria-label", `Insert ${person.key}'s social security card, ${FLAWS[flaw]}`);
  the("resident").setAttribute("aria-label", `Put ${person.key}'s ID card on the reader`);
}

/** The face of a social security card; it bears the holder's key, no name. */
export function socialCard(key, flaw = "") {
  const mark = flaw ? `<em>${flaw}</em>` : "";
  return `<small>社会保障卡 <b>SAMPLE</b></small>${CHIP}<strong>${key}</strong>${mark}`;
}

/** The face of a resident ID card. */
export function residentCard(key) {
  return `<small>居民身份证 <b>SAMPLE</b></small>${FACE}<strong>${key}</strong>`;
}

// A card may be dragged to its device as well as clicked.
function takeAlong(card, bay, drop) {
  the(card).ondragstart = (event) => event.dataTransfer.setData("text/plain", card);
  const place = the(bay);
  place.ondragover = (event) => {
    event.preventDefault();
    place.classList.add("offered");
  };
  place.ondragleave = () => place.classList.remove("offered");
  place.ondrop = (event) => {
    event.preventDefault();
    place.classList.remove("offered");
    if (event.dataTransfer.getData("text/plain") === card) drop();
  };
}

function draw(state) {
  the("social").classList.toggle("away", state.card?.key === chosen.key);
  the("resident").classList.toggle("away", state.id_card === chosen.key);
  the("type-pin").disabled = !state.screen?.buttons["digit-0"];
}
