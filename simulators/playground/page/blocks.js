// Blocks of messages and views as elements. The server sends them as a tree of plain values (drawn.py).

import { el } from "./dom.js";
import { actions, input } from "./elements.js";

const MARKS = { bold: "strong", italic: "em", strike: "s", code: "code" };
const STATES = { pending: "waits", in_progress: "runs", complete: "done", error: "failed" };

// `press(element, value)` is called for a button; without it buttons can't be pressed.
export function blocks(list, press = null) {
  const drawn = [];
  for (let at = 0; at < list.length; at += 1) {
    const cards = list.slice(at).findIndex((one, place) => one.type !== "Task" && (place || one.type !== "Plan"));
    const count = cards < 0 ? list.length - at : cards;
    if (count) {
      drawn.push(plan(list.slice(at, at + count)));
      at += count - 1;
    } else drawn.push(block(list[at], press));
  }
  return drawn;
}

function block(one, press) {
  switch (one.type) {
    case "Paragraph":
      return el("p", {}, spans(one.text));
    case "Heading":
      return el("p", { class: "heading", role: "heading", "aria-level": one.level + 2 }, spans(one.text));
    case "Item":
      return el("div", { class: "item" }, el("span", { class: "marker" }, one.marker), el("div", {}, blocks(one.blocks)));
    case "Quote":
      return el("blockquote", {}, blocks(one.blocks));
    case "Code":
      return el("pre", { tabindex: "0", "data-info": one.info || null }, el("code", {}, one.text));
    case "Table":
      return table(one);
    case "Rule":
      return el("hr");
    case "Context":
      return el("p", { class: "context" }, spans(one.text));
    case "Actions":
      return actions(one, press);
    case "Input":
      return input(one);
    default:
      return el("p", { class: "context" }, `[${one.type}]`);
  }
}

function spans(text) {
  return text.map(({ text: words, marks }) => {
    let node = document.createTextNode(words);
    for (const mark of marks) {
      node = MARKS[mark] ? el(MARKS[mark], {}, node) : el("span", { class: mark }, node);
    }
    return node;
  });
}

function table({ rows, alignments }) {
  const [head, ...body] = rows;
  const row = (cells, tag) =>
    el("tr", {}, cells.map((cell, place) => el(tag, { class: alignments[place] ?? "left" }, spans(cell))));
  return el(
    "div",
    { class: "table", tabindex: "0", role: "group", "aria-label": "Table" },
    el("table", {}, el("thead", {}, head ? row(head, "th") : null), el("tbody", {}, body.map((cells) => row(cells, "td")))),
  );
}

function plan(list) {
  const title = list[0].type === "Plan" ? list[0].title : "";
  const cards = list.filter((one) => one.type === "Task");
  return el(
    "section",
    { class: "plan", "aria-label": title || "Steps" },
    title ? el("p", { class: "plan-title" }, title) : null,
    el("ul", {}, cards.map(card)),
  );
}

function card({ title, status, details, output, sources }) {
  const more = [details, output, sources.join(" · ")].filter(Boolean);
  return el(
    "li",
    { class: `task ${status}` },
    el("span", { class: "sign", role: "img", "aria-label": STATES[status] ?? status }),
    el("span", { class: "task-title" }, title),
    more.map((text) => el("span", { class: "task-more" }, text)),
  );
}
