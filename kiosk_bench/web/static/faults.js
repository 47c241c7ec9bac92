// Every fault by its name, with what it does; those that are going on come first.

import { make, the } from "./page.js";
import { faultButton } from "./bays.js";
import { deed } from "./wire.js";

/** The list, narrowed by what is typed. */
export function setUpFaults({ faults }) {
  the("faults").append(...faults.map(row));
  the("find").oninput = narrow;
  return draw;
}

function row({ name, tells, value }) {
  const words = make("span", { textContent: tells });
  if (value === null) return make("li", {}, faultButton(name, name), words);
  const input = make("input", { placeholder: value, title: value });
  input.setAttribute("aria-label", `${name}=`);
  const begins = faultButton(name, `${name}=`, () => `=${input.value.trim()}`);
  input.onkeydown = (event) => event.key === "Enter" && begins.click();
  return make("li", {}, make("div", {}, begins, input), words);
}

function narrow() {
  const wanted = the("find").value.trim().toLowerCase().split(/\s+/);
  for (const item of the("faults").children) {
    const text = item.textContent.toLowerCase();
    item.hidden = !wanted.every((word) => text.includes(word));
  }
}

function draw(state, news) {
  if (!("faults" in news)) return;
  the("quick").replaceChildren(...state.faults.map(going));
  for (const item of the("faults").children) {
    item.classList.toggle("on", Boolean(item.querySelector("[data-going]:not([data-going=''])")));
  }
}

function going(name) {
  const button = make("button", { type: "button", className: "going", textContent: name, title: "End it" });
  button.onclick = () => deed(`fault end ${name}`, button);
  return button;
}
