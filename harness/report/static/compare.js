// This run over an earlier one: what is new, gone, better, worse and the same, between whom, and what else changed.
import { el, moment, number, plural, scroll, table } from "./dom.js";
import { matching, MOVES } from "./filter.js";
import { blankMatrix, grid, mark } from "./matrix.js";
import { cellList, exportedCells } from "./cells.js";
import { layOver, packed } from "./earlier.js";
import { section } from "./parts.js";
import { href } from "./route.js";

const SIGNS = { worse: "▼", better: "▲", new: "+", gone: "−", same: "=" };
const TOLD = {
  worse: "came to a worse verdict than before",
  better: "came to a better verdict than before",
  new: "could not be tested before, or were not",
  gone: "were tested before, and now could not be, or were not",
  same: "came to the verdict they had",
};
const COMPACT = { class: "list compact" };
const LISTED = ["worse", "better", "new", "gone"];

/** The view. */
export function compareView(data) {
  return {
    filters: true,
    render(state, host) {
      host.replaceChildren(el("h1", { tabindex: "-1" }, "This run over an earlier one"), ...(data.moves ? compared(data, state) : []), opener(data));
      return { title: "Compare", table: () => exportedCells(data, data.moves ? movedCells(data, state) : [], "Compare") };
    },
  };
}

/** Where no earlier run came with the page, or another is wanted: a file from the reader's disk. It goes nowhere. */
function opener(data) {
  const input = el("input", { type: "file", accept: ".json,application/json", id: "earlier-file" });
  const said = el("p", { role: "alert" });
  input.addEventListener("change", async () => {
    try {
      layOver(data, packed(data, JSON.parse(await input.files[0].text())));
      dispatchEvent(new Event("hashchange"));
    } catch (error) {
      said.textContent = `That file cannot be laid under this run: ${error.message}.`;
    }
  });
  const told = data.moves ? "Compare with another run" : "No earlier run came with this report. Open one";
  return section(told, el("p", {}, el("label", { for: "earlier-file" }, "The results.json of an earlier run; it is read here and sent nowhere: "), input), said);
}

function movedCells(data, { filters }) {
  const cells = [...matching(data, filters)].filter((cell) => MOVES[data.moves[cell]] !== "same" && data.moves[cell] >= 0);
  return cells.sort((a, b) => data.moves[a] - data.moves[b] || data.cells.verdict[a] - data.cells.verdict[b]);
}

function compared(data, state) {
  const { run, outside, versions } = data.before;
  const cells = matching(data, state.filters);
  const counts = MOVES.map(() => 0);
  for (const cell of cells) if (data.moves[cell] >= 0) counts[data.moves[cell]]++;
  const rest = lost(data, state.filters);
  counts[MOVES.indexOf("gone")] += rest.length;
  const moved = movedCells(data, state);
  return [
    el("p", { class: "soft" }, `The earlier run: ${moment(run.started)}, `, el("code", {}, run.command), `, ${plural(run.cells, "cell")}. A cell that could not be tested counts as missing.`, outside ? ` ${plural(outside, "cell")} of it belong to variants or runtimes that this run does not have, or could not be asked.` : ""),
    section("What became of the cells", sums(counts, state.filters)),
    moved.length ? section("From which verdict to which", transitions(data, moved)) : "",
    moved.length ? section("Between whom", between(data, moved, state.filters)) : "",
    ...LISTED.map((name) => listed(data, name, moved, rest)),
    versions.length ? section("Versions that differ between the runs", scroll("Versions", table("Versions that differ", ["Runtime", "Package", "Then", "Now"], versions, COMPACT))) : "",
  ];
}

function sums(counts, filters) {
  const rows = MOVES.map((name, at) => [
    badge(name),
    counts[at] ? el("a", { href: href("cells", [], { ...filters, moved: name }), "aria-label": `The ${plural(counts[at], "cell")} that are ${name}` }, number(counts[at])) : "0",
    TOLD[name],
  ]);
  return scroll("What became of the cells", table("What became of the cells", [{ name: "Became", class: "nowrap" }, { name: "Cells", class: "num" }, { name: "Which", class: "prose" }], rows, COMPACT));
}

function badge(name) {
  return el("span", { class: `mark v-${name} l3` }, el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[name]), ` ${name}`);
}

/** Cells of the earlier run that this one did not ask for at all, as far as the filters tell. */
function lost(data, filters) {
  const { runtime, save, load, scenario, format, moved } = filters;
  if (moved && moved !== "gone") return [];
  return data.before.gone.filter(([variant, from, to]) => {
    const [one, other] = [data.runtimes[from].id, data.runtimes[to].id];
    return (!runtime || one === runtime || other === runtime) && (!save || one === save) && (!load || other === load) && (!scenario || data.scenarioOf(variant).name === scenario) && (!format || data.variants[variant].format === format);
  });
}

function transitions(data, moved) {
  const counts = new Map();
  for (const cell of moved) {
    const key = `${data.moves[cell]} ${data.before.verdicts[cell]} ${data.cells.verdict[cell]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const all = [...counts].map(([key, count]) => [...key.split(" ").map(Number), count]).sort((a, b) => a[0] - b[0] || b[3] - a[3]);
  const shown = (place) => (place < 0 ? "not there" : mark(data, place));
  const rows = all.map(([move, then, now, count]) => [badge(MOVES[move]), shown(then), shown(now), number(count)]);
  return scroll("Transitions", table("From which verdict to which, with counts", ["Became", "Was", "Is", { name: "Cells", class: "num" }], rows, COMPACT));
}

/** The moves between runtimes: a square tells what is worst in it, and below it how many became better. */
function between(data, moved, filters) {
  const matrix = blankMatrix("What became of cells, by saving runtime (rows) and loading runtime (columns)");
  const squares = grid(matrix);
  const wide = data.runtimes.length;
  const counts = new Map();
  for (const cell of moved) {
    const pair = data.cells.save[cell] * wide + data.cells.load[cell];
    if (!counts.has(pair)) counts.set(pair, MOVES.map(() => 0));
    counts.get(pair)[data.moves[cell]]++;
  }
  squares.fill((save, load) => {
    const mine = counts.get(save * wide + load);
    const [from, to] = [data.runtimes[save].id, data.runtimes[load].id];
    const told = mine ? MOVES.map((name, at) => (mine[at] ? `${mine[at]} ${name}` : "")).filter(Boolean).join(", ") : "nothing moved";
    const plain = { key: "moves", label: () => `Saved in ${from}, loaded in ${to}: ${told}`, link: () => href("pair", [from, to], filters) };
    if (!mine) return { ...plain, verdict: "", big: "", small: "" };
    const first = mine.findIndex((count) => count > 0);
    const better = first === 0 && mine[1] ? `${SIGNS.better} ${mine[1]}` : "";
    return { ...plain, verdict: MOVES[first], level: 3, big: `${SIGNS[MOVES[first]]} ${mine[first]}`, small: better };
  });
  const [saves, loads] = ["save", "load"].map((side) => new Set(moved.map((cell) => data.cells[side][cell])));
  squares.among((save) => saves.has(save), (load) => loads.has(load));
  return scroll("Between whom", matrix);
}

function listed(data, name, moved, rest) {
  const mine = moved.filter((cell) => MOVES[data.moves[cell]] === name);
  const others = name === "gone" ? rest : [];
  if (!mine.length && !others.length) return "";
  const rows = others.map(([variant, save, load, then]) => [data.variants[variant].id, data.runtimes[save].id, data.runtimes[load].id, mark(data, then)]);
  return section(
    `Cells that are ${name}`,
    mine.length ? cellList(data, mine, `Cells that are ${name}`) : "",
    rows.length ? [el("p", { class: "soft" }, "Not part of this run:"), scroll("Cells not part of this run", table("Cells that are not part of this run", ["Variant", "Saved in", "Loaded in", "Was"], rows))] : "",
  );
}
