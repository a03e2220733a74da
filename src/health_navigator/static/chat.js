// Without this script the page works too; with it, the conversation stays on the screen.
"use strict";
const main = document.querySelector("main");
const messages = document.getElementById("messages");
const box = document.getElementById("text");
const sending = document.getElementById("sending");
const SLOW_MILLISECONDS = 10_000;
let slow = 0;
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

function fail(text) {
  clearFailure();
  showLine("failed", text).scrollIntoView({ block: "end" });
}

// Beside the messages, not among them: what is busy is not read aloud.
function wait() {
  messages.setAttribute("aria-busy", "true");
  sending.textContent = main.dataset.sending;
  slow = setTimeout(() => { sending.textContent = main.dataset.slow; }, SLOW_MILLISECONDS);
}

function waitNoMore() {
  clearTimeout(slow);
  sending.textContent = "";
  messages.removeAttribute("aria-busy");
}

// A server that fails says itself whom to call; what stands before it may not.
async function whyNot(answer) {
  if (answer.status === 429) return main.dataset.crowded;
  const isTold = answer.headers.get("Content-Type")?.startsWith("text/plain");
  return isTold ? answer.text() : main.dataset.broken;
}

async function send(fields, label) {
  pending.abort();
  const { signal } = pending = new AbortController();
  waitNoMore();
  wait();
  try {
    const answer = await fetch("/", { method: "POST", body: new URLSearchParams(fields), headers: { "X-Fragment": "1" }, signal });
    const text = answer.ok ? await answer.text() : await whyNot(answer);
    if (signal.aborted) return false;
    if (!answer.ok) { fail(text); return false; }
    const isForgotten = answer.headers.has("X-Forgotten");
    if (isForgotten) clearScreen();
    clearButtons();
    clearFailure();
    if (label && !isForgotten) showLine("asked", label);
    show(text);
    return true;
  } catch {
    if (!signal.aborted) fail(main.dataset.failed);
    return false;
  } finally {
    if (!signal.aborted) waitNoMore();
  }
}

main.addEventListener("submit", async (event) => {
  const button = event.submitter;
  const isTap = button !== null && button.name === "tap";
  event.preventDefault();
  if (event.target.id === "clear") {
    pending.abort(); // what was just asked must not come to the cleared screen
    waitNoMore();
    clearScreen();
    await send({ text: button.value });
    return;
  }
  if (messages.hasAttribute("aria-busy")) return;
  if (isTap) { await send({ tap: button.value }, button.textContent); return; }
  const asked = box.value;
  // What was typed meanwhile is the next question.
  if (await send({ text: asked }) && box.value === asked) box.value = "";
});

messages.addEventListener("click", (event) => {
  if (!event.target.matches(".locate")) return;
  if (messages.hasAttribute("aria-busy")) return;
  navigator.geolocation.getCurrentPosition(
    (found) => send({ latitude: found.coords.latitude, longitude: found.coords.longitude }, event.target.textContent),
    () => { fail(main.dataset.nowhere); box.focus(); },
    { timeout: 15_000 },
  );
});

// Going back or forward to the page must not bring an old conversation to the screen.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

showLocationButtons();
