"use strict";
(() => {
  const find = document.getElementById("find"), count = document.getElementById("count");
  const cards = [...document.querySelectorAll("[data-s]")];
  const texts = cards.map((card) => (card.dataset.s + " " + card.textContent).toLowerCase());
  const search = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    cards.forEach((card, at) => {
      const fits = words.every((word) => texts[at].includes(word));
      card.classList.toggle("none", !fits);
      shown += fits ? 1 : 0;
    });
    count.textContent = words.length ? shown + " of " + cards.length : "";
  };
  let waiting = 0;
  find.addEventListener("input", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(search); });
  const all = (open) => document.querySelectorAll("main > section > details, [data-s]").forEach((each) => { if (each.tagName === "DETAILS") each.open = open; });
  const theme = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  };
  const step = (by) => {
    const open = cards.filter((card) => !card.classList.contains("none")).map((card) => card.querySelector("summary")).filter(Boolean);
    const at = open.indexOf(document.activeElement);
    const next = open[Math.min(open.length - 1, Math.max(0, at + by))];
    if (next) { next.focus(); next.scrollIntoView({ block: "center" }); }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "theme") theme();
    if (button.id === "open") { all(button.dataset.on !== "1"); button.dataset.on = button.dataset.on === "1" ? "0" : "1"; }
    if (button.dataset.copy) {
      const code = button.previousElementSibling, range = document.createRange();
      range.selectNodeContents(code);
      const chosen = getSelection(); chosen.removeAllRanges(); chosen.addRange(range);
      if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).catch(() => {});
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && document.activeElement === find) { find.value = ""; search(); find.blur(); return; }
    if (["INPUT", "TEXTAREA"].includes(document.activeElement.tagName)) return;
    if (event.key === "/") { event.preventDefault(); find.focus(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
    if (event.key === "d") theme();
    if (event.key === "o") document.getElementById("open").click();
  });
  const follow = () => {
    let target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => all(true));
  follow();
})();
