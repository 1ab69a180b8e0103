// Says while typing how a new password is coming along: about its length only, and never "wrong".
for (const hint of document.querySelectorAll("[data-password-for]")) {
  const field = document.getElementById(hint.dataset.passwordFor);
  field?.addEventListener("input", () => {
    const length = [...field.value].length;
    const { short, enough, strong } = hint.dataset;
    hint.textContent = length < 8 ? short.replace("{n}", 8 - length) : length < 14 ? enough : strong;
    hint.hidden = length === 0;
  });
}
