// This session as a file: record a story, play one, take the evidence along.

import { notice, the } from "./page.js";

/** The buttons of the session; a story of the bench or a file of one's own is played in this world. */
export function setUpSession({ stories }) {
  the("record").onclick = record;
  the("go-on").onclick = () => the("naming").close();
  the("name-it").onsubmit = keep;
  the("replay").onclick = () => the("replaying").showModal();
  the("story-list").append(...stories.map((name) => new Option(name, name)));
  the("story-list").value = "pay-by-card";
  the("play-listed").onclick = playListed;
  the("story-file").onchange = playFile;
  the("stop").onclick = () => (the("playing").dataset.end ? (the("playing").hidden = true) : post("stop"));
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
  return answer;
}

function record() {
  if (the("record").getAttribute("aria-pressed") === "true") the("naming").showModal();
  else post("record");
}

async function keep(event) {
  event.preventDefault();
  const called = Object.fromEntries(new FormData(the("name-it")));
  const answer = await post("recorded", JSON.stringify(called));
  if (!answer.ok) return;
  the("naming").close();
  save(await answer.blob(), `${called.name}.yaml`);
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}

function draw({ playing, recording }, news) {
  the("record").setAttribute("aria-pressed", String(recording));
  the("record").lastElementChild.textContent = recording ? "Stop recording…" : "Record";
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
  the("stop").textContent = end ? "Close" : "Stop";
}
