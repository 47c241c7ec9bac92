// The PIN pad: its display as the device shows it, its keys, a bank card, and the bank behind it.

import { make, the } from "./page.js";
import { deed } from "./wire.js";

const KEYS = ["1", "2", "3", "cancel", "4", "5", "6", "clear", "7", "8", "9", "ok", "", "0", ""];
const FACES = { cancel: "✕", clear: "⟨", ok: "○" };
const LOST = "pinpad.silent_after_approval";
const BANK = {
  approves: ["approves", "bank approves"],
  declines: ["declines", "bank declined"],
  late: ["answers late", "bank late"],
  lost: ["answer gets lost", `fault begin ${LOST}`],
};
let lost = false;

/** The PIN pad with its customer and her bank. */
export function setUpPad() {
  the("pad-keys").append(...KEYS.map(key));
  the("bank-card").innerHTML = "<small>TEST BANK</small><strong>PIN 888888</strong>";
  the("bank-card").setAttribute("aria-label", "Insert the bank card into the PIN pad");
  the("bank-card").onclick = () => deed("bank insert", the("bank-card"));
  the("bank").append(...Object.keys(BANK).map(choice));
  return draw;
}

function key(name) {
  if (!name) return make("span");
  const made = make("button", { type: "button", className: name, textContent: FACES[name] ?? name });
  made.setAttribute("aria-label", `PIN pad key ${name}`);
  made.dataset.key = name;
  made.onclick = () => deed(`bank key ${name}`, made);
  return made;
}

function choice(name) {
  const [words, line] = BANK[name];
  const input = make("input", { type: "radio", name: "bank", value: name });
  input.onchange = async () => {
    if (lost) await deed(`fault end ${LOST}`);
    if (name !== "approves") await deed("bank approves");
    await deed(line, input);
  };
  return make("label", {}, input, words);
}

function draw({ pin_pad: pad, faults }) {
  const [amount, words] = the("display").children;
  amount.textContent = pad.amount;
  words.textContent = pad.words;
  the("display").dataset.asks = pad.asks ?? "";
  the("bank-card").disabled = pad.asks !== "card";
  for (const button of the("pad-keys").querySelectorAll("button")) {
    button.disabled = pad.asks === null || (pad.asks === "card" && button.dataset.key !== "cancel");
  }
  lost = faults.includes(LOST);
  const is = lost ? "lost" : pad.declines ? "declines" : pad.bank_takes_s > 0 ? "late" : "approves";
  for (const input of the("bank").querySelectorAll("input")) input.checked = input.value === is;
}
