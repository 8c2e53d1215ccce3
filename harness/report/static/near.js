// Where a verdict turns: cells that came to something else than their neighbours in the matrix of their variant.

const known = new WeakMap();

/**
 * What can be asked of a cell: `turns`, whether any neighbour came to another verdict; `alone`, whether all of them
 * did, savers as well as loaders. Neighbours are the nearest older and newer runtimes that could be asked.
 */
export function neighbours(data) {
  if (!known.has(data)) known.set(data, counted(data));
  const { all, unlike } = known.get(data);
  const lone = (axis, cell) => all[axis][cell] > 0 && unlike[axis][cell] === all[axis][cell];
  return {
    turns: (cell) => unlike[0][cell] + unlike[1][cell] > 0,
    alone: (cell) => lone(0, cell) && lone(1, cell),
  };
}

/** For each axis, savers and loaders, and each cell: its neighbours, and those that are unlike it. */
function counted(data) {
  const wide = data.runtimes.length;
  const counts = () => [new Uint8Array(data.count), new Uint8Array(data.count)];
  const [all, unlike] = [counts(), counts()];
  const unasked = data.labels.map((label) => data.unasked.has(label.verdict));
  const { verdict } = data.cells;
  const walk = (axis, cellAt) => {
    let last = -1;
    for (let place = 0; place < wide; place++) {
      const cell = cellAt(place);
      if (cell < 0 || unasked[verdict[cell]]) continue;
      if (last >= 0) {
        const differ = verdict[last] !== verdict[cell] ? 1 : 0;
        for (const one of [last, cell]) {
          all[axis][one]++;
          unlike[axis][one] += differ;
        }
      }
      last = cell;
    }
  };
  for (let variant = 0; variant < data.variants.length; variant++) {
    for (let at = 0; at < wide; at++) {
      walk(0, (save) => data.cell(variant, save, at));
      walk(1, (load) => data.cell(variant, at, load));
    }
  }
  return { all, unlike };
}
