// This session as a file: play a story, take the evidence along.

import { notice, the } from "./page.js";

/** The buttons of the session; a story of the bench or a file of one's own is played in this world. */
export function setUpSession({ stories }) {
  the("replay").onclick = () => the("replaying").showModal();
  the("story-list").append(...stories.map((name) => new Option(name, name)));
  the("story-list").value = "pay-by-card";
  the("play-listed").onclick = playListed;
  the("story-file").onchange = playFile;
  the("stop").onclick = () => post("stop");
  return draw;
}

async function playListed() {
  const name = `${the("story-list").value}.yaml`;
  const answer = await fetch(`stories/${name}`);
  play(name, await answer.text());
}

async function playFile() {
  const [file] = the("story-file").files;
  if (file) play(file.name, await file.text());
  the("story-file").value = "";
}

async function play(file, text) {
  the("replaying").close();
  await post("play", JSON.stringify({ file, text }));
}

async function post(address, body) {
  const answer = await fetch(address, { method: "POST", body });
  if (!answer.ok) notice(await answer.text());
}

function draw({ playing }, news) {
  if (!("playing" in news)) return;
  const shown = the("playing");
  shown.hidden = !playing;
  if (!playing) return;
  const { name, step, of, line, end } = playing;
  shown.querySelector("progress").max = of;
  shown.querySelector("progress").value = end ? of : step - 1;
  shown.querySelector("b").textContent = name;
  shown.querySelector("code").textContent = end || `${step} of ${of}: ${line}`;
  shown.dataset.end = end;
  the("stop").hidden = Boolean(end);
}
