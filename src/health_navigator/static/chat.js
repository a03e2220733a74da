// Without this script the page works too; with it, the conversation stays on the screen.
"use strict";
const form = document.getElementById("chat");
const messages = document.getElementById("messages");
const box = document.getElementById("text");

function showLocationButtons() {
  if (!("geolocation" in navigator)) return;
  for (const button of messages.querySelectorAll(".locate")) button.hidden = false;
}

async function send(fields) {
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/", { method: "POST", body: new URLSearchParams(fields), headers: { "X-Fragment": "1" } });
    if (!answer.ok) throw new Error(String(answer.status));
    for (const old of messages.querySelectorAll(".row")) old.remove();
    messages.insertAdjacentHTML("beforeend", await answer.text());
    showLocationButtons();
    const newest = messages.querySelector(".reply:last-of-type");
    if (newest) newest.scrollIntoView({ block: "start" });
    return true;
  } catch {
    return false;
  } finally {
    form.removeAttribute("aria-busy");
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  const fields = button && button.name === "tap" ? { tap: button.value } : { text: box.value };
  if (await send(fields)) {
    box.value = "";
    box.focus({ preventScroll: true });
  } else {
    form.submit();
  }
});

messages.addEventListener("click", (event) => {
  if (!event.target.matches(".locate")) return;
  navigator.geolocation.getCurrentPosition(
    (found) => send({ latitude: found.coords.latitude, longitude: found.coords.longitude }),
    () => box.focus(),
  );
});

showLocationButtons();
