// The list of channels and direct messages, and the bot's Home tab.

import { el, patch } from "./dom.js";
import { titleOf } from "./panes.js";
import { chosen, choose, nameOf, workspace } from "./state.js";

export function drawPlaces(list) {
  const mine = workspace.channels.filter((one) => one.viewers.includes(chosen.viewer));
  const entries = mine.map((one) => ({ id: one.id, title: titleOf(one) }));
  entries.push({ id: "home", title: `${nameOf(workspace.hello.bot)}: Home` });
  patch(
    list,
    entries.map(({ id, title }) => ({
      key: id,
      stamp: JSON.stringify([title, chosen.place === id]),
      draw: () =>
        el(
          "button",
          {
            type: "button",
            "data-focus": id,
            "data-place": id,
            "aria-current": chosen.place === id ? "page" : null,
            onclick: () => choose({ place: id, thread: "" }),
          },
          title,
        ),
    })),
  );
}
