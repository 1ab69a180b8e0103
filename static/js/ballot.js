// The voting room by keyboard: 1, 2 and 3 answer, as the buttons say.

const buttons = document.querySelectorAll(".ballot__form [data-key]");

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input[type=text], textarea, select");
}

if (buttons.length > 0) {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || isTyping(event.target)) {
      return;
    }
    const button = [...buttons].find((each) => each.dataset.key === event.key);
    if (button) {
      event.preventDefault();
      button.click();
    }
  });
}
