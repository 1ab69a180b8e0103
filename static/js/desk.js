// The moderator's desk by keyboard: f publishes, s skips, x and a digit refuses with the ready words,
// ? leads to what the keys do.

const desk = document.querySelector("[data-desk]");

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input[type=text], textarea, select");
}

function phraseOf(ground) {
  return desk.querySelector(`[data-phrase="${CSS.escape(ground)}"]`)?.textContent.trim() ?? "";
}

// What somebody has typed is never written over: only ready words give way to others.
function insertPhrase(radio) {
  const field = radio.form.elements.explanation;
  const ready = [...desk.querySelectorAll("[data-phrase]")].map((each) => each.textContent.trim());
  if (field.value.trim() === "" || ready.includes(field.value.trim())) {
    field.value = phraseOf(radio.value);
  }
}

if (desk) {
  const radios = [...desk.querySelectorAll("[data-grounds] input[type=radio]")];
  let refuses = false;
  for (const radio of radios) {
    radio.addEventListener("change", () => insertPhrase(radio));
  }
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || isTyping(event.target)) {
      return;
    }
    const radio = refuses ? radios[Number(event.key) - 1] : undefined;
    const marked = desk.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    refuses = event.key === "x";
    if (radio) {
      event.preventDefault();
      radio.checked = true;
      insertPhrase(radio);
      radio.form.requestSubmit(radio.form.querySelector("button[name=deed]"));
    } else if (marked) {
      event.preventDefault();
      if (marked.hasAttribute("tabindex")) {
        marked.focus();
      } else {
        (marked.querySelector("button") ?? marked).click();
      }
    } else if (refuses) {
      event.preventDefault();
      radios[0]?.closest("fieldset").scrollIntoView({ block: "center" });
    }
  });
}
