// Without this script every page works; with it, the form shows its preview and warnings as one types.
"use strict";
document.documentElement.classList.add("scripted");

const problems = document.getElementById("errores");
if (problems) problems.focus();
const current = document.querySelector(".top nav [aria-current]");
if (current) current.parentElement.parentElement.scrollLeft = current.offsetLeft - 16;

// What takes seconds says so, and is sent once.
for (const form of document.querySelectorAll("[data-slow]")) {
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  form.append(said);
  form.addEventListener("submit", (event) => {
    if (said.textContent) { event.preventDefault(); return; }
    said.textContent = form.dataset.slow;
  });
  // Back from another page, it may be sent again.
  addEventListener("pageshow", () => { said.textContent = ""; });
}

const editor = document.getElementById("editor");
if (editor) {
  const advice = document.getElementById("advice");
  const said = document.getElementById("advice-said");
  let timer = 0;
  let asked = 0;
  let isChanged = document.getElementById("errores") !== null;

  async function look() {
    const mine = ++asked;
    const fields = new URLSearchParams(new FormData(editor));
    fields.set("hacer", "ver");
    try {
      const answer = await fetch(editor.action, { method: "POST", body: fields, headers: { "X-Fragment": "1" } });
      if (!answer.ok || mine !== asked) return;
      advice.innerHTML = await answer.text();
      const notices = advice.querySelectorAll(".notice li").length;
      said.textContent = notices ? `Vista previa al día. ${notices} avisos.` : "Vista previa al día.";
    } catch {
      // No connection: the preview stays as it was, and saving will say so.
    }
  }

  editor.addEventListener("input", () => {
    isChanged = true;
    clearTimeout(timer);
    timer = setTimeout(look, 500);
  });
  editor.addEventListener("submit", () => { isChanged = false; });
  addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });

  // The last empty row is a model for more of them.
  for (const list of editor.querySelectorAll("[data-rows]")) {
    const more = document.createElement("button");
    more.type = "button";
    more.textContent = "Agregar otra fila";
    more.addEventListener("click", () => {
      const rows = list.querySelectorAll(".row");
      const last = rows[rows.length - 1];
      const next = last.cloneNode(true);
      const number = rows.length;
      next.setAttribute("aria-label", `${list.querySelector("legend").firstChild.textContent.trim()} ${number + 1}`);
      for (const part of next.querySelectorAll("input, select, label")) {
        for (const name of ["id", "name", "for"]) {
          const value = part.getAttribute(name);
          if (value) part.setAttribute(name, value.replace(/\.\d+\./, `.${number}.`));
        }
        if (part.tagName === "INPUT") part.value = "";
      }
      last.after(next);
      next.querySelector("input").focus();
    });
    list.append(more);
  }
}
