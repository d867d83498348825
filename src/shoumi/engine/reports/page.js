"use strict";
/* Draws the report from the JSON in this page. Text only ever enters through text nodes and attributes, never as HTML. */
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const meta = read("meta"), gaps = read("gaps"), rows = read("matches"), pictures = read("pictures");
  const ID = 0, RULE = 1, CATEGORY = 2, AREA = 3, SEVERITY = 4, CONFIDENCE = 5, TRAIL = 6, LOCATOR = 7, SPAN = 8, SNIPPET = 9, REASONS = 10, DATA = 11, PAGE = 12;
  const SEVERITIES = ["critical", "high", "medium", "low", "info"];
  const LANGUAGES = { "zh-Hans": "简体", "zh-Hant": "繁體", en: "English" };
  const STEP = 50;
  let language = meta.language, printing = false, shown = STEP, opened = false;
  const none = () => ({ search: "", severities: new Set(), category: "", rule: "", id: "", gap: "", suppressed: true, sort: "severity" });
  let filter = none();

  /* Words */
  const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/g;
  const escaped = (char) => { const code = char.charCodeAt(0); return code < 256 ? "\\x" + code.toString(16).padStart(2, "0") : "\\u" + code.toString(16).padStart(4, "0"); };
  const clean = (text) => String(text).replace(UNSAFE, escaped);
  const say = (code, values) => {
    const known = Object.hasOwn(meta.texts, code) && meta.texts[code];
    if (!known) return values && Object.keys(values).length ? `${code} (${Object.entries(values).map(([k, v]) => `${k}: ${v}`).join(", ")})` : code;
    return known[language].replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
  };
  const word = (code, values) => say("reports." + code, values);
  const count = (n) => n.toLocaleString("en-US");
  const joined = (parts) => parts.filter(Boolean).join(word("joint"));
  const percent = (value) => (typeof value === "number" ? `${(value * 100).toFixed(value === 1 ? 0 : 1)} %` : "–");
  const WIDE_FIRST = ["message", "page", "slide", "sheet", "part", "cell", "line", "offset"];
  const place = (locator) => joined(WIDE_FIRST.filter((name) => name in locator).map((name) => [name, locator[name]]).map(([name, value]) => (name === "part" && Object.hasOwn(meta.parts, value) ? say(meta.parts[value]) : word("place." + name, { n: value }))));
  const title = (rule) => (Object.hasOwn(meta.rules, rule) ? meta.rules[rule].name[language] : rule);
  const ended = (text) => (text && !/[.!?。！？…]$/.test(text) ? text + (language === "en" ? "." : "。") : text);
  const why = (row) => row[REASONS].map(([code, values]) => ended(say(code, values))).join(language === "en" ? " " : "");
  const path = (row) => (row[TRAIL].length ? row[TRAIL][0][1] : "");
  const hidden = (row) => row[DATA].suppressed;
  const bytes = (n) => { const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]; let unit = 0; while (n >= 1024 && unit < 5) { n /= 1024; unit += 1; } return (unit ? n.toFixed(1) : n) + " " + units[unit]; };

  /* Elements */
  const add = (node, child) => {
    if (child === null || child === undefined || child === false || child === "") return;
    if (Array.isArray(child)) child.forEach((entry) => add(node, entry));
    else node.append(child instanceof Node ? child : clean(child));
  };
  const make = (space, tag, attributes, children) => {
    const [name, ...classes] = tag.split(".");
    const node = space ? document.createElementNS(space, name) : document.createElement(name);
    if (classes.length) node.setAttribute("class", classes.join(" "));
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value === true ? "" : clean(value));
    }
    children.forEach((child) => add(node, child));
    return node;
  };
  const h = (tag, attributes, ...children) => make(null, tag, attributes, children);
  const svg = (tag, attributes, ...children) => make("http://www.w3.org/2000/svg", tag, attributes, children);
  const page = document.getElementById("page");
  const toast = h("div.toast.screen", { role: "status" });
  const tell = (text) => { toast.textContent = text; setTimeout(() => { toast.textContent = ""; }, 4000); };
  const tally = (values) => { const map = new Map(); for (const value of values) map.set(value, (map.get(value) || 0) + 1); return map; };
  const sameContent = tally(rows.map((row) => row[ID]));

  /* Head */
  const header = () => h("header", null,
    h("div.logo", { "aria-hidden": "true" }, "守"), h("h1", null, word("title")),
    h("div.languages.screen", { role: "group", "aria-label": word("page.language") }, Object.entries(LANGUAGES).map(([code, name]) =>
      h("button", { type: "button", lang: code, "aria-pressed": String(code === language), onclick: () => speak(code) }, name))),
    h("p.facts", null, [meta.addresses.join("  "), `${word("made")} ${meta.made}`, `${word("version")} ${meta.version}`].filter(Boolean).join(" · ")));
  const carrier = () => h("div.carrier", null,
    h(meta.level ? "span.level.marked" : "span.level", null, meta.level || word("internal")),
    h("p", null, meta.level ? word("carrier", { level: meta.level }) : word("carrier.none")));

  /* What was not examined */
  const gapRow = ([, trail, stage, detail]) => h("li", null,
    h("span", null, crumbs(trail)), h("span.quiet", null, joined([detail, stage && word("stage." + stage)])));
  const gapGroup = (reason, found, total) => {
    const list = h("ul.rows"), more = h("button.text.screen", { type: "button" });
    let listed = 0;
    const grow = (by) => {
      found.slice(listed, listed + by).forEach((entry) => list.append(gapRow(entry)));
      listed = Math.min(found.length, listed + by);
      more.hidden = listed >= found.length;
      more.textContent = word("page.more", { n: count(Math.min(200, found.length - listed)) });
    };
    more.addEventListener("click", () => grow(200));
    const body = h("div.body", null, h("p.todo.small", null, h("b", null, word("todo") + word("colon")), say(`gaps.${reason}.do`)), list, more);
    const node = h("details.gap", { open: printing || meta.total.gaps <= 5 },
      h("summary", null, h("span.turn", { "aria-hidden": "true" }), h("span.name", null, say(`gaps.${reason}.name`)), h("span.number", null, count(total)), h("span", null, say(`gaps.${reason}`))), body);
    grow(printing ? found.length : 20);
    return node;
  };
  const gapSection = () => {
    const reasons = Object.keys(meta.summary.gaps);
    const total = meta.total.gaps;
    const chips = reasons.length > 1 && h("div.end.screen", null, h("select", { "aria-label": word("reason"), onchange: (event) => { filter.gap = event.target.value; draw(); } },
      h("option", { value: "" }, `${word("reason")}${word("colon")}${word("filter.all")}`),
      reasons.map((reason) => h("option", { value: reason, selected: filter.gap === reason }, `${say(`gaps.${reason}.name`)} ${count(meta.summary.gaps[reason])}`))));
    const wanted = reasons.filter((reason) => !filter.gap || reason === filter.gap);
    return h("section", { "aria-labelledby": "gaps-title" },
      h("div.heading", null, h("h2", { id: "gaps-title" }, word("gaps")), h("span.quiet", null, count(total)), chips),
      meta.summary.stopped && h("p.notice", null, word("stopped")),
      total ? h("p.notice", null, word("gaps.some", { n: count(total) }) + (language === "en" ? ". " : "。") + word("findings.gaps"))
        : !meta.summary.stopped && h("p.notice.calm", null, word("gaps.none")),
      total > gaps.length && h("p.notice", null, word("page.cut.gaps", { n: count(gaps.length), total: count(total) })),
      total > 0 && h("div.panel", null, wanted.map((reason) => gapGroup(reason, gaps.filter((entry) => entry[0] === reason), meta.summary.gaps[reason]))));
  };

  /* Summary */
  const bars = (heading, entries, pressed) => {
    const top = Math.max(1, ...entries.map((entry) => entry[1]));
    return h("div.panel", null, h("h4", null, heading), entries.map(([name, number, kind, full]) => h(kind === "path" ? "div.bar.path" : "div.bar", null,
      h("span", { title: full || name }, h("bdi", null, name)),
      svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, svg(kind === "critical" ? "rect.critical" : "rect", { width: Math.max(0.5, (number / top) * 100), height: 10 })),
      h("span", null, count(number)))));
  };
  const summarySection = () => {
    const { summary } = meta;
    const total = meta.total.matches;
    const categories = Object.entries(meta.categories).sort((a, b) => b[1] - a[1]).map(([name, n]) => [word("category." + name), n]);
    const files = [...tally(rows.map(path))].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([name, n]) => [name.split("/").pop() || name, n, "path", name]);
    const facts = [
      ["scanned", meta.addresses.join("  ")], ["files", count(summary.files)], ["members", summary.members && count(summary.members)],
      ["bytes", bytes(summary.bytes)], ["seconds", word("second", { n: summary.seconds.toFixed(1) })],
      ["skipped", Object.entries(summary.skipped).map(([name, n]) => `${name} ${count(n)}`).join(" · ")],
      ["unchanged", summary.unchanged && count(summary.unchanged)], ["excluded", summary.excluded && count(summary.excluded)],
      ["suppressed", summary.suppressed && count(summary.suppressed)],
      ["packs", Object.entries(summary.packs).map(([name, version]) => `${name} ${version}`).join(" · ")],
      ["version", meta.version], ["made", meta.made],
    ];
    return h("section", { "aria-labelledby": "summary-title" },
      h("div.heading", null, h("h2", { id: "summary-title" }, word("summary")), h("span", null, total ? word("findings.some", { n: count(total) }) : word("findings.none"))),
      total > 0 && h("div.counts", { role: "group", "aria-label": word("severity") }, SEVERITIES.map((name) => {
        const n = summary.findings[name] || 0;
        return h(`button.${name}${n ? "" : ".none"}`, { type: "button", "aria-pressed": String(filter.severities.has(name)), onclick: () => toggle(name) }, h("b", null, count(n)), h("span.quiet", null, word("severity." + name)));
      })),
      total > 0 && h("div.charts", null, bars(word("chart.category"), categories), bars(word("chart.files"), files)),
      h("dl.panel.about", null, facts.filter(([, value]) => value).map(([name, value]) => [h("dt", null, word(name)), h("dd", null, value)])));
  };

  /* Findings */
  const haystack = (row) => [row[TRAIL].map((step) => step[1]).join("!"), row[RULE], title(row[RULE]), why(row), row[SNIPPET], row[ID], place(row[LOCATOR])].join("\n").toLowerCase();
  let haystacks = [];
  const chosen = () => {
    const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !haystacks.length) haystacks = rows.map(haystack);
    const found = [];
    rows.forEach((row, index) => {
      if (filter.severities.size && !filter.severities.has(row[SEVERITY])) return;
      if (filter.category && row[CATEGORY] !== filter.category) return;
      if (filter.rule && row[RULE] !== filter.rule) return;
      if (filter.id && row[ID] !== filter.id) return;
      if (!filter.suppressed && hidden(row)) return;
      if (words.length && !words.every((part) => haystacks[index].includes(part))) return;
      found.push(row);
    });
    const by = { file: (row) => path(row), rule: (row) => title(row[RULE]) }[filter.sort];
    if (by) {
      const keys = new Map(found.map((row) => [row, by(row)]));
      const order = new Intl.Collator(language, { numeric: true });
      found.sort((a, b) => order.compare(keys.get(a), keys.get(b)));
    }
    if (filter.sort === "confidence") found.sort((a, b) => b[CONFIDENCE] - a[CONFIDENCE]);
    return found;
  };
  const crumbs = (trail) => trail.map(([kind, name], index) => [index > 0 && h("span.sep", { "aria-hidden": "true" }, "›"), h("bdi", { title: kind }, name)]);
  const known = (name, value) => {
    if (value === true || value === false) return word(value ? "yes" : "no");
    if (name === "kind") return word("kind." + value);
    if (name === "coverage" && typeof value === "number") return percent(value);
    if (name === "document" && value && typeof value === "object") return [value.title, value.id, value.level].filter(Boolean).join(" · ");
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  const facts = (row) => {
    const rule = meta.rules[row[RULE]], score = meta.scores[row[RULE]];
    const entries = [
      [word("trail"), crumbs(row[TRAIL])],
      [word("means"), rule ? rule.means[language] : ""],
      [word("references"), rule ? rule.references.join(" · ") : ""],
      [word("score.name"), score && word("score", { precision: percent(score.precision), recall: percent(score.recall), positives: score.positives, negatives: score.negatives })],
      [word("confidence"), `${Math.round(row[CONFIDENCE] * 100)} %`],
      [word("category"), joined([word("category." + row[CATEGORY]), row[AREA] && word("area." + row[AREA])])],
      ...Object.entries(row[DATA]).filter(([name, value]) => name !== "suppressed" && name !== "hiding" && name !== "boxes" && (name !== "kind" || meta.texts["reports.kind." + value])).map(([name, value]) => [meta.texts["reports.data." + name] ? word("data." + name) : name, known(name, value)]),
      [word("rule"), row[RULE]], [word("id"), row[ID]],
    ];
    const same = sameContent.get(row[ID]);
    return h("dl.more", null, entries.filter(([, value]) => value && value.length).map(([name, value]) => [h("dt", null, name), h("dd", null, value)]),
      same > 1 && [h("dt.screen"), h("dd.screen", null, h("button.text", { type: "button", onclick: () => { filter = none(); filter.id = row[ID]; draw("findings"); } }, word("page.same", { n: count(same) })))]);
  };
  /* The page that a finding stands on: everything found there has a thin frame, this finding a second one around it. */
  const onPage = new Set();
  const picture = (row) => {
    if (!row[PAGE] || (printing && onPage.has(row[PAGE][0]))) return null;
    const [number, [left, top, right, bottom]] = row[PAGE];
    onPage.add(number);
    const own = (row[DATA].boxes || []).map(([l, t, r, b]) => svg("rect", {
      x: (l - left) / (right - left) - 0.006, y: (t - top) / (bottom - top) - 0.006, width: (r - l) / (right - left) + 0.012, height: (b - t) / (bottom - top) + 0.012 }));
    return h("figure.page", null, h("div", null,
      h("img", { src: "data:image/webp;base64," + pictures[number], alt: word("page.picture", { place: place(row[LOCATOR]) || path(row) }), decoding: "async" }),
      !printing && svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, own)),
      h("figcaption.quiet", null, word("page.picture.note")));
  };
  const finding = (row) => {
    const note = hidden(row);
    const node = h(note ? "details.finding.suppressed" : "details.finding", { open: printing || opened },
      h("summary", null,
        h(`span.badge.${row[SEVERITY]}`, null, word("severity." + row[SEVERITY])), h("span.what", null, title(row[RULE])), h("span.where", null, place(row[LOCATOR])), h("span.turn", { "aria-hidden": "true" }),
        h("span.why", null, why(row)),
        row[TRAIL].length > 1 && h("span.trail", null, crumbs(row[TRAIL].slice(1))),
        h("span.snippet", null, h("bdi", null, row[SNIPPET])),
        note && h("span.note.quiet", null, note.until ? word("suppressed.by", { reason: note.reason || "–", owner: note.owner || "–", until: note.until }) : word("suppressed.known"))));
    const fill = () => { if (node.open && node.childElementCount < 2) add(node, [facts(row), picture(row)]); };
    node.addEventListener("toggle", fill);
    fill();
    return node;
  };
  const listed = (found, limit) => {
    const parts = [];
    const perSeverity = tally(found.map((row) => row[SEVERITY]));
    const key = { severity: (row) => row[SEVERITY] + "\n" + path(row), file: path, rule: (row) => row[RULE], confidence: () => "" }[filter.sort];
    const groups = tally(found.map(key));
    let severity = "", group = null;
    for (const row of found.slice(0, limit)) {
      if (filter.sort === "severity" && row[SEVERITY] !== severity) {
        severity = row[SEVERITY];
        parts.push(h("h3.severity", null, word("severity." + severity), " ", h("span.quiet", null, count(perSeverity.get(severity)))));
      }
      if (key(row) !== group) {
        group = key(row);
        const name = filter.sort === "rule" ? title(row[RULE]) : filter.sort === "confidence" ? "" : path(row);
        if (name) parts.push(h("h4.file", null, h("bdi", null, name), h("span.count", null, count(groups.get(group)))));
      }
      parts.push(finding(row));
    }
    return parts;
  };
  const list = h("div", { id: "list" });
  const status = h("span.quiet", { role: "status" });
  const drawList = () => {
    const found = chosen();
    const limit = printing ? found.length : shown;
    list.replaceChildren(...(found.length ? listed(found, limit) : [h("p.empty", null, rows.length ? word("filter.empty") : word("findings.none"))]));
    if (found.length > limit) {
      list.append(h("button.next.screen", { type: "button", onclick: () => { const at = limit; shown += 4 * STEP; drawList(); const next = list.querySelectorAll(".finding > summary")[at]; if (next) next.focus(); } }, word("page.more", { n: count(Math.min(4 * STEP, found.length - limit)) })));
    }
    status.textContent = word("filter.count", { n: count(found.length), total: count(meta.total.matches) });
    return found;
  };
  const choice = (name, values, label) => h("select", { "aria-label": word(name), onchange: (event) => { filter[name] = event.target.value; refresh(); } },
    h("option", { value: "" }, `${word(name)}${word("colon")}${word("filter.all")}`),
    [...values].sort((a, b) => b[1] - a[1]).map(([value, n]) => h("option", { value, selected: filter[name] === value }, `${label(value)} ${count(n)}`)));
  const refresh = () => { shown = STEP; drawList(); };
  const toggle = (name) => { filter.severities[filter.severities.has(name) ? "delete" : "add"](name); shown = STEP; draw(); };
  const filters = () => {
    let wait = 0;
    const box = h("input", { type: "search", id: "search", "aria-label": word("filter.search"), placeholder: word("filter.search"), value: filter.search,
      oninput: (event) => { clearTimeout(wait); wait = setTimeout(() => { filter.search = event.target.value; refresh(); }, 120); } });
    const present = tally(rows.map((row) => row[SEVERITY]));
    return h("div.filters.screen", { role: "search", "aria-label": word("filter.title") }, box,
      present.size > 1 && h("div.group", { role: "group", "aria-label": word("severity") }, SEVERITIES.filter((name) => present.has(name)).map((name) =>
        h("button", { type: "button", "aria-pressed": String(filter.severities.has(name)), onclick: () => toggle(name) }, word("severity." + name)))),
      choice("category", tally(rows.map((row) => row[CATEGORY])), (value) => word("category." + value)),
      choice("rule", tally(rows.map((row) => row[RULE])), title),
      h("select", { "aria-label": word("sort"), onchange: (event) => { filter.sort = event.target.value; refresh(); } }, ["severity", "file", "rule", "confidence"].map((name) => h("option", { value: name, selected: filter.sort === name }, `${word("sort")}${word("colon")}${word("sort." + name)}`))),
      rows.some(hidden) && h("label.small", null, h("input", { type: "checkbox", checked: filter.suppressed, onchange: (event) => { filter.suppressed = event.target.checked; refresh(); } }), word("filter.suppressed")),
      filter.id && h("button", { type: "button", "aria-pressed": "true", onclick: () => { filter.id = ""; draw(); } }, word("page.same.on") + " ×"),
      h("button.text", { type: "button", onclick: () => { filter = none(); draw(); } }, word("filter.clear")));
  };
  const findingsSection = () => h("section", { id: "findings", "aria-labelledby": "findings-title", tabindex: "-1" },
    h("div.heading", null, h("h2", { id: "findings-title" }, word("findings")), status,
      h("span.end.screen", null,
        h("button", { type: "button", onclick: () => { opened = !opened; draw(); } }, word(opened ? "page.close" : "page.open")), " ",
        h("button", { type: "button", onclick: copy }, word("export.csv")), " ",
        h("button", { type: "button", onclick: download }, word("export.jsonl")), " ",
        h("button", { type: "button", "aria-label": word("page.keys"), onclick: help }, "?"))),
    meta.total.unshown > 0 && h("p.notice", null, word("page.cut.pictures", { n: count(meta.total.unshown) })),
    meta.total.matches > rows.length && h("p.notice", null, word("page.cut", { n: count(rows.length), total: count(meta.total.matches) })),
    filters(), list);

  /* Export of what the filters leave */
  const cell = (value) => { const text = clean(value); return `"${(/^[=+\-@]/.test(text) ? "'" + text : text).replace(/"/g, '""')}"`; };
  const copy = () => {
    const found = chosen();
    const head = ["severity", "rule", "category", "path", "trail", "place", "reason", "snippet", "confidence", "id"].map((name) => cell(word(name)));
    const lines = found.map((row) => [word("severity." + row[SEVERITY]), title(row[RULE]), word("category." + row[CATEGORY]), path(row), row[TRAIL].slice(1).map((step) => step[1]).join("!"), place(row[LOCATOR]), why(row), row[SNIPPET], row[CONFIDENCE], row[ID]].map(cell).join(","));
    const text = [head.join(","), ...lines].join("\r\n") + "\r\n";
    const done = () => tell(word("export.done", { n: count(found.length) }));
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => tell(word("export.failed")));
    else tell(word("export.failed"));
  };
  const download = () => {
    const line = (row) => JSON.stringify({ type: "match", id: row[ID], rule: row[RULE], category: row[CATEGORY], area: row[AREA], severity: row[SEVERITY], confidence: row[CONFIDENCE], path: path(row), trail: row[TRAIL].map(([kind, name]) => ({ kind, name })), locator: row[LOCATOR], span: row[SPAN], snippet: row[SNIPPET], reason: row[REASONS].map(([code, values]) => say(code, values)), data: row[DATA] });
    const address = URL.createObjectURL(new Blob([chosen().map(line).join("\n") + "\n"], { type: "application/x-ndjson" }));
    const link = h("a", { href: address, download: "shoumi-findings.jsonl" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };

  /* Keyboard */
  const help = () => {
    const keys = { j: "next", k: "previous", "e / Enter": "open", "/": "search", "?": "help" };
    const box = h("dialog", { "aria-label": word("page.keys"), onclose: () => box.remove() }, h("h3", null, word("page.keys")),
      h("dl", null, Object.entries(keys).map(([key, name]) => [h("dt", null, h("kbd", null, key)), h("dd", null, word("keys." + name))])),
      h("button", { type: "button", onclick: () => box.close() }, word("page.dismiss")));
    page.append(box);
    box.showModal();
  };
  const move = (by) => {
    const all = [...list.querySelectorAll(".finding > summary")];
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    else if (by > 0) { const more = list.querySelector(".next"); if (more) more.click(); }
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog")) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { if (event.key === "Escape") event.target.blur(); return; }
    const acts = { j: () => move(1), k: () => move(-1), "/": () => document.getElementById("search").focus(), "?": help,
      e: () => { const row = document.activeElement.closest(".finding"); if (row) row.open = !row.open; } };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  });

  /* The whole */
  const draw = (target) => {
    const active = document.activeElement, index = active && active !== document.body ? [...page.querySelectorAll("button, select, input")].indexOf(active) : -1;
    document.documentElement.lang = language;
    document.title = word("title");
    page.replaceChildren(h("a.skip", { href: "#findings" }, word("page.skip")), header(), h("main", null, carrier(), gapSection(), summarySection(), findingsSection()), toast);
    drawList();
    if (target) { const node = document.getElementById(target); node.focus(); node.scrollIntoView(); }
    else if (index >= 0) { const next = page.querySelectorAll("button, select, input")[index]; if (next) next.focus({ preventScroll: true }); }
  };
  const speak = (code) => { language = code; haystacks = []; draw(); };
  const onPaper = (state) => { printing = state; onPage.clear(); draw(); };
  addEventListener("beforeprint", () => onPaper(true));
  addEventListener("afterprint", () => onPaper(false));
  draw();
})();
