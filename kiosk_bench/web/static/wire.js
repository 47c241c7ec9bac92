// The live line to the bench: what is new comes in, deeds go out. It mends itself.

const RETRY_MS = 1000;
const asked = new Map();
const listeners = { state: [], timeline: [], picture: [], line: [], refused: [], session: [] };
let socket;
let number = 0;

/** Call `hear` with each message of a kind: state, timeline, picture, line, refused, session. */
export function on(kind, hear) {
  listeners[kind].push(hear);
}

function tell(kind, news) {
  for (const hear of listeners[kind]) hear(news);
}

/** Connect, and again whenever the line is lost; each time the whole state comes anew. */
export function connect() {
  const address = new URL("live", document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.binaryType = "blob";
  socket.onopen = () => tell("line", true);
  socket.onmessage = ({ data }) => (typeof data === "string" ? take(JSON.parse(data)) : tell("picture", data));
  socket.onclose = () => {
    tell("line", false);
    for (const settle of asked.values()) settle(false);
    asked.clear();
    setTimeout(connect, RETRY_MS);
  };
}

function take(message) {
  if ("done" in message) settle(message.done, true);
  else if ("refused" in message) {
    tell("refused", message.why);
    settle(message.refused, false);
  } else for (const kind in message) tell(kind, message[kind]);
}

function settle(id, done) {
  asked.get(id)?.(done);
  asked.delete(id);
}

/** Do a deed; `control` is busy meanwhile. Returns whether it was done. */
export async function deed(line, control) {
  if (socket?.readyState !== WebSocket.OPEN) {
    tell("refused", "the bench does not answer");
    return false;
  }
  const id = ++number;
  const answer = new Promise((settle) => asked.set(id, settle));
  socket.send(JSON.stringify({ deed: line, id }));
  control?.setAttribute("aria-busy", "true");
  const done = await answer;
  control?.removeAttribute("aria-busy");
  return done;
}
