// What a page does by itself: sort tables, filter the ledger, explore specifications, copy references.
// Text is only ever set with textContent, so nothing in the data becomes markup.
"use strict";
(() => {
  const russian = document.documentElement.lang === "ru";
  const said = document.body.dataset;
  const MISSING = "—";
  // the marks the paper prints where it has no figure count as none too
  const isMissing = (text) => ["", MISSING, "-", "–", "…", "...", "x"].includes(text);

  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    Object.assign(made, properties);
    made.append(...children);
    return made;
  }

  // ---------------------------------------------------------------- tables

  // A cell as a number, or null. Printed cells keep the paper's decimal comma in either language.
  function numberOf(text, hasDecimalComma) {
    const bare = text.replace(/[\s\u00a0\u2009\u202f]/g, "").replace(/\u2212/g, "-").replace(/^[<>]/, "").replace(/[%✓✗?]+$/, "");
    const plain = hasDecimalComma ? bare.replace(",", ".") : bare.replace(/,/g, "");
    return /^[-+]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
  }

  function comparable(cells, hasDecimalComma) {
    const numbers = cells.map((text) => numberOf(text, hasDecimalComma));
    const known = cells.filter((text, i) => !isMissing(text) && numbers[i] === null);
    return known.length === 0 ? numbers : null;
  }

  function sort(table, column, heading) {
    const body = table.tBodies[0];
    close(table);
    const step = { none: "ascending", ascending: "descending", descending: "none" }[heading.getAttribute("aria-sort") || "none"];
    for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
    if (step !== "none") heading.setAttribute("aria-sort", step);
    const rows = table.rowsInOrder.slice();
    if (step !== "none") {
      const cells = rows.map((row) => row.cells[column].textContent.trim());
      const numbers = comparable(cells, russian || heading.dataset.kind === "printed");
      const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
      const sign = step === "ascending" ? 1 : -1;
      const keyed = rows.map((row, i) => ({ row, i, text: cells[i], number: numbers && numbers[i] }));
      // what has no value stays last whichever way
      keyed.sort((a, b) => isMissing(a.text) - isMissing(b.text)
        || sign * (numbers ? a.number - b.number : order.compare(a.text, b.text)) || a.i - b.i);
      rows.splice(0, rows.length, ...keyed.map((item) => item.row));
    }
    body.append(...rows);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    table.rowsInOrder = [...table.tBodies[0].rows];
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = element("button", { type: "button", title: said.sort }, ...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, column, heading));
    });
  }

  // ---------------------------------------------------------------- tables wider than their room

  // What does not fit waits behind a button of its row: the oldest years first, else from the right; the first stays.
  function close(table) {
    for (const row of table.querySelectorAll("tr.rest")) row.remove();
    for (const button of table.querySelectorAll("button.rest")) button.setAttribute("aria-expanded", "false");
  }

  function fit(table) {
    const box = table.parentElement;
    const heads = [...table.tHead.rows[0].cells];
    close(table);
    table.classList.remove("narrow");
    for (const cell of table.querySelectorAll("th, td")) cell.hidden = false;
    for (const button of table.querySelectorAll("button.rest")) button.remove();
    const isCut = () => table.scrollWidth > box.clientWidth + 1;
    const bar = table.fitBar || (table.fitBar = element("p", { className: "columns", hidden: true }));
    bar.hidden = true;
    if (table.showsAll || !isCut()) {
      if (table.showsAll) offer(table, bar, said.fewerColumns);
      return;
    }
    const isYear = (head) => /^\d{4}$/.test(head.textContent.trim());
    const order = heads.map((_, column) => column).slice(1);
    const years = order.filter((column) => isYear(heads[column]));
    const others = order.filter((column) => !isYear(heads[column])).reverse();
    const leaving = [...years.slice(0, -1), ...others, ...years.slice(-1)];
    const rows = [...table.tHead.rows, ...table.tBodies[0].rows].filter((row) => row.cells.length === heads.length);
    for (const column of leaving.slice(0, -1)) {
      for (const row of rows) row.cells[column].hidden = true;
      if (!isCut()) break;
    }
    // a long address in what stays breaks where it must
    if (isCut()) table.classList.add("narrow");
    const left = heads.map((head, column) => column).filter((column) => heads[column].hidden);
    for (const row of table.tBodies[0].rows) {
      if (row.cells.length !== heads.length) continue;
      const button = element("button", { type: "button", className: "rest" });
      button.setAttribute("aria-label", said.rest);
      button.setAttribute("aria-expanded", "false");
      button.addEventListener("click", () => {
        const isOpen = button.getAttribute("aria-expanded") === "true";
        button.setAttribute("aria-expanded", String(!isOpen));
        if (isOpen) { row.nextElementSibling.remove(); return; }
        const list = element("dl");
        for (const column of left) {
          list.append(element("dt", { textContent: heads[column].textContent }), element("dd", { textContent: row.cells[column].textContent }));
        }
        const cell = element("td", { colSpan: heads.length - left.length }, list);
        row.after(element("tr", { className: "rest" }, cell));
      });
      row.cells[0].prepend(button);
    }
    offer(table, bar, said.allColumns);
  }

  function offer(table, bar, word) {
    const button = element("button", { type: "button", textContent: word });
    button.addEventListener("click", () => { table.showsAll = !table.showsAll; fit(table); });
    bar.replaceChildren(button);
    bar.hidden = false;
    if (!bar.isConnected) table.parentElement.before(bar);
  }

  const isFittable = (table) => table.tHead && table.tBodies.length === 1 && !table.querySelector("[rowspan], [colspan]");
  const fitted = [...document.querySelectorAll(".scroll > table")].filter(isFittable);
  const fitAll = () => fitted.forEach(fit);
  let waiting = 0;
  let seen = innerWidth;
  addEventListener("resize", () => {
    // a phone's address bar changes the height alone
    if (innerWidth === seen) return;
    seen = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(fitAll, 150);
  });
  fitAll();

  // code that scrolls sideways must be reachable by keyboard
  for (const block of document.querySelectorAll(".notebook pre")) {
    if (block.scrollWidth > block.clientWidth) {
      block.tabIndex = 0;
      block.setAttribute("role", "group");
      block.setAttribute("aria-label", said.code);
    }
  }

  const codeToggle = document.getElementById("code-toggle");
  if (codeToggle) {
    codeToggle.hidden = false;
    codeToggle.addEventListener("click", () => {
      const isHidden = document.querySelector(".notebook").classList.toggle("no-code");
      codeToggle.setAttribute("aria-pressed", String(isHidden));
      codeToggle.textContent = isHidden ? codeToggle.dataset.show : codeToggle.dataset.hide;
    });
  }

  const gallery = document.getElementById("gallery-filter");
  if (gallery) {
    const cards = [...document.querySelectorAll(".gallery li")];
    const words = new Map(cards.map((card) => [card, `${card.querySelector(".name").textContent} ${card.querySelector("code").textContent}`.toLowerCase()]));
    gallery.addEventListener("input", () => {
      const asked = gallery.elements.text.value.trim().toLowerCase().split(/\s+/);
      for (const card of cards) card.hidden = !asked.every((word) => words.get(card).includes(word));
      for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector("li:not([hidden])");
      document.getElementById("gallery-nothing").hidden = cards.some((card) => !card.hidden);
    });
    gallery.addEventListener("submit", (event) => event.preventDefault());
  }

  // ---------------------------------------------------------------- references

  for (const button of document.querySelectorAll("button.copy")) {
    const source = document.getElementById(button.dataset.copy);
    const usual = button.textContent;
    button.addEventListener("click", async () => {
      let done = said.copied;
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch {
        // a browser may refuse the clipboard to a page from disk
        getSelection().selectAllChildren(source);
        done = said.selected;
      }
      button.textContent = done;
      setTimeout(() => { button.textContent = usual; }, 2000);
    });
  }

  // ---------------------------------------------------------------- ledger

  const filter = document.getElementById("ledger-filter");
  if (filter) {
    const rows = [...document.querySelectorAll("#ledger-table tbody tr")];
    const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const count = document.querySelector("#ledger-count span");
    const choices = ["verdict", "basis", "part", "rule"];
    const apply = () => {
      const text = filter.elements.text.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        const fits = words.get(row).includes(text)
          && choices.every((name) => !filter.elements[name].value || row.dataset[name] === filter.elements[name].value);
        row.hidden = !fits;
        shown += fits;
      }
      count.textContent = shown;
    };
    // an address may carry a filter: ledger.html?part=table-1
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name === "text" || choices.includes(name)) filter.elements[name].value = value;
    }
    filter.addEventListener("input", apply);
    filter.addEventListener("reset", () => setTimeout(apply));
    filter.addEventListener("submit", (event) => event.preventDefault());
    apply();
    // a claim that a link points at is shown whatever the filter says
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) { target.hidden = false; target.scrollIntoView({ block: "center" }); }
  }

  // ---------------------------------------------------------------- specifications

  const explorer = document.getElementById("explorer");
  if (explorer) explore(explorer, JSON.parse(document.getElementById("explorer-data").textContent));

  function explore(root, data) {
    const width = data.choices.length;
    const at = Object.fromEntries(data.numbers.map((name, i) => [name, width + i]));
    const chosen = data.choices.map((choice) => choice.options.map((option) => option.on));
    const shown = (value, decimals) => {
      const text = Math.abs(value).toFixed(decimals);
      const sign = value < 0 && Number(text) !== 0 ? "\u2212" : "";
      return sign + (russian ? text.replace(".", ",") : text);
    };
    // what makes no difference to a specification says nothing in its row
    const inRow = (option) => (option.id === "not_applicable" ? MISSING : option.name);
    const probability = (p) => (p < 0.001 ? "<\u2009" + shown(0.001, 3) : shown(p, 3));
    const form = document.getElementById("explorer-choices");
    const body = document.querySelector("#explorer-table tbody");
    const more = document.getElementById("explorer-more");
    const PAGE = 100;
    let rows = [];
    let limit = PAGE;

    data.choices.forEach((choice, c) => {
      const boxes = choice.options.map((option, o) => {
        const box = element("input", { type: "checkbox", checked: chosen[c][o], name: choice.id, value: option.id });
        box.addEventListener("change", () => { chosen[c][o] = box.checked; update(); });
        return box;
      });
      const all = (on, word) => {
        const button = element("button", { type: "button", textContent: word });
        button.setAttribute("aria-label", `${choice.name}: ${word}`);
        button.addEventListener("click", () => {
          boxes.forEach((box, o) => { box.checked = on; chosen[c][o] = on; });
          update();
        });
        return button;
      };
      form.append(element("fieldset", {},
        element("legend", { textContent: choice.name }),
        element("div", { className: "options" }, ...boxes.map((box, o) => {
          const { name, reason } = choice.options[o];
          return element("label", {}, box, element("span", {}, name, ...(reason ? [element("small", { textContent: reason })] : [])));
        })),
        element("div", { className: "both" }, all(true, root.dataset.all), all(false, root.dataset.none))));
    });

    function list() {
      body.replaceChildren(...rows.slice(0, limit).map((row) => element("tr", {},
        element("td", { textContent: shown(row[at.estimate], 2) }),
        ...["p_exact", "p_min", "p_maxt"].map((name) => element("td", { textContent: probability(row[at[name]]) })),
        element("td", { textContent: row[at.n] }),
        ...data.choices.map((choice, c) => element("td", { textContent: inRow(choice.options[row[c]]) })),
        element("td", { textContent: data.regions[row[row.length - 1]] }))));
      more.hidden = rows.length <= limit;
      fit(document.getElementById("explorer-table"));
    }

    function draw() {
      const svg = document.getElementById("explorer-curve");
      const make = (name, attributes, text) => {
        const made = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        if (text !== undefined) made.textContent = text;
        return made;
      };
      const x = (i) => 60 + (rows.length > 1 ? i / (rows.length - 1) : 0.5) * 820;
      const y = (estimate) => 155 - estimate * 135;
      const axis = [-1, -0.5, 0, 0.5, 1].flatMap((tick) => [
        make("line", { x1: 50, x2: 890, y1: y(tick), y2: y(tick), stroke: tick ? "#dddddd" : "#222222" }),
        make("text", { x: 44, y: y(tick) + 5, "text-anchor": "end", "font-size": 14, fill: "#222222" }, shown(tick, 1)),
      ]);
      const points = rows.map((row, i) => {
        const low = row[at.p_exact] <= data.alpha;
        const pale = row[at.p_min] > data.alpha;
        const point = make("circle", {
          cx: x(i).toFixed(1), cy: y(row[at.estimate]).toFixed(1), r: rows.length > 300 ? 2.5 : 4,
          fill: low ? "#000000" : pale ? "#d5d5d5" : "#7a7a7a",
        });
        const named = data.choices.map((choice, c) => inRow(choice.options[row[c]])).filter((name) => name !== MISSING).join(", ");
        point.append(make("title", {}, `${named}: ${shown(row[at.estimate], 2)}, p = ${probability(row[at.p_exact])}`));
        return point;
      });
      svg.replaceChildren(...axis, ...points);
    }

    function update() {
      rows = data.rows.filter((row) => data.choices.every((_, c) => chosen[c][row[c]]));
      limit = PAGE;
      const counts = {
        rows: rows.length,
        positive: rows.filter((row) => row[at.estimate] > 0).length,
        low: rows.filter((row) => row[at.p_exact] <= data.alpha).length,
        alpha: shown(data.alpha, 2),
      };
      for (const [name, value] of Object.entries(counts)) root.querySelector(`[data-count="${name}"]`).textContent = value;
      document.getElementById("explorer-nothing").hidden = rows.length > 0;
      draw();
      list();
    }

    more.addEventListener("click", () => { limit += PAGE; list(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    root.hidden = false;
    update();
  }
})();
