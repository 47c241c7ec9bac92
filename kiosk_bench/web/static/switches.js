// What is around the kiosk: power, network, a person, the jack, the door.

import { set, the } from "./page.js";
import { deed } from "./wire.js";

const DEEDS = {
  power: ["power on", "power cut"],
  network: ["network mend", "network cut"],
  person: ["person come", "person leave"],
  earphones: ["earphones in", "earphones out"],
  door: ["door open", "door close"],
};
const WORDS = {
  power: ["Power off", "Power on"],
  network: ["Network cut", "Network"],
  person: ["Nobody there", "Person there"],
  earphones: ["No earphones", "Earphones in"],
  door: ["Door closed", "Door open"],
};

/** Each switch shows what is so and asks for the opposite. */
export function setUpSwitches() {
  for (const [id, [on, off]] of Object.entries(DEEDS)) {
    const control = the(id);
    control.onclick = () => deed(control.getAttribute("aria-checked") === "true" ? off : on, control);
  }
  return draw;
}

function draw(state) {
  const is = {
    power: state.kiosk !== "off",
    network: !state.faults.includes("central.down"),
    person: state.person,
    earphones: state.earphones,
    door: state.door,
  };
  for (const id in is) {
    set(the(id), is[id]);
    the(id).lastElementChild.textContent = WORDS[id][Number(is[id])];
  }
  the("power").classList.toggle("starting", state.kiosk === "starting");
}
