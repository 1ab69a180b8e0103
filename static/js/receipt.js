// The QR code of a receipt carries its words behind the address's #, where no server sees them.
const words = document.querySelector("[data-receipt]");

if (words && !words.value && location.hash.length > 1) {
  words.value = decodeURIComponent(location.hash.slice(1)).replaceAll("-", " ");
  history.replaceState(null, "", location.pathname);
}
