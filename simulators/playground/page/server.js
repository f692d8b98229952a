// The two ways to the server: the feed of the state, and what people do.

import { forget, take } from "./state.js";

export function listen() {
  const feed = new EventSource("feed");
  feed.addEventListener("open", forget);
  feed.addEventListener("message", (event) => take(JSON.parse(event.data)));
  feed.addEventListener("open", () => document.body.classList.remove("lost"));
  feed.addEventListener("error", () => {
    document.body.classList.add("lost");
    notice("The simulators do not answer. Is make demo still running?");
  });
}

// Runs an act. Tells what went wrong, and then gives null.
export async function act(name, told) {
  try {
    const answer = await fetch(`act/${name}`, {
      method: "POST",
      headers: { "X-Playground": "1", "Content-Type": "application/json" },
      body: JSON.stringify(told),
    });
    const result = await answer.json();
    if (answer.ok) return result;
    notice(result.error);
  } catch {
    notice("The simulators do not answer. Is make demo still running?");
  }
  return null;
}

// Like `act`, for what the app answers: Slack would tell the member if the app took it not.
export async function ask(name, told) {
  const result = await act(name, told);
  if (result && (result.status < 200 || result.status > 299)) {
    notice(`The app did not take it (${result.status || "no answer"}). Slack shows a warning here.`);
    return null;
  }
  return result;
}

let timer = 0;

export function notice(text) {
  const line = document.getElementById("notice");
  line.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => (line.textContent = ""), 8000);
}
