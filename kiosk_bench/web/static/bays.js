// The front of the cabinet: slots and mouths with their lamps, what is in them, what comes out.

import { make, the } from "./page.js";
import { deed } from "./wire.js";
import { residentCard, socialCard } from "./wallet.js";

const CABLES = { "bay-card": "card-reader", "bay-id": "id-reader", "bay-receipt": "receipt-printer", "bay-a4": "a4" };
const SUPPLIES = {
  "bay-receipt": { "receipt.paper_out": "no paper", "receipt.cover_open": "cover open", "receipt.jam_mid_receipt": "jam" },
  "bay-a4": { "printer.paper_out": "no paper", "printer.toner_empty": "no toner", "printer.jam": "jam", "printer.cover_open": "cover open" },
};

/** Slots, mouths, lamps, cables and what the printers live on. */
export function setUpBays() {
  the("pull").onclick = () => deed("card pull", the("pull"));
  the("take-id").onclick = () => deed("id take", the("take-id"));
  the("take-receipt").onclick = () => deed("paper take receipt", the("take-receipt"));
  the("take-a4").onclick = () => deed("paper take a4", the("take-a4"));
  for (const bay of document.querySelectorAll(".bay")) {
    bay.append(make("div", { className: "supplies" }, cable(CABLES[bay.id]), ...supplies(bay.id)));
    const paper = bay.querySelector(".paper");
    if (!paper) continue;
    paper.onclick = () => read([...paper.querySelectorAll("img")].reverse());
    paper.onkeydown = (event) => event.key === "Enter" && paper.onclick();
    bay.lastElementChild.append(make("button", { type: "button", className: "taken", hidden: true }));
  }
  the("pad-title").parentElement.querySelector(".beside").append(cable("pin-pad"));
  return draw;
}

function cable(device) {
  const plug = make("button", { type: "button", className: "cable" });
  plug.setAttribute("role", "switch");
  plug.dataset.device = device;
  plug.onclick = () => deed(`cable ${plug.getAttribute("aria-checked") === "true" ? "pull" : "plug"} ${device}`, plug);
  return plug;
}

function supplies(bay) {
  return Object.entries(SUPPLIES[bay] ?? {}).map(([fault, words]) => faultButton(fault, words));
}

/** A button that lets a fault begin, or end while it is there; `value` gives what follows its `=`. */
export function faultButton(fault, words, value = () => "") {
  const button = make("button", { type: "button", className: "fault", textContent: words });
  button.dataset.fault = fault;
  button.onclick = () => {
    const going = button.dataset.going;
    deed(going ? `fault end ${going}` : `fault begin ${fault}${value()}`, button);
  };
  return button;
}

function draw(state, news) {
  for (const bay of document.querySelectorAll("[data-lamp]")) {
    bay.querySelector(".lamp").classList.toggle("lit", state.lamps[bay.dataset.lamp]);
  }
  the("pad-lamp").classList.toggle("lit", state.lamps.pinpad);
  for (const plug of document.querySelectorAll(".cable")) {
    const there = state.cables[plug.dataset.device];
    plug.hidden = there === undefined;
    plug.setAttribute("aria-checked", String(Boolean(there)));
    plug.textContent = there ? "cable" : "unplugged";
    plug.title = there ? `Pull the cable of the ${plug.dataset.device}` : `Plug the ${plug.dataset.device} in again`;
  }
  for (const button of document.querySelectorAll("[data-fault]")) {
    const going = state.faults.find((one) => one.split("=")[0] === button.dataset.fault);
    button.dataset.going = going ?? "";
    button.setAttribute("aria-pressed", String(Boolean(going)));
  }
  if ("card" in news) put("bay-card", "social", state.card && socialCard(state.card.key, state.card.flaw));
  if ("id_card" in news) put("bay-id", "resident", state.id_card && residentCard(state.id_card));
  the("pull").disabled = !state.card;
  the("take-id").disabled = !state.id_card;
  if ("receipt" in news) drawReceipts(state.receipt);
  if ("a4" in news) drawSheets(state.a4);
}

function put(bay, kind, face) {
  const inside = the(bay).querySelector(".inside");
  inside.innerHTML = face ? `<div class="card ${kind}">${face}</div>` : "";
}

function drawReceipts({ out, taken, hanging }) {
  const fresh = Array.from({ length: out - taken }, (_, at) => `receipts/${taken + at + 1}.png`);
  hang("bay-receipt", fresh, hanging ? `printing, ${hanging} rows` : "");
  the("take-receipt").disabled = !fresh.length;
  keep("bay-receipt", Array.from({ length: taken }, (_, at) => `receipts/${at + 1}.png`));
}

function drawSheets(a4) {
  the("bay-a4").classList.toggle("absent", !a4);
  const fresh = (a4?.sheets ?? []).slice(a4?.taken).map((name) => `sheets/${name}`);
  hang("bay-a4", fresh, "");
  the("take-a4").disabled = !fresh.length;
  keep("bay-a4", (a4?.sheets ?? []).slice(0, a4?.taken).map((name) => `sheets/${name}`));
}

// What was taken can be looked at again.
function keep(bay, addresses) {
  const button = the(bay).querySelector(".taken");
  button.hidden = !addresses.length;
  button.textContent = `${addresses.length} taken`;
  button.onclick = () => read(addresses.map((src) => make("img", { src, alt: "Paper that was taken" })));
}

// Paper that hangs out already stays; only what is new slides out of the mouth.
function hang(bay, addresses, doing) {
  const paper = the(bay).querySelector(".paper");
  const kept = new Map([...paper.querySelectorAll("img")].map((img) => [img.getAttribute("src"), img]));
  const images = addresses.map((src) => kept.get(src) ?? make("img", { src, alt: "Paper that came out" }));
  paper.replaceChildren(...images.reverse());
  paper.dataset.doing = doing;
  paper.tabIndex = addresses.length ? 0 : -1;
}

function read(images) {
  if (!images.length) return;
  const dialog = the("reading");
  dialog.lastElementChild.replaceChildren(...images.map((img) => img.cloneNode()));
  dialog.showModal();
}
