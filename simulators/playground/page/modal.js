// Modals that the app has opened for the viewer.

import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { valueOf } from "./elements.js";
import { act, ask } from "./server.js";
import { chosen, workspace } from "./state.js";

const open = new Map();

export function drawModals() {
  const wanted = new Map(workspace.modals.filter((one) => one.user === chosen.viewer).map((one) => [one.id, one]));
  for (const [id, dialog] of open) {
    if (!wanted.has(id)) {
      open.delete(id);
      dialog.remove();
    }
  }
  for (const [id, view] of wanted) {
    if (!open.has(id)) {
      const dialog = draw(view);
      open.set(id, dialog);
      document.body.append(dialog);
      dialog.showModal();
    }
  }
}

function draw(view) {
  const dialog = el("dialog", { class: "modal", "aria-label": view.title });
  const close = () => act("close_modal", { view: view.id });
  const form = el(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        submit(view, form);
      },
    },
    el("h2", {}, view.title),
    el("div", { class: "text" }, blocks(view.blocks)),
    el(
      "div",
      { class: "buttons" },
      el("button", { type: "button", onclick: close }, view.close || "Cancel"),
      view.submit ? el("button", { type: "submit", class: "primary" }, view.submit) : null,
    ),
  );
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  dialog.append(form);
  return dialog;
}

async function submit(view, form) {
  const values = {};
  for (const field of form.querySelectorAll("[data-block]")) {
    values[field.dataset.block] = { [field.dataset.action]: valueOf(field) };
  }
  const result = await ask("submit", { view: view.id, user: chosen.viewer, values });
  const told = result?.body ? JSON.parse(result.body) : {};
  for (const line of form.querySelectorAll("[data-wrong]")) line.textContent = told.errors?.[line.dataset.wrong] ?? "";
}
