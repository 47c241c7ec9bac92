// Small things that every part of the page uses.

/** The element with this id. */
export const the = (id) => document.getElementById(id);

/** Make an element: its tag, its properties, what is in it. */
export function make(tag, properties = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...inside);
  return made;
}

/** Say to eyes and ears what was refused; it goes by itself, or by a click. */
export function notice(words) {
  const shown = make("button", { type: "button", className: "notice" }, make("span", { textContent: words }));
  shown.onclick = () => shown.remove();
  setTimeout(() => shown.remove(), 4000 + 60 * words.length);
  the("notices").append(shown);
}

/** Set a switch to what is so. */
export function set(control, is) {
  control.setAttribute("aria-checked", String(Boolean(is)));
}
