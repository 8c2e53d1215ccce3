// A save x load matrix: squares filled in place, arrow keys, crosshair. Its headings are those of the page's own table.
import { brief, el, svg } from "./dom.js";
import { href } from "./route.js";

const AT_ONCE = 16;
const BREATH = 80;
// How high a row of a large matrix is at least, its gap included.
const ROW = 34;

/** A fresh matrix with the same headings as the overview's, its squares still empty. */
export function blankMatrix(caption) {
  const copy = document.getElementById("summed").cloneNode(true);
  copy.removeAttribute("id");
  copy.caption.textContent = caption;
  for (const node of copy.querySelectorAll(".hl, [hidden]")) {
    node.classList.remove("hl");
    node.hidden = false;
  }
  return copy;
}

/** What a table's squares can be told to do; `readout` is where the square under the pointer is told in words. */
export function grid(matrix, readout = null) {
  const rows = [...matrix.tBodies[0].rows].map((row) => [...row.cells].slice(1));
  const heads = [...matrix.tHead.rows[0].cells];
  const known = rows.map((row) => row.map(() => ""));
  const all = rows.map((_, place) => place);
  let turn = 0;
  let [down, across, late, scrolled] = [all.map(() => true), all.map(() => true), [], 0];
  rove(matrix);
  crosshair(matrix, rows, heads, readout);
  const isLarge = () => rows.length > AT_ONCE && matrix.isConnected;
  return {
    /**
     * Fill every square with what `squareOf(save, load)` says; one whose `key` is the same is left alone.
     * Of a large matrix the looks of the squares in sight come first; their links, and the others, a moment later.
     * Which are in sight was settled when `among` said what is shown.
     */
    fill(squareOf) {
      const mine = ++turn;
      const links = [];
      const fillOne = (save, load) => {
        const square = squareOf(save, load);
        if (known[save][load] === square.key) return;
        const cell = rows[save][load];
        paint(cell, square, save === load);
        links.push([cell.firstElementChild, square]);
        known[save][load] = square.key;
      };
      const fillSome = (now) => {
        for (const save of all) for (const load of all) if ((down[save] && across[load]) === now) fillOne(save, load);
      };
      const finish = () => {
        if (mine === turn) {
          for (const row of late) row.hidden = false;
          if (late.length) matrix.parentElement.scrollTop = scrolled;
          fillSome(false);
        }
        for (const [link, square] of links) lead(link, square);
      };
      fillSome(true);
      isLarge() ? afterFrame(finish) : finish();
    },
    /** Show only one row, one column, or everything (-1). */
    only(save, load) {
      this.among((row) => save < 0 || row === save, (column) => load < 0 || column === load);
    },
    /**
     * Show only the rows and columns that these two functions of their numbers say yes to. Of a large matrix, rows
     * below the window that come back, or get other columns, do so when it is filled, after the others: to lay them
     * out takes longest.
     */
    among(rowShown, columnShown) {
      const large = isLarge();
      const top = large ? matrix.tBodies[0].getBoundingClientRect().top : 0;
      let above = 0;
      down = all.map((save) => !large || (rowShown(save) && top + ROW * above++ < innerHeight));
      across = all.map((load) => !large || heads[load + 1].hidden || inSight(heads[load + 1], "left", "right", innerWidth));
      scrolled = large ? matrix.parentElement.scrollTop : 0;
      const moved = heads.slice(1).some((head, column) => head.hidden === columnShown(column));
      late = all.filter((save) => rowShown(save) && !down[save]).map((save) => rows[save][0].parentElement);
      rows.forEach((row, at) => {
        const line = row[0].parentElement;
        line.hidden = !rowShown(at) || ((line.hidden || moved) && !down[at]);
        row.forEach((cell, column) => (cell.hidden = !columnShown(column)));
      });
      const columns = heads.slice(1);
      columns.forEach((head, column) => (head.hidden = !columnShown(column)));
      narrow(matrix, columns.filter((head) => !head.hidden).length);
      const stop = matrix.querySelector('a[tabindex="0"]');
      const visible = matrix.querySelector("tbody tr:not([hidden]) td:not([hidden]) a");
      if (visible && stop?.closest("[hidden]")) [stop.tabIndex, visible.tabIndex] = [-1, 0];
    },
  };
}

/** The stacked bar of some counts. */
export function bar(data, counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let start = 0;
  const parts = [];
  counts.forEach((count, place) => {
    if (!count) return;
    const width = (100 * count) / total;
    parts.push(svg("rect", { class: `f-${data.labels[place].verdict}`, x: start.toFixed(2), width: width.toFixed(2), height: 4 }));
    start += width;
  });
  return svg("svg", { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, parts);
}

/** A verdict as sign and word in its colour. */
export function mark(data, place) {
  const label = data.labels[place];
  const sign = el("span", { class: "sign", "aria-hidden": "true" }, label.sign);
  return el("span", { class: `mark v-${label.verdict} l3` }, sign, ` ${label.verdict}`);
}

/**
 * One variant's matrix, each square one cell that leads to its evidence; cells not in `shown` are faded.
 * Runtimes in which it was neither saved nor loaded are left out: most variants are asked among a few.
 */
export function variantMatrix(data, variant, shown, filters) {
  const item = data.variants[variant];
  const matrix = blankMatrix(`Verdicts of ${item.id}, by saving runtime (rows) and loading runtime (columns)`);
  const roomy = matrix.classList.contains("roomy");
  matrix.classList.toggle("signs", !roomy);
  const squares = grid(matrix);
  squares.fill((save, load) => {
    const cell = data.cell(variant, save, load);
    const [from, to] = [data.runtimes[save].id, data.runtimes[load].id];
    const link = () => href("cell", [item.id, from, to], filters);
    if (cell < 0) return { verdict: "", big: "", small: "", label: () => `Saved in ${from}, loaded in ${to}: not run`, link, key: "none" };
    const label = data.labels[data.cells.verdict[cell]];
    const key = "cell";
    const words = () => `Saved in ${from}, loaded in ${to}: ${label.verdict}. ${brief(data.reason(cell))}`;
    const small = roomy ? label.verdict : "";
    return { verdict: label.verdict, level: 3, big: label.sign, small, label: words, link, faded: !shown.has(cell), key };
  });
  const places = data.runtimes.map((_, place) => place);
  const asked = (save, load) => data.cell(variant, save, load) >= 0;
  squares.among((save) => places.some((load) => asked(save, load)), (load) => places.some((save) => asked(save, load)));
  return matrix;
}

function paint(cell, square, own) {
  const classes = square.verdict ? [`v-${square.verdict}`, `l${square.level}`] : ["none"];
  if (own) classes.push("own");
  if (square.faded) classes.push("faded");
  const name = classes.join(" ");
  if (cell.className !== name) cell.className = name;
  const link = cell.firstElementChild;
  write(link.children[0], square.big);
  write(link.children[1], square.small);
  link.children[2]?.remove();
  if (square.bar) link.append(square.bar());
}

function lead(link, square) {
  link.setAttribute("href", square.link());
  link.setAttribute("aria-label", square.label());
}

/** Whether a part of the page is in the window, between two of its sides. */
export function inSight(part, start, end, size) {
  const box = part.getBoundingClientRect();
  return box[end] > 0 && box[start] < size;
}

/** After the next frame and a breath, so that rows out of sight do not hold up someone who types on. */
export function afterFrame(act) {
  requestAnimationFrame(() => setTimeout(act, BREATH));
}

/** Text that is already there is left alone: thousands of squares are looked at for each letter typed. */
function write(node, text) {
  if (!node.firstChild) node.append(text);
  else if (node.firstChild.data !== text) node.firstChild.data = text;
}

/** A dense matrix has columns of fixed width, which is what makes thousands of squares quick to lay out. */
function narrow(matrix, columns) {
  const [first, other] = [...matrix.querySelectorAll("col")];
  if (!other) return;
  other.span = columns;
  matrix.width = Number(first.width) + columns * Number(other.width);
}

/** One stop of the Tab key for the whole matrix; arrow keys, Home and End move inside it. */
function rove(matrix) {
  const links = [...matrix.querySelectorAll("a")];
  for (const link of links) link.tabIndex = -1;
  const first = matrix.tBodies[0].querySelector("td a") ?? links[0];
  if (first) first.tabIndex = 0;
  matrix.addEventListener("focusin", (event) => {
    for (const link of links) if (link.tabIndex === 0) link.tabIndex = -1;
    event.target.closest("a").tabIndex = 0;
  });
  matrix.addEventListener("keydown", (event) => {
    const next = step(matrix, event);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity] };

/** The link that a key leads to, over squares that are hidden. */
function step(matrix, event) {
  const move = STEPS[event.key];
  const from = event.target.closest("th, td");
  if (!move || !from || event.altKey || event.metaKey) return null;
  const visible = [...matrix.rows].filter((row) => !row.hidden).map((row) => [...row.cells].filter((cell) => !cell.hidden));
  const down = visible.findIndex((row) => row.includes(from));
  const across = visible[down].indexOf(from);
  const bounded = (value, size) => Math.min(Math.max(value, 0), size - 1);
  const row = event.ctrlKey && move[1] ? bounded(move[1], visible.length) : bounded(down + move[0], visible.length);
  return visible[row][bounded(across + move[1], visible[row].length)].querySelector("a");
}

/** Mark the row and the column of the square under the pointer or the focus. */
function crosshair(matrix, rows, heads, readout) {
  let lit = [];
  const clear = () => {
    for (const node of lit) node.classList.remove("hl");
    lit = [];
  };
  const show = (event) => {
    const cell = event.target.closest("tbody td");
    clear();
    if (!cell) return;
    const column = cell.cellIndex;
    lit = [...cell.parentElement.cells, ...rows.map((row) => row[column - 1]), heads[column]];
    for (const node of lit) node.classList.add("hl");
    if (readout) readout.textContent = cell.firstElementChild.getAttribute("aria-label");
  };
  matrix.addEventListener("mouseover", show);
  matrix.addEventListener("focusin", show);
  matrix.addEventListener("mouseleave", clear);
}
