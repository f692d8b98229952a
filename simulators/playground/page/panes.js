// The channel, the thread (once, or side by side as two people see it), and the Home tab.

import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { atEnd, el, patch } from "./dom.js";
import { item, status } from "./message.js";
import { act } from "./server.js";
import { atTop, channelOf, chosen, choose, inThread, nameOf, seenBy, workspace } from "./state.js";

export const titleOf = (channel) => (channel.kind === "im" ? nameOf(workspace.hello.bot) : `#${channel.name}`);

// Keeps what a pane is made of as long as `key` stays, so that nobody loses what is typed.
function once(pane, key, make) {
  if (pane.dataset.key === key) return;
  pane.dataset.key = key;
  pane.replaceChildren(...make());
}

// A pane that was away is made anew, and begins at its end.
function show(pane, shown) {
  pane.hidden = !shown;
  if (!shown || getComputedStyle(pane).display === "none") delete pane.dataset.key;
}

function fill(list, items) {
  const follows = atEnd(list);
  patch(list, items);
  if (follows) list.scrollTop = list.scrollHeight;
}

const log = (label) => el("ol", { class: "messages", role: "log", "aria-label": label, tabindex: "0" });

export function drawChannel(pane) {
  const channel = channelOf(chosen.place);
  show(pane, !(chosen.both && chosen.thread));
  if (chosen.place === "home") return drawHome(pane);
  if (!channel) return undefined;
  const title = titleOf(channel);
  once(pane, `${channel.id} ${chosen.viewer}`, () => [
    el("h2", {}, title, el("span", { class: "hint" }, ` as ${nameOf(chosen.viewer)} sees it`)),
    log(title),
    composer("channel", `Message ${title}`, () => ({ channel: channel.id })),
  ]);
  const counts = {};
  for (const one of seenBy(chosen.viewer, (message) => message.channel === channel.id)) {
    if (one.thread_ts && one.thread_ts !== one.ts) counts[one.thread_ts] = (counts[one.thread_ts] ?? 0) + 1;
  }
  fill(
    pane.querySelector(".messages"),
    seenBy(chosen.viewer, atTop(channel.id)).map((one) => item(one, chosen.viewer, counts[one.ts] ?? 0)),
  );
  return undefined;
}

function drawHome(pane) {
  once(pane, `home ${chosen.viewer}`, () => {
    act("open_home", { user: chosen.viewer });
    return [el("h2", {}, `${nameOf(workspace.hello.bot)}: Home`), el("div", { class: "home text" })];
  });
  const home = workspace.homes[chosen.viewer];
  const stamp = JSON.stringify(home ?? null);
  const shown = pane.querySelector(".home");
  if (shown.stamp === stamp) return;
  shown.stamp = stamp;
  shown.replaceChildren(...(home ? blocks(home) : [el("p", { class: "hint" }, "The app shows nothing here yet.")]));
}

export function drawThread(pane) {
  const channel = channelOf(chosen.place);
  show(pane, Boolean(channel && chosen.thread));
  document.body.classList.toggle("in-thread", !pane.hidden);
  document.body.classList.toggle("both", chosen.both);
  if (pane.hidden) return;
  const viewers = chosen.both ? workspace.hello.viewers : [chosen.viewer];
  once(pane, [channel.id, chosen.thread, chosen.viewer, chosen.both].join(" "), () => [
    el(
      "h2",
      {},
      "Thread",
      el("span", { class: "hint" }, ` in ${titleOf(channel)}`),
      el("button", { type: "button", class: "close", "aria-label": "Close the thread", onclick: () => choose({ thread: "" }) }, "×"),
    ),
    el("div", { class: "columns" }, viewers.map(column)),
    composer("thread", "Reply…", () => ({ channel: channel.id, thread_ts: chosen.thread })),
  ]);
  for (const viewer of viewers) fillColumn(pane.querySelector(`[data-viewer="${viewer}"]`), channel, viewer);
}

function column(viewer) {
  return el(
    "div",
    { class: "column", "data-viewer": viewer },
    chosen.both ? el("h3", {}, `${nameOf(viewer)} sees`) : null,
    log(`The thread as ${nameOf(viewer)} sees it`),
    el("p", { class: "status", "aria-live": "polite" }),
  );
}

function fillColumn(shown, channel, viewer) {
  const inside = channel.viewers.includes(viewer);
  const list = seenBy(viewer, inThread(channel.id, chosen.thread));
  fill(shown.querySelector(".messages"), list.map((one) => item(one, viewer, null)));
  const line = inside ? status(channel.id, chosen.thread) : `${nameOf(viewer)} is not in this conversation.`;
  const place = shown.querySelector(".status");
  if (place.textContent !== line) place.textContent = line;
}
