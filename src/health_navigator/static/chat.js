// Without this script the page works too; with it, the conversation stays on the screen.
"use strict";
const main = document.querySelector("main");
const messages = document.getElementById("messages");
const box = document.getElementById("text");
let pending = new AbortController();

function showLocationButtons() {
  if (!("geolocation" in navigator)) return;
  for (const button of messages.querySelectorAll(".locate")) button.hidden = false;
}

// Old buttons go, so that no one presses what no longer fits; the words stay.
function clearButtons() {
  for (const old of messages.querySelectorAll(".row, .locate")) old.remove();
}

function clearFailure() {
  messages.querySelector(".failed")?.remove();
}

function showLine(name, text) {
  const line = document.createElement("p");
  line.className = name;
  line.textContent = text;
  messages.append(line);
  return line;
}

function show(html) {
  const before = messages.querySelectorAll(".reply").length;
  messages.insertAdjacentHTML("beforeend", html);
  showLocationButtons();
  const newest = messages.querySelectorAll(".reply")[before];
  if (!newest) return;
  newest.tabIndex = -1;
  newest.focus({ preventScroll: true });
  newest.scrollIntoView({ block: "start" });
}

// Everything goes at once, also without a connection; what the browser would show again, too.
function clearScreen() {
  messages.replaceChildren();
  for (const form of document.forms) form.reset();
  history.replaceState(null, "", "/");
}

async function send(fields, label) {
  const { signal } = pending = new AbortController();
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/", { method: "POST", body: new URLSearchParams(fields), headers: { "X-Fragment": "1" }, signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (signal.aborted) return false;
    const isForgotten = answer.headers.has("X-Forgotten");
    if (isForgotten) clearScreen();
    clearButtons();
    clearFailure();
    if (label && !isForgotten) showLine("asked", label);
    show(html);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    clearFailure();
    const why = error.message === "429" ? main.dataset.crowded : main.dataset.failed;
    showLine("failed", why).scrollIntoView({ block: "end" });
    return false;
  } finally {
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

main.addEventListener("submit", async (event) => {
  const button = event.submitter;
  const isTap = button !== null && button.name === "tap";
  event.preventDefault();
  if (event.target.id === "clear") {
    pending.abort(); // what was just asked must not come to the cleared screen
    clearScreen();
    await send({ text: button.value });
    return;
  }
  if (main.hasAttribute("aria-busy")) return;
  if (isTap) await send({ tap: button.value }, button.textContent);
  else if (await send({ text: box.value })) box.value = "";
});

messages.addEventListener("click", (event) => {
  if (!event.target.matches(".locate")) return;
  navigator.geolocation.getCurrentPosition(
    (found) => send({ latitude: found.coords.latitude, longitude: found.coords.longitude }, event.target.textContent),
    () => box.focus(),
  );
});

// Going back or forward to the page must not bring an old conversation to the screen.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

showLocationButtons();
