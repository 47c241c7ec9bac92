// The page: every part is told what is new and draws it; a reload asks for all of it again.

import { notice, the } from "./page.js";
import { connect, deed, on } from "./wire.js";
import { setUpBays } from "./bays.js";
import { setUpFaults } from "./faults.js";
import { setUpPad } from "./pad.js";
import { setUpScreen } from "./screen.js";
import { setUpSession } from "./session.js";
import { setUpSwitches } from "./switches.js";
import { setUpTimeline } from "./timeline.js";
import { setUpWallet } from "./wallet.js";

const about = await (await fetch("bench.json")).json();
const parts = [setUpScreen, setUpSwitches, setUpBays, setUpWallet, setUpPad, setUpFaults, setUpSession];
const drawers = parts.map((setUp) => setUp(about));

setUpTimeline(the("timeline"), (hear) => on("timeline", hear));

const state = {};
on("state", (news) => {
  Object.assign(state, news);
  for (const draw of drawers) draw(state, news);
});
on("refused", notice);
on("line", (there) => {
  document.body.classList.toggle("lost", !there);
});

for (const [name, tells] of Object.entries(about.deeds)) {
  the("deeds").append(new Option(tells, name));
}
the("line").onsubmit = async (event) => {
  event.preventDefault();
  const words = the("words");
  if (words.value.trim() && (await deed(words.value.trim(), words))) words.value = "";
};

connect();
