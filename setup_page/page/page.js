"use strict";
(function () {
  const field = (id) => document.getElementById(id);
  const [address, name, colour, wrong] = ["address", "name", "colour", "address-wrong"].map(field);
  const form = /^(https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:\/])[^\s?#"<>@\\]*\/e\/[A-Za-z0-9_-]{1,64}$/;

  function base() {
    return address.value.trim().replace(/\/slack(\/[a-z]*)?\/?$/, "").replace(/\/+$/, "");
  }

  function handle(text) {
    const plain = text.toLowerCase().replace(/[^a-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
    return plain || "dify-bridge";
  }

  function link(variant) {
    const text = variant.querySelector("textarea").value;
    let compact = "";
    try {
      compact = JSON.stringify(JSON.parse(text));
    } catch (error) {
      return; // the text was changed by hand and is not whole yet
    }
    const anchor = variant.querySelector("a.first");
    anchor.href = anchor.href.split("manifest_json=")[0] + "manifest_json=" + encodeURIComponent(compact);
  }

  function change(variant) {
    const area = variant.querySelector("textarea");
    let manifest;
    try {
      manifest = JSON.parse(area.value);
    } catch (error) {
      return;
    }
    const called = Array.from(name.value.trim()).slice(0, 35).join("");
    if (called) {
      manifest.display_information.name = called;
      manifest.features.bot_user.display_name = handle(called);
    }
    manifest.display_information.background_color = colour.value;
    const events = manifest.settings.event_subscriptions;
    const presses = manifest.settings.interactivity;
    if (form.test(base()) && events.request_url && presses.request_url) {
      events.request_url = base() + "/slack/events";
      presses.request_url = base() + "/slack/interactions";
      (manifest.features.slash_commands || []).forEach((command) => { command.url = base() + "/slack/commands"; });
    }
    area.value = JSON.stringify(manifest, null, 2);
    link(variant);
  }

  function changeAll() {
    wrong.hidden = form.test(base());
    document.querySelectorAll("details.variant").forEach(change);
    const called = handle(name.value.trim());
    document.querySelectorAll(".handle").forEach((place) => { place.textContent = "@" + called; });
  }

  async function copy(button) {
    const area = button.closest("details").querySelector("textarea");
    try {
      await navigator.clipboard.writeText(area.value);
    } catch (error) { // no permission, or a page over http
      area.select();
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
  }

  [address, name, colour].forEach((input) => input.addEventListener("input", changeAll));
  document.querySelectorAll("details.variant").forEach((variant) => {
    variant.querySelector("textarea").addEventListener("input", () => link(variant));
    const button = variant.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  });
})();
