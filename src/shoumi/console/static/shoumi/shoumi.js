// Keys for people who work in lists: j and k move, Enter opens, / searches, ? explains. Nothing needs this script.
"use strict";
(() => {
  const rows = () => Array.from(document.querySelectorAll(".rows tbody tr, .todos li")).filter((row) => row.querySelector("a.row"));
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;
  let at = -1;

  const move = (step) => {
    const all = rows();
    if (all.length === 0) return;
    if (all[at]) all[at].classList.remove("at");
    at = Math.min(Math.max(at + step, 0), all.length - 1);
    all[at].classList.add("at");
    all[at].querySelector("a.row").focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  };

  // A link or box that names its key: that of the present row, else the page's own.
  const named = (key) => (rows()[at] || document).querySelector(`[data-key="${key}"]`);
  const press = (key) => { const found = named(key); if (found) found.click(); };

  const keys = {
    j: () => (rows().length ? move(1) : press("j")),
    k: () => (rows().length ? move(-1) : press("k")),
    e: () => press("e"), f: () => press("f"), c: () => press("c"), x: () => press("x"),
    "/": () => { const box = document.getElementById("q"); if (box) { box.focus(); box.select(); } },
    g: () => { window.location.assign("/"); },
    "?": () => { const link = document.querySelector(".foot a"); if (link) window.location.assign(link.href); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // Files and pictures may be dropped on a form, or pasted into it; the file field itself works as well.
  const drop = document.querySelector("form.drop");
  const box = drop && drop.querySelector('input[type="file"]');
  const put = (files) => { if (files.length) box.files = files; };
  if (box) {
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); put(event.dataTransfer.files); });
    document.addEventListener("paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); put(event.clipboardData.files); } });
  }

  // On a wide page the menu is always open; a phone folds it.
  const menu = document.querySelector(".menu");
  const wide = window.matchMedia("(min-width: 721px)");
  const unfold = () => { if (menu) menu.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();

  const errors = document.getElementById("errors");
  const wrong = document.querySelector(".field.wrong input, .field.wrong select, .field.wrong textarea");
  if (wrong) wrong.focus();
  else if (errors) errors.focus();
})();
