// What the page knows of the workspace (from the feed), and what its reader has chosen.

const TABLES = ["messages", "statuses", "hood", "homes"];

export const workspace = {
  hello: { people: {}, bot: "", viewers: [], acts: [] },
  channels: [],
  messages: {},
  statuses: {},
  homes: {},
  modals: [],
  hood: {},
  budget: [],
  switches: [],
  behind: null,
  plugin: { ready: false, pid: 0 },
};

// `viewer` is who looks and acts; `both`: a thread is shown as each viewer sees it; `place` is a channel or "home".
export const chosen = { viewer: "", both: false, place: "", thread: "", hood: true };

const listeners = [];

export function onChange(listener) {
  listeners.push(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

export function choose(changes) {
  Object.assign(chosen, changes);
  changed();
}

// Takes what the feed brought: tables entry by entry, with null for an entry that went; the rest as a whole.
export function take(news) {
  for (const [name, value] of Object.entries(news)) {
    if (!TABLES.includes(name)) {
      workspace[name] = value;
      continue;
    }
    for (const [key, entry] of Object.entries(value)) {
      if (entry === null) delete workspace[name][key];
      else workspace[name][key] = entry;
    }
  }
  const { viewers } = workspace.hello;
  if (!chosen.viewer && viewers.length) chosen.viewer = viewers[0];
  if (!chosen.place && workspace.channels.length) chosen.place = workspace.channels[0].id;
  changed();
}

// The state anew, before a feed that begins again.
export function forget() {
  for (const name of TABLES) workspace[name] = {};
}

export const can = (act) => workspace.hello.acts.includes(act);
export const nameOf = (user) => workspace.hello.people[user]?.name ?? user;
export const channelOf = (id) => workspace.channels.find((one) => one.id === id);

// Messages in the order of their coming that a viewer sees.
export function seenBy(viewer, wanted) {
  return Object.values(workspace.messages)
    .filter((message) => message.views[viewer] && wanted(message))
    .sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

export const inThread = (channel, root) => (message) =>
  message.channel === channel && (message.ts === root || message.thread_ts === root);

export const atTop = (channel) => (message) =>
  message.channel === channel && (!message.thread_ts || message.thread_ts === message.ts || message.broadcast);
