// Puts the page together: what is drawn after each change, and what stands in the page's head.

import { el, patch } from "./dom.js";
import { drawHood, makeHood } from "./hood.js";
import { drawModals } from "./modal.js";
import { drawChannel, drawThread } from "./panes.js";
import { drawPlaces } from "./places.js";
import { act, listen, notice } from "./server.js";
import { channelOf, chosen, choose, nameOf, onChange, workspace } from "./state.js";

const at = (id) => document.getElementById(id);

function drawHead() {
  const { behind, hello } = workspace;
  const apps = behind?.apps ?? [];
  patch(at("app"), apps.map(({ id, title, hint }) => ({
    key: id,
    stamp: `${title} ${behind.chosen === id}`,
    draw: () => el("option", { value: id, title: hint, selected: behind.chosen === id }, title),
  })));
  if (behind && at("app").value !== behind.chosen) at("app").value = behind.chosen;
  at("app").disabled = apps.length < 2;
  const hint = apps.find((one) => one.id === behind.chosen)?.hint;
  if (hint) at("composer-channel")?.setAttribute("placeholder", `Mention the app and ask. ${hint}`);
  const views = hello.viewers.map((user, place) => ({ id: user, label: `${nameOf(user).split(" ")[0]} (${place ? "a colleague" : "you"})` }));
  patch(at("viewers"), views.length ? [...views, { id: "both", label: "both, side by side" }].map(viewer) : []);
}

const viewer = ({ id, label }) => {
  const on = chosen.both ? id === "both" : id === chosen.viewer;
  return {
    key: id,
    stamp: `${label} ${on}`,
    draw: () =>
      el("label", {}, el("input", { type: "radio", name: "viewer", value: id, checked: on, "data-focus": id, onchange: () => see(id) }), label),
  };
};

function see(id) {
  if (id === "both") return choose({ both: true });
  const channel = channelOf(chosen.place);
  const gone = channel && !channel.viewers.includes(id);
  return choose({ both: false, viewer: id, ...(gone ? { place: workspace.channels[0].id, thread: "" } : {}) });
}

let drawn = false;

function draw() {
  drawn = false;
  drawPlaces(at("places"));
  drawChannel(at("channel"));
  drawThread(at("thread"));
  drawHead();
  drawHood(at("hood"));
  drawModals();
}

onChange(() => {
  if (!drawn) requestAnimationFrame(draw);
  drawn = true;
});

makeHood(at("hood"));
at("app").addEventListener("change", async (event) => {
  const done = await act("choose", { app: event.target.value });
  if (done && chosen.thread) notice("Another app answers now. Mention it in a thread in which it has not answered yet.");
});
at("hood-toggle").addEventListener("click", () => choose({ hood: !chosen.hood }));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen.thread && !document.querySelector("dialog[open]")) choose({ thread: "" });
});
chosen.hood = window.innerWidth > 1100;
listen();
