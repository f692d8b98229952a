// What can be pressed and filled in: buttons, thumbs, inputs of modals.

import { el } from "./dom.js";

export function actions({ elements }, press) {
  return el("div", { class: "actions" }, elements.flatMap((one) => buttons(one, press)));
}

function buttons(one, press) {
  if (one.type === "feedback_buttons") {
    return [button(one, one.positive_button, "👍", press, true), button(one, one.negative_button, "👎", press, false)];
  }
  if (one.options.length) return [select(one, (value) => press?.(one, value))];
  return [button(one, one.text, "", press, one.value ?? "")];
}

function button(one, label, sign, press, value) {
  return el(
    "button",
    {
      type: "button",
      class: `action ${one.style ?? ""}`,
      "aria-label": label,
      "data-focus": `${one.action_id} ${value}`,
      disabled: !press,
      onclick: (event) => {
        event.currentTarget.classList.add("pressed");
        press(one, value);
      },
    },
    sign || label,
  );
}

function select(one, chosen = null) {
  const made = el(
    "select",
    { "data-focus": one.action_id, onchange: chosen ? (event) => chosen(event.target.value) : () => {} },
    one.placeholder || !one.initial ? el("option", { value: "" }, one.placeholder || "—") : null,
    one.options.map(({ value, text }) => el("option", { value, selected: value === one.initial }, text)),
  );
  return made;
}

// An input of a modal. `valueOf` reads it again.
export function input(block) {
  const { element } = block;
  let field;
  if (element.options.length && element.type !== "checkboxes") field = select(element);
  else if (element.type === "checkboxes") field = boxes(element);
  else if (element.multiline) field = el("textarea", { rows: 4, maxlength: element.max_length, placeholder: element.placeholder });
  else field = el("input", { type: kind(element.type), maxlength: element.max_length, placeholder: element.placeholder });
  if ("value" in field && element.initial && !element.options.length) field.value = element.initial;
  field.dataset.block = block.block_id;
  field.dataset.action = element.action_id;
  field.dataset.kind = element.type;
  if (!block.optional && "required" in field) field.required = true;
  return el(
    "label",
    { class: "input" },
    el("span", { class: "label" }, block.label, block.optional ? el("span", { class: "hint" }, " (optional)") : null),
    field,
    block.hint ? el("span", { class: "hint" }, block.hint) : null,
    el("span", { class: "wrong", role: "alert", "data-wrong": block.block_id }),
  );
}

const kind = (type) =>
  ({ number_input: "number", email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time" })[type] ??
  "text";

function boxes({ options }) {
  return el(
    "span",
    { class: "boxes" },
    options.map(({ value, text }) => el("label", {}, el("input", { type: "checkbox", value, "data-text": text }), text)),
  );
}

// What a field holds, as Slack's `state.values` tells it; a text as it is.
export function valueOf(field) {
  const type = field.dataset.kind;
  const option = (value, text) => ({ value, text: { type: "plain_text", text } });
  if (type === "checkboxes") {
    const set = [...field.querySelectorAll("input:checked")];
    return { type, selected_options: set.map((box) => option(box.value, box.dataset.text)) };
  }
  if (field.tagName === "SELECT") {
    const picked = field.selectedOptions[0];
    return { type, selected_option: picked?.value ? option(picked.value, picked.textContent) : null };
  }
  if (type === "datepicker") return { type, selected_date: field.value || null };
  if (type === "timepicker") return { type, selected_time: field.value || null };
  return field.value;
}
