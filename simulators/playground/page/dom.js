// Elements. A text comes into the page as a text node and in no other way.

// Makes an element. `properties` are attributes; `on…` are listeners; true and false switch an attribute.
export function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Lets a list show `items`, and touches only what has changed. An item is { key, stamp, draw }.
export function patch(list, items) {
  const known = list.nodes ?? (list.nodes = new Map());
  const wanted = new Set(items.map((item) => item.key));
  for (const [key, held] of known) {
    if (!wanted.has(key)) {
      held.node.remove();
      known.delete(key);
    }
  }
  let place = null;
  for (const item of items) {
    const held = known.get(item.key);
    let node = held?.node;
    if (!held || held.stamp !== item.stamp) {
      node = item.draw();
      if (held) replace(held.node, node);
      known.set(item.key, { node, stamp: item.stamp });
    }
    const next = place ? place.nextSibling : list.firstChild;
    if (node !== next) list.insertBefore(node, next);
    place = node;
  }
}

// Puts `node` where `old` is. The focus stays on the element with the same `data-focus`.
function replace(old, node) {
  const name = old.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  old.replaceWith(node);
  if (name) [...node.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === name)?.focus();
}

// Whether the reader of a list is at its end, and so follows what comes.
export function atEnd(list) {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 60;
}
