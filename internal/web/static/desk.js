// Keys and live counters. Everything works without this file.
"use strict";
(() => {
  const rows = [...document.querySelectorAll("[data-row]")];
  const typing = (e) => e.target.matches("input, select, textarea") && e.target.type !== "checkbox";
  const move = (step) => {
    if (!rows.length) return;
    const now = rows.findIndex((r) => r.contains(document.activeElement));
    const to = Math.min(Math.max(now + step, 0), rows.length - 1);
    rows[to].querySelector("h2 a").focus();
    rows[to].scrollIntoView({ block: "nearest" });
  };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => {
      const field = document.querySelector("[data-search]");
      if (field) field.focus(); else location.assign("/search");
    },
    n: () => document.querySelector("[data-next]")?.click(),
    b: () => document.querySelector(".crumbs a")?.click(),
  };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape" && typing(e)) { e.target.blur(); return; }
    if (typing(e)) return;
    // A decision is never one key: c, d and u only bring the reviewer to it.
    const target = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
    if (target) { e.preventDefault(); target.focus(); target.scrollIntoView({ block: "center" }); return; }
    if (acts[e.key]) { e.preventDefault(); acts[e.key](); }
  });

  // Filters are folded away on narrow screens.
  const filters = document.querySelector("details.filters");
  if (filters && matchMedia("(max-width: 56rem)").matches) filters.removeAttribute("open");

  const line = document.getElementById("counters");
  if (!line) return;
  const show = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch("/status", { redirect: "error" });
      if (!answer.ok) return;
      const counts = await answer.json();
      for (const b of line.querySelectorAll("[data-count]")) b.textContent = show(counts[b.dataset.count] ?? 0);
    } catch { /* the next try comes by itself */ }
  };
  setInterval(refresh, 5000);
})();
