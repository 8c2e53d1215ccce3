// A plain list of cells, loudest verdict first: the view behind "show these cells", and a part of others.
import { brief, el, line, plural, scroll, table } from "./dom.js";
import { matching, MOVES } from "./filter.js";
import { mark } from "./matrix.js";
import { causeLink, kindTag } from "./parts.js";
import { href } from "./route.js";

const AT_ONCE = 200;
const COLUMNS = ["Verdict", "Scenario", "Format", "Parameters", "Saved in", "Loaded in", "Reason", "Cause and remedy", "Before"];
const CLASSES = { Reason: "reason", Scenario: "prose", Parameters: "prose", "Cause and remedy": "prose why" };
const NUMBER = /\d[\d.e+-]*/g;

/** The view. */
export function cellsView(data) {
  return {
    filters: true,
    render(state, host) {
      const cells = loudestFirst(data, matching(data, state.filters));
      const title = plural(cells.length, "cell");
      host.replaceChildren(el("h1", { tabindex: "-1" }, title), cellList(data, cells, "The cells that match the filters"));
      return { title: "Cells", table: () => exportedCells(data, cells, "Cells") };
    },
  };
}

/** Some cells in the order of their verdicts, otherwise as they were. */
export function loudestFirst(data, cells) {
  const groups = data.labels.map(() => []);
  for (const cell of cells) groups[data.cells.verdict[cell]].push(cell);
  return groups.flat();
}

/** A table of cells, the first few hundred at once; `without` names columns that would say the same in every row. */
export function cellList(data, cells, caption, without = []) {
  if (!cells.length) return el("p", { class: "soft" }, "No cell matches these filters.");
  const columns = COLUMNS.filter((name) => !without.includes(name) && told(data, name));
  const shape = columns.map((name) => ({ name, class: CLASSES[name] ?? "nowrap" }));
  const rows = (from, to) => cells.slice(from, to).map((cell) => columns.map((name) => field(data, cell, name)));
  const list = table(caption, shape, rows(0, AT_ONCE));
  const box = el("div", {}, scroll(caption, list));
  let shown = AT_ONCE;
  const more = el("button", { type: "button" }, "Show more");
  more.addEventListener("click", () => {
    const next = table(caption, shape, rows(shown, shown + AT_ONCE));
    shown += AT_ONCE;
    const added = [...next.tBodies[0].rows];
    list.tBodies[0].append(...added);
    added[0]?.querySelector("a")?.focus();
    more.hidden = shown >= cells.length;
  });
  if (cells.length > shown) box.append(el("p", {}, more));
  return box;
}

/** Whether a column says anything in this report: older documents name no causes, and few runs lie over another. */
function told(data, name) {
  if (name === "Cause and remedy") return data.causes.length > 0;
  return name !== "Before" || data.moves !== null;
}

function field(data, cell, name) {
  const [save, load] = [data.runtimes[data.cells.save[cell]].id, data.runtimes[data.cells.load[cell]].id];
  const variant = data.cells.variant[cell];
  const item = data.variants[variant];
  if (name === "Verdict") return el("a", { href: href("cell", [item.id, save, load]), class: "nowrap" }, mark(data, data.cells.verdict[cell]));
  if (name === "Scenario") return [el("a", { href: href("variant", [item.id]) }, data.scenarioOf(variant).short), kindTag(item)];
  if (name === "Format") return item.format;
  if (name === "Parameters") return item.parameters;
  if (name === "Saved in") return save;
  if (name === "Loaded in") return load;
  if (name === "Reason") return brief(data.reason(cell));
  return name === "Before" ? before(data, cell) : [causeLink(data, cell), helped(data, cell)];
}

function helped(data, cell) {
  const remedy = data.remedyOf(cell);
  return remedy && el("span", { class: "helped" }, el("span", { "aria-hidden": "true" }, "✓ "), el("span", { class: "sr" }, "verified: "), remedy.title);
}

/** What a cell was in the earlier run, and what became of it. */
function before(data, cell) {
  const then = data.before.verdicts[cell];
  const move = MOVES[data.moves[cell]];
  return [then < 0 ? "–" : data.labels[then].verdict, move && move !== "same" && [" ", el("span", { class: "tag" }, move)]];
}

/** Verdicts and reasons among some cells, the loudest and then the most frequent first; reasons that differ only in their numbers are one, as in the findings. */
export function reasonList(data, cells, caption) {
  const groups = new Map();
  for (const cell of cells) {
    const key = `${data.cells.verdict[cell]} ${data.reason(cell).replace(NUMBER, "#")}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(cell);
  }
  if (!groups.size) return el("p", { class: "soft" }, "No cell matches these filters.");
  const sorted = [...groups.values()].sort((a, b) => data.cells.verdict[a[0]] - data.cells.verdict[b[0]] || b.length - a.length);
  const rows = sorted.map((group) => [
    mark(data, data.cells.verdict[group[0]]),
    String(group.length),
    brief(data.reason(group[0])) || "–",
    from(data, group),
  ]);
  const columns = [{ name: "Verdict", class: "nowrap" }, { name: "Cells", class: "num" }, { name: "Reason", class: "reason" }, "Where"];
  return folded(caption, columns, rows);
}

/** A table whose rows beyond the first few hundred come when they are asked for. */
function folded(caption, columns, rows) {
  const list = table(caption, columns, rows.slice(0, AT_ONCE));
  const rest = rows.slice(AT_ONCE);
  if (!rest.length) return scroll(caption, list);
  const more = el("button", { type: "button" }, `Show all ${rows.length}`);
  more.addEventListener("click", () => {
    list.tBodies[0].append(...rest.map((row) => line(row, columns.map((column) => (typeof column === "string" ? { name: column } : column)))));
    more.remove();
  });
  return el("div", {}, scroll(caption, list), el("p", {}, more));
}

function from(data, cells) {
  const ids = (column) => [...new Set(cells.map((cell) => data.runtimes[data.cells[column][cell]].id))];
  const some = (list) => (list.length <= 3 ? list.join(", ") : plural(list.length, "runtime"));
  return `${some(ids("save"))} → ${some(ids("load"))}`;
}

/** Cells for CSV and Markdown. */
export function exportedCells(data, cells, title) {
  const columns = ["scenario", "format", "parameters", "save", "load", "verdict", "stage", "reason", "cause", "remedy", ...(data.moves ? ["before", "moved"] : [])];
  const rows = Array.from(cells, (cell) => {
    const item = data.variants[data.cells.variant[cell]];
    const ends = [data.runtimes[data.cells.save[cell]].id, data.runtimes[data.cells.load[cell]].id];
    const verdict = data.labels[data.cells.verdict[cell]].verdict;
    const scenario = data.scenarioOf(data.cells.variant[cell]).name;
    const why = [data.causeOf(cell)?.id ?? "", data.remedyOf(cell)?.id ?? ""];
    const since = data.moves ? [data.labels[data.before.verdicts[cell]]?.verdict ?? "", MOVES[data.moves[cell]] ?? ""] : [];
    return [scenario, item.format, item.parameters, ...ends, verdict, data.stage(cell), data.reason(cell), ...why, ...since];
  });
  return { title, columns, rows };
}
