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
  let isChanged = "unsaved" in editor.dataset;
  const trouble = document.createElement("p");
  trouble.className = "notice bad";
  trouble.setAttribute("role", "alert");
  trouble.hidden = true;
  advice.before(trouble);

  function tell(text) {
    trouble.hidden = !text;
    if (trouble.textContent !== text) trouble.textContent = text;
  }

  async function look() {
    const mine = ++asked;
    const fields = new URLSearchParams(new FormData(editor));
    fields.set("hacer", "ver");
    try {
      const answer = await fetch(editor.action, { method: "POST", body: fields, headers: { "X-Fragment": "1" } });
      if (mine !== asked) return;
      if (answer.status === 401) { tell("Tu sesión terminó, y la vista previa ya no cambia. Pulsa «Guardar borrador»: entras de nuevo y tu texto sigue ahí."); return; }
      if (!answer.ok) { tell("La vista previa no se pudo actualizar. Tu texto sigue aquí."); return; }
      const html = await answer.text();
      if (mine !== asked) return;
      advice.innerHTML = html;
      tell("");
      const notices = advice.querySelectorAll(".notice li").length;
      said.textContent = notices ? `Vista previa al día. ${notices} ${notices === 1 ? "aviso" : "avisos"}.` : "Vista previa al día.";
    } catch {
      if (mine === asked) tell("No hay conexión: la vista previa no cambia. Tu texto sigue aquí.");
    }
  }

  // On one line there is nothing to begin anew, and a page that loads again is no answer.
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
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
      for (const error of next.querySelectorAll(".error")) error.remove();
      for (const part of next.querySelectorAll("input, select, label, .hint")) {
        for (const name of ["id", "name", "for", "aria-describedby"]) {
          const value = part.getAttribute(name);
          if (value) part.setAttribute(name, value.replace(/\.\d+\./g, `.${number}.`));
        }
        part.removeAttribute("aria-invalid");
        if (part.tagName === "INPUT") part.value = "";
      }
      last.after(next);
      next.querySelector("input").focus();
    });
    list.append(more);
  }
}
