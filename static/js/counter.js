// Says how many characters are left while one writes; the limit itself stands in the hint.
for (const note of document.querySelectorAll("[data-counter-for]")) {
  const input = document.getElementById(note.dataset.counterFor);
  const limit = Number(note.dataset.limit);
  let waiting;
  const say = () => {
    const left = limit - input.value.length;
    note.textContent = (left < 0 ? note.dataset.over : note.dataset.left).replace("{n}", Math.abs(left));
    note.classList.toggle("is-over", left < 0);
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(say, 400);
  });
  if (input.value) say();
}
