// An earlier run laid under this one: what the page was delivered with, or a `results.json` that the reader opens.
import { forget, MOVES } from "./filter.js";

/** Lay an earlier run, packed as `earlier.packed` does it, under the cells of this one. */
export function layOver(data, before) {
  data.before = before;
  data.moves = Int8Array.from(before.verdicts, (then, cell) => MOVES.indexOf(move(data, then, data.cells.verdict[cell])));
  forget();
}

/** What became of a cell, by the numbers of its verdicts then and now, as `earlier.move` has it; -1: not there. */
export function move(data, then, now) {
  const rank = (place) => data.labels[place]?.rank ?? -1;
  const [before, after] = [rank(then), rank(now)];
  if (then === now) return after >= 0 ? "same" : "";
  if (after < 0) return before >= 0 ? "gone" : "";
  if (before < 0) return "new";
  return after > before ? "worse" : "better";
}

/** A results document as an earlier run; an error says what it is not. */
export function packed(data, document) {
  if (document?.schema !== 1 || !Array.isArray(document.cells)) throw new Error("this is no results.json of Crossload");
  const verdicts = new Int32Array(data.count).fill(-1);
  const gone = [];
  let outside = 0;
  for (const { variant, save, load, verdict } of document.cells) {
    const ends = [data.variantAt.get(variant) ?? -1, data.runtimeAt.get(save) ?? -1, data.runtimeAt.get(load) ?? -1];
    const then = data.verdictAt.get(verdict) ?? -1;
    const cell = ends.includes(-1) ? -1 : data.cell(...ends);
    if (cell >= 0) verdicts[cell] = then;
    else if (!ends.includes(-1) && data.labels[then]?.rank >= 0) gone.push([...ends, then]);
    else outside++;
  }
  const { started = "", command = "" } = document.run ?? {};
  return { run: { started, command, cells: document.cells.length }, verdicts, gone, outside, versions: versions(data, document.runtimes ?? []) };
}

/** Packages of runtimes that both runs have whose versions differ. */
function versions(data, before) {
  const found = [];
  for (const { id, versions: then = {} } of before) {
    const now = data.runtimes[data.runtimeAt.get(id)]?.versions ?? {};
    if (!Object.keys(then).length || !Object.keys(now).length) continue;
    for (const name of [...new Set([...Object.keys(then), ...Object.keys(now)])].sort()) {
      if (then[name] !== now[name]) found.push([id, name, then[name] ?? "", now[name] ?? ""]);
    }
  }
  return found;
}
