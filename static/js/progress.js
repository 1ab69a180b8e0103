// Looks after a running job every two seconds without loading the whole page again.
const look = async () => {
  const job = document.querySelector("#job-progress[data-running]");
  if (!job) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#job-progress");
    if (!fresh || !fresh.hasAttribute("data-running")) return location.reload();
    for (const part of job.querySelectorAll("[data-part]")) {
      const same = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      if (same && same.outerHTML !== part.outerHTML) part.replaceWith(same);
    }
  } catch {
    // The network is away for a moment; the next look will tell.
  }
  setTimeout(look, 2000);
};
setTimeout(look, 2000);
