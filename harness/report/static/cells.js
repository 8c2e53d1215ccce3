// A plain list of cells, loudest verdict first: the view behind "show these cells", and a part of others.
import { brief, el, plural, scroll, table } from "./dom.js";
import { matching } from "./filter.js";
import { mark } from "./matrix.js";
import { kindTag } from "./parts.js";
import { href } from "./route.js";

const AT_ONCE = 200;
const COLUMNS = ["Verdict", "Scenario", "Format", "Parameters", "Saved in", "Loaded in", "Reason"];
const CLASSES = { Reason: "reason", Scenario: "prose", Parameters: "prose" };

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
  const columns = COLUMNS.filter((name) => !without.includes(name));
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

function field(data, cell, name) {
  const [save, load] = [data.runtimes[data.cells.save[cell]].id, data.runtimes[data.cells.load[cell]].id];
  const variant = data.cells.variant[cell];
  const item = data.variants[variant];
  if (name === "Verdict") return el("a", { href: href("cell", [item.id, save, load]), class: "nowrap" }, mark(data, data.cells.verdict[cell]));
  if (name === "Scenario") return [el("a", { href: href("variant", [item.id]) }, data.scenarioOf(variant).short), kindTag(item)];
  if (name === "Format") return item.format;
  if (name === "Parameters") return item.parameters;
  if (name === "Saved in") return save;
  return name === "Loaded in" ? load : brief(data.reason(cell));
}

/** Cells for CSV and Markdown. */
export function exportedCells(data, cells, title) {
  const columns = ["scenario", "format", "parameters", "save", "load", "verdict", "stage", "reason"];
  const rows = Array.from(cells, (cell) => {
    const item = data.variants[data.cells.variant[cell]];
    const ends = [data.runtimes[data.cells.save[cell]].id, data.runtimes[data.cells.load[cell]].id];
    const verdict = data.labels[data.cells.verdict[cell]].verdict;
    const scenario = data.scenarioOf(data.cells.variant[cell]).name;
    return [scenario, item.format, item.parameters, ...ends, verdict, data.stage(cell), data.reason(cell)];
  });
  return { title, columns, rows };
}
