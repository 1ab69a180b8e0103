// Keeps what one types: a second after the last key the form goes to the server, which holds it.
// Trouble is said and tried again; leaving the page waits for a save that is on its way.
const note = document.querySelector("[data-autosave]");
const form = note?.closest("form");

if (form) {
  const saved = note.querySelector("[data-part=saved]");
  const trouble = note.querySelector("[data-part=trouble]");
  const similar = form.querySelector("[data-similar]");
  const STEPS = [2, 4, 8, 15, 30];
  let timer, running, failures = 0, isDirty = false, isLeaving = false, blocked = "";

  const later = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(save, seconds * 1000);
  };

  const say = (text) => {
    if (trouble.textContent !== text) trouble.textContent = text;
  };

  async function send(options = {}) {
    const fields = new FormData(form);
    fields.set("go", "save");
    return fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/json" },
      redirect: "error",
      ...options,
    });
  }

  async function attempt() {
    isDirty = false;
    let answer;
    try {
      answer = await send({ signal: AbortSignal.timeout(10000) });
    } catch {
      return again();
    }
    if (answer.status === 429 || answer.status >= 500) return again();
    if (answer.ok) {
      const kept = await answer.json();
      failures = 0;
      say("");
      saved.textContent = kept.said;
      form.elements.draft.value = kept.draft;
      form.elements.seen.value = kept.seen;
      if (similar) showSimilar(kept.similar);
    } else {
      blocked = answer.status === 401 || answer.status === 400 ? note.dataset.signedOut : "";
      if (!blocked) blocked = (await answer.json().catch(() => ({}))).said ?? note.dataset.offline;
      say(blocked);
    }
  }

  function again() {
    isDirty = true;
    say(note.dataset.offline);
    later(STEPS[Math.min(failures++, STEPS.length - 1)]);
  }

  function save() {
    if (!isDirty || running || blocked || isLeaving) return;
    running = attempt().finally(() => {
      running = undefined;
      if (isDirty && !failures) later(1);
    });
  }

  async function showSimilar(address) {
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const html = await answer.text();
    if (html.trim() === similar.dataset.shown) return;
    similar.dataset.shown = html.trim();
    similar.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  }

  form.addEventListener("input", () => {
    isDirty = true;
    later(1);
  });
  window.addEventListener("online", () => isDirty && later(0));
  // Whoever puts the phone away may not come back to this page.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isDirty && !running && !blocked && !isLeaving) {
      isDirty = false;
      send({ keepalive: true }).then((answer) => answer.ok && answer.json()).then((kept) => {
        if (!kept) return;
        form.elements.draft.value = kept.draft;
        form.elements.seen.value = kept.seen;
      }).catch(again);
    }
  });
  form.addEventListener("submit", (event) => {
    if (isLeaving) {
      event.preventDefault();
      return;
    }
    clearTimeout(timer);
    if (!running) {
      isLeaving = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    running.finally(() => form.requestSubmit(button));
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
}
