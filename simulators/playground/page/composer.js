// Where a message is typed: text, a mention, a file; a text that begins with "/dify" is the slash command.

import { el } from "./dom.js";
import { act, ask, notice } from "./server.js";
import { chosen, nameOf, workspace } from "./state.js";
import { openThread } from "./message.js";

const COMMAND = "/dify";
const LARGEST = 5_000_000; // bytes

// `place()` names the channel, and the thread if there is one.
export function composer(name, label, place) {
  const files = [];
  const area = el("textarea", {
    id: `composer-${name}`,
    rows: 2,
    placeholder: label,
    "aria-label": label,
    onkeydown: (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      }
    },
  });
  const held = el("p", { class: "held", "aria-live": "polite" });
  const picker = el("input", { type: "file", multiple: true, "aria-label": "Attach files", onchange: () => pick() });

  async function pick() {
    for (const file of picker.files) {
      if (file.size > LARGEST) notice(`${file.name} is larger than 5 MB.`);
      else files.push({ name: file.name, mimetype: file.type || "text/plain", data: await inBase64(file) });
    }
    picker.value = "";
    held.textContent = files.map((file) => file.name).join(", ");
  }

  async function send() {
    const text = area.value.trim();
    if (!text && !files.length) return;
    const user = chosen.viewer;
    const where = place();
    area.value = "";
    if (text === COMMAND || text.startsWith(`${COMMAND} `)) {
      await ask("command", { channel: where.channel, user, command: COMMAND, text: text.slice(COMMAND.length).trim() });
      return;
    }
    const ids = [];
    for (const file of files.splice(0)) {
      const stored = await act("add_file", { ...file, user });
      if (stored) ids.push(stored.file);
    }
    held.textContent = "";
    const said = await act("say", { ...where, user, text, files: ids });
    if (said && name === "channel" && text.includes(mention())) openThread(said.ts);
    else if (said && name === "channel" && place().channel.startsWith("D")) openThread(said.ts);
  }

  function insert(text) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.focus();
  }

  return el(
    "form",
    {
      class: "composer",
      onsubmit: (event) => {
        event.preventDefault();
        send();
      },
    },
    area,
    held,
    el(
      "div",
      { class: "buttons" },
      el("button", { type: "button", title: "Mention the app", onclick: () => insert(`${mention()} `) }, "@ Mention"),
      el("label", { class: "attach", title: "Up to 5 MB each" }, "Attach a file", picker),
      el("button", { type: "button", title: "The slash command", onclick: () => insert(`${COMMAND} `) }, "/ Command"),
      el("button", { type: "submit", class: "primary" }, "Send"),
    ),
  );
}

const mention = () => `@${nameOf(workspace.hello.bot)}`;

async function inBase64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
