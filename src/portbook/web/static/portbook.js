// What the pages gain by script; each works without: keys, hints under the arrows, copies.
"use strict";

const KEYS = "portbook.keys"; // in the browser's own storage: "off" when single keys are switched off
const field = () => document.getElementById("q");

function isTyping(target) {
  return target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName);
}

function keysAreOn() {
  try {
    return localStorage.getItem(KEYS) !== "off";
  } catch {
    return true; // storage is closed to this page
  }
}

// -- single keys: / search, [ and ] the neighbouring ports, ? the list of keys (WCAG 2.1.4: they can be switched off)

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target) || !keysAreOn()) return;
  const places = { "[": "a[rel=prev]", "]": "a[rel=next]", "?": "a[href$='#keys']" };
  if (event.key === "/") {
    event.preventDefault();
    field()?.select();
    field()?.focus();
  } else if (event.key in places) {
    document.querySelector(places[event.key])?.click();
  }
});

const form = document.querySelector("form.search");
if (form && keysAreOn()) {
  const key = document.createElement("kbd");
  key.textContent = "/";
  key.ariaHidden = "true";
  field().after(key);
}

const keySwitch = document.getElementById("key-switch");
if (keySwitch) {
  keySwitch.hidden = false;
  const box = keySwitch.querySelector("input");
  box.checked = keysAreOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEYS, box.checked ? "on" : "off");
    } catch {
      box.checked = true;
    }
  });
}

// -- hints below the search field: arrows walk, Escape leaves

document.querySelector("form.search")?.addEventListener("keydown", (event) => {
  const hints = document.getElementById("hints");
  const stops = [field(), ...hints.querySelectorAll("a")];
  const at = stops.indexOf(event.target);
  if (event.key === "Escape" && hints.childElementCount) {
    event.preventDefault();
    hints.replaceChildren();
    field().focus();
  } else if (event.key === "Escape" && !field().value) {
    field().blur(); // a second time: back to the page and its keys
  } else if (at >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    stops[(at + (event.key === "ArrowDown" ? 1 : -1) + stops.length) % stops.length].focus();
  }
});

// -- copies: a button beside each line that is made to be copied

for (const line of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "copy";
  button.setAttribute("aria-label", `copy ${line.textContent}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(line); // no clipboard here: the line is marked for Ctrl-C
      button.textContent = "marked";
    }
    setTimeout(() => (button.textContent = "copy"), 2000);
  });
  if (line.parentElement.matches("p")) line.after(" ", button);
  else line.parentElement.append(" ", button); // behind what is said of the line, which so stays in its place
}
