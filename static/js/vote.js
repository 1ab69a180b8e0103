// A vote is sent without leaving the page. What that takes is fetched when somebody turns to it.

const form = document.querySelector("form[data-library]");

function fetchLibrary() {
  form.removeEventListener("pointerover", fetchLibrary);
  form.removeEventListener("focusin", fetchLibrary);
  const script = document.createElement("script");
  script.src = form.dataset.library;
  document.head.append(script);
}

if (form) {
  form.addEventListener("pointerover", fetchLibrary);
  form.addEventListener("focusin", fetchLibrary);
}
