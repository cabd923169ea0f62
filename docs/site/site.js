// What axe finds of the theme and a style sheet can't mend: names of landmarks, and tables that keys have to scroll.
const mend = () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  document.querySelectorAll(".md-code__nav").forEach((nav, index) => nav.setAttribute("aria-label", `Code ${index + 1}`));
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((table) => table.setAttribute("tabindex", "0"));
};
document.addEventListener("DOMContentLoaded", mend);
// The theme makes the buttons of code and the wraps of tables after that.
new MutationObserver(mend).observe(document.documentElement, { childList: true, subtree: true });
