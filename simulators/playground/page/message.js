// One message as one viewer sees it, with what its reader can do with it.

import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { act, ask } from "./server.js";
import { can, chosen, choose, nameOf, workspace } from "./state.js";

// The robot asks the app about a message, the stop sign stops an answer.
const REACTIONS = { "+1": "👍", robot_face: "🤖", octagonal_sign: "🛑", eyes: "👀" };
const time = (ts) => new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

// `viewer` sees it; `replies` is the number of messages below it, or null inside of a thread.
export function item(message, viewer, replies) {
  const view = message.views[viewer];
  const stamp = JSON.stringify([message, viewer, replies, chosen.viewer, chosen.thread === message.ts]);
  return { key: message.ts, stamp, draw: () => draw(message, view, viewer, replies) };
}

function draw(message, view, viewer, replies) {
  const press = viewer === chosen.viewer ? (element, value) => pressed(message, element, value) : null;
  return el(
    "li",
    { class: `message ${message.ephemeral ? "ephemeral" : ""} ${view.live ? "live" : ""}`, "data-ts": message.ts },
    el("span", { class: `face ${message.app ? "of-app" : ""}`, "aria-hidden": "true", "data-hue": hue(message.author) }, initials(message.name)),
    el(
      "div",
      { class: "body" },
      message.ephemeral ? el("p", { class: "context" }, "Only visible to you") : null,
      el(
        "p",
        { class: "who" },
        el("b", {}, message.name),
        message.app ? el("span", { class: "badge" }, "APP") : null,
        el("time", {}, time(message.ts)),
        message.edited ? el("span", { class: "hint" }, "(edited)") : null,
      ),
      el("div", { class: "text" }, blocks(view.blocks, press)),
      message.files.map((file) => el("p", { class: "file" }, file.name)),
      reactions(message, press),
      replies ? repliesOf(message, replies) : null,
    ),
    press && !message.ephemeral ? tools(message, replies !== null) : null,
  );
}

function reactions(message) {
  const known = Object.entries(message.reactions);
  if (!known.length) return null;
  return el(
    "p",
    { class: "reactions" },
    known.map(([name, users]) => el("span", { title: users.map(nameOf).join(", ") }, `${REACTIONS[name] ?? `:${name}:`} ${users.length}`)),
  );
}

const repliesOf = (message, replies) =>
  el(
    "button",
    { type: "button", class: "replies", "data-focus": "replies", onclick: () => openThread(message.ts) },
    replies === 1 ? "1 reply" : `${replies} replies`,
  );

export function openThread(root) {
  choose({ thread: root });
  // The thread is drawn in the next frame, before this is run.
  requestAnimationFrame(() => document.querySelector("#thread textarea")?.focus());
}

function tools(message, threaded) {
  const { channel, ts } = message;
  const user = chosen.viewer;
  const tool = (sign, label, onclick) =>
    el("button", { type: "button", title: label, "aria-label": sign === label ? null : label, "data-focus": label, onclick }, sign);
  return el(
    "div",
    { class: "tools", role: "group", "aria-label": "Message actions" },
    can("react")
      ? Object.entries(REACTIONS).map(([name, sign]) => tool(sign, `React with ${name}`, () => act("react", { channel, user, ts, name })))
      : null,
    message.views[user].live && can("stop_session")
      ? tool("Stop", "Stop the answer", () => act("stop_session", { channel, user, thread_ts: message.thread_ts, refuses: true }))
      : null,
    threaded ? tool("Reply", "Reply in thread", () => openThread(message.thread_ts || ts)) : null,
    tool("Ask about this", "Ask about this", () => ask("shortcut", { channel, ts, user, callback_id: "ask_dify" })),
    tool("Ask again", "Ask again", () => ask("shortcut", { channel, ts, user, callback_id: "ask_dify_again" })),
    message.author === user ? tool("Edit", "Edit", () => edit(message)) : null,
    message.author === user ? tool("Delete", "Delete", () => act("delete", { channel, ts })) : null,
  );
}

function edit({ channel, ts }) {
  const old = document.querySelector(`#frame [data-ts="${ts}"] .text`)?.textContent ?? "";
  const dialog = el("dialog", { class: "modal" });
  const area = el("textarea", { rows: 3, "aria-label": "The message" });
  area.value = old;
  const save = async () => {
    await act("edit", { channel, ts, text: area.value });
    dialog.close();
  };
  dialog.append(
    el("h2", {}, "Edit the message"),
    area,
    el(
      "div",
      { class: "buttons" },
      el("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
      el("button", { type: "button", class: "primary", onclick: save }, "Save"),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function pressed(message, element, value) {
  const place = { channel: message.channel, ts: message.ts, user: chosen.viewer };
  if (element.type === "feedback_buttons") return ask("vote", { ...place, positive: value });
  return ask("press", { ...place, action_id: element.action_id, value });
}

const initials = (name) => name.split(/\s+/).map((word) => word[0] ?? "").join("").slice(0, 2).toUpperCase();
const hue = (user) => ([...user].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 5) + 1;

// The line under a thread while the app thinks.
export function status(channel, thread) {
  const text = workspace.statuses[`${channel}:${thread}`];
  return text ? `${nameOf(workspace.hello.bot)} ${text}` : "";
}
