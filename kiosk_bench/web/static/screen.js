// The kiosk's live screen: every pixel as the kiosk drew it, and a finger on it.

import { make, the } from "./page.js";
import { deed, on } from "./wire.js";

const PAD = { Enter: "#", Backspace: "*" };
const SAYS = { off: "The power is off", starting: "The kiosk is starting" };
let touchedAt = 0;
let newest = 0;

/** Show pictures as they come, send touches; returns what draws the state. */
export function setUpScreen({ panel: [width, height] }) {
  const canvas = the("screen");
  [canvas.width, canvas.height] = [width, height];
  the("glass").style.aspectRatio = `${width} / ${height}`;
  on("picture", (png) => show(canvas, png));
  canvas.onclick = (event) => touch(canvas, event);
  canvas.onkeydown = press;
  the("size").onclick = () => fit(canvas);
  the("sign").onclick = () => deed("sign", the("sign"));
  new ResizeObserver(() => sharpen(canvas)).observe(canvas);
  return draw;
}

async function show(canvas, png) {
  const serial = ++newest;
  const picture = await createImageBitmap(png);
  if (serial !== newest) return; // a later one is being decoded already
  canvas.getContext("2d").drawImage(picture, 0, 0);
  canvas.dataset.pictures = serial;
  if (touchedAt) {
    const took = Math.round(performance.now() - touchedAt);
    [touchedAt, canvas.dataset.ms] = [0, took];
    the("speed").textContent = `${took} ms from tap to picture`;
  }
}

function touch(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) * canvas.width) / box.width);
  const y = Math.floor(((event.clientY - box.top) * canvas.height) / box.height);
  touchedAt = performance.now();
  ripple(event.clientX - box.left, event.clientY - box.top);
  deed(`touch ${x} ${y}`);
}

// While the screen has the focus, the keyboard is the pad of twelve keys below it.
function press(event) {
  const key = PAD[event.key] ?? event.key;
  if (!/^[0-9*#]$/.test(key) || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  touchedAt = performance.now();
  deed(`key ${key}`);
}

function ripple(x, y) {
  const ring = make("i", { className: "ripple" });
  ring.style.left = `${x}px`;
  ring.style.top = `${y}px`;
  ring.onanimationend = () => ring.remove();
  the("glass").append(ring);
}

function fit(canvas) {
  const exact = document.body.classList.toggle("exact");
  the("size").setAttribute("aria-pressed", String(exact));
  canvas.style.width = exact ? `${canvas.width / devicePixelRatio}px` : "";
}

// Larger than life pixels stay square; a picture made smaller is better smoothed.
function sharpen(canvas) {
  const scale = (canvas.clientWidth * devicePixelRatio) / canvas.width;
  canvas.style.imageRendering = scale >= 1 ? "pixelated" : "auto";
}

function draw(state, news) {
  const dark = the("dark");
  dark.hidden = state.kiosk === "on";
  dark.textContent = SAYS[state.kiosk] ?? "";
  dark.dataset.kiosk = state.kiosk;
  if (!("screen" in news)) return;
  the("up").textContent = state.screen ? state.screen.id : SAYS[state.kiosk];
  the("screen").dataset.screen = state.screen?.id ?? "";
  the("glass").dataset.keys = Boolean(state.screen?.keys);
  placeButtons(state.screen);
}

// What a finger finds by eye, a keyboard finds by Tab: the kiosk's own buttons, where they are.
function placeButtons(screen) {
  const canvas = the("screen");
  const focused = document.activeElement?.dataset?.button;
  the("buttons").replaceChildren(
    ...Object.entries(screen?.buttons ?? {}).map(([name, [x, y, w, h]]) => {
      const button = make("button", { type: "button" });
      button.setAttribute("aria-label", name);
      button.dataset.button = name;
      Object.assign(button.style, {
        left: `${(100 * x) / canvas.width}%`,
        top: `${(100 * y) / canvas.height}%`,
        width: `${(100 * w) / canvas.width}%`,
        height: `${(100 * h) / canvas.height}%`,
      });
      button.onclick = () => {
        touchedAt = performance.now();
        deed(`tap ${screen.id} ${name}`);
      };
      return button;
    }),
  );
  if (focused) the("buttons").querySelector(`[data-button="${CSS.escape(focused)}"]`)?.focus();
}
