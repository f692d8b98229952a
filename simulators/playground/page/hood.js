// Under the hood: what goes between Slack, the plugin and Dify, the budget of each method, and switches that break it.

import { atEnd, el, patch } from "./dom.js";
import { act } from "./server.js";
import { channelOf, chosen, workspace } from "./state.js";

const LANES = { event: "Slack → plugin", turn: "plugin → itself", dify: "Dify", slack: "plugin → Slack" };
const STYLES = ["auto", "stream", "edit", "post"];

export function makeHood(panel) {
  panel.append(
    el("h2", {}, "Under the hood", el("span", { class: "plugin", "aria-live": "polite" })),
    el(
      "details",
      { open: true },
      el("summary", {}, "Break it"),
      el("ul", { class: "switches" }),
      el("button", { type: "button", class: "danger", id: "kill", onclick: () => act("kill", {}) }, "Kill the plugin"),
    ),
    el("details", {}, el("summary", {}, "How it answers"), el("div", { class: "ways" })),
    el("details", { open: true }, el("summary", {}, "Calls that Slack grants now"), el("ul", { class: "budget" })),
    el("ol", { class: "lines", tabindex: "0", "aria-label": "What happened" }),
  );
}

export function drawHood(panel) {
  panel.hidden = !chosen.hood;
  document.getElementById("hood-toggle").setAttribute("aria-expanded", String(chosen.hood));
  document.body.classList.toggle("with-hood", chosen.hood);
  if (panel.hidden) return;
  const { ready, pid } = workspace.plugin;
  const running = panel.querySelector(".plugin");
  const said = ready ? `plugin runs, pid ${pid}` : "plugin is down";
  if (running.textContent !== said) running.textContent = said;
  running.classList.toggle("good", ready);
  patch(panel.querySelector(".switches"), workspace.switches.map(toggle));
  patch(panel.querySelector(".budget"), workspace.budget.map(meter));
  patch(panel.querySelector(".ways"), workspace.behind ? [ways(workspace.behind)] : []);
  const lines = panel.querySelector(".lines");
  const follows = atEnd(lines);
  patch(lines, Object.values(workspace.hood).sort((a, b) => a.at - b.at).map(line));
  if (follows) lines.scrollTop = lines.scrollHeight;
}

const toggle = ({ name, title, on }) => ({
  key: name,
  stamp: String(on),
  draw: () =>
    el(
      "li",
      {},
      el(
        "label",
        {},
        el("input", {
          type: "checkbox",
          checked: on,
          "data-focus": name,
          "data-switch": name,
          onchange: (event) => act("switch", { name, on: event.target.checked }),
        }),
        title,
      ),
    ),
});

const meter = ({ name, left, most }) => ({
  key: name,
  stamp: `${left} ${most}`,
  draw: () =>
    el("li", {}, el("span", {}, methodOf(name)), el("meter", { min: 0, max: most, low: most / 4, value: left, "aria-label": name }), el("span", { class: "hint" }, `${left} of ${most}`)),
});

// A budget of one channel has the channel behind the method.
function methodOf(name) {
  const [method, place] = name.split(" ");
  const channel = channelOf(place);
  return channel && channel.kind !== "im" ? `${method} #${channel.name}` : method;
}

const ways = ({ by_key: byKey, real, style }) => ({
  key: "ways",
  stamp: JSON.stringify([byKey, real, style]),
  draw: () =>
    el(
      "div",
      {},
      el(
        "label",
        {},
        el("input", { type: "checkbox", checked: byKey, disabled: Boolean(real), "data-focus": "key", onchange: (event) => act("use_key", { wanted: event.target.checked }) }),
        real ? `Over the Service API of ${real}` : "Over Dify's Service API, with the app's key",
      ),
      el(
        "label",
        {},
        "reply_style ",
        el(
          "select",
          { "data-focus": "style", onchange: (event) => act("style", { style: event.target.value }) },
          STYLES.map((one) => el("option", { value: one, selected: one === style }, one)),
        ),
      ),
    ),
});

const line = (one) => ({
  key: one.id,
  stamp: JSON.stringify(one),
  draw: () =>
    el(
      "li",
      { class: `${one.lane} ${one.state}` },
      el("time", {}, new Date(one.at * 1000).toISOString().slice(14, 23)),
      el("span", { class: "lane" }, LANES[one.lane]),
      el("b", {}, one.title),
      el("span", { class: "detail" }, one.detail),
    ),
});
