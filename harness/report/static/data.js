// The results as the page holds them: two packed blocks, unpacked when needed, and names for their columns.

/** Unpack a block: base64, deflate, JSON. */
async function unpack(name) {
  const text = atob(document.getElementById(`block-${name}`).textContent);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** The block that every view needs, with typed columns and an index of cells. */
export async function load() {
  const core = await unpack("core");
  const wide = core.runtimes.length;
  const cells = core.cells;
  for (const name of Object.keys(cells)) cells[name] = Int32Array.from(cells[name]);
  const at = new Int32Array(core.variants.length * wide * wide).fill(-1);
  for (let i = 0; i < cells.variant.length; i++) at[(cells.variant[i] * wide + cells.save[i]) * wide + cells.load[i]] = i;
  const best = new Map(core.best.map(([save, load, format]) => [save * wide + load, format]));
  let waiting = null;
  return {
    ...core,
    cells,
    count: cells.variant.length,
    runtimeAt: numbered(core.runtimes),
    variantAt: numbered(core.variants),
    causeAt: numbered(core.causes),
    remedyAt: numbered(core.remedies),
    verdictAt: new Map(core.labels.map((label, place) => [label.verdict, place])),
    unasked: new Set(core.unasked),
    pitfall: Uint8Array.from(core.variants, (item) => (item.kind === "pitfall" ? 1 : 0)),
    // Of an earlier run: nothing until `earlier.js` lays one over this one.
    moves: null,
    causeOf: (cell) => core.causes[cells.cause[cell]] ?? null,
    remedyOf: (cell) => core.remedies[cells.remedy[cell]] ?? null,
    bestOf: (save, load) => best.get(save * wide + load) ?? "",
    cell: (variant, save, load) => at[(variant * wide + save) * wide + load],
    reason: (cell) => core.strings[cells.reason[cell]],
    stage: (cell) => core.strings[cells.stage[cell]],
    scenarioOf: (variant) => core.scenarios[core.variants[variant].scenario],
    detail: () => (waiting ??= unpack("detail").then(named)),
  };
}

function numbered(items) {
  return new Map(items.map((item, place) => [item.id, place]));
}

/** `detail` with its lists turned into lookups; the order of places is that of `payload.py`. */
function named(detail) {
  const text = (place) => (place < 0 ? "" : detail.texts[place].map((line) => detail.lines[line]).join("\n"));
  const failure = (place) => {
    if (place < 0) return null;
    const [type, message, traceback, step, path, line] = detail.failures[place];
    return { type, message: text(message), traceback: text(traceback), step, path, line };
  };
  const located = (found) => found && { said: found[0], script: text(found[1]), checked: found[2], seconds: found[3] };
  const attempt = ([failed, log, step, signal, before, notes, seconds, wall, memory]) => ({
    failure: failure(failed),
    log: text(log),
    step,
    signal,
    before,
    notes,
    seconds: pairs(seconds),
    wall,
    memory,
  });
  const difference = ([observation, kind, detail, where, absolute, relative, ulp, allowed, counts]) => ({
    observation,
    kind,
    detail,
    where,
    absolute,
    relative,
    ulp,
    allowed,
    counts,
  });
  const trial = ([remedy, verdict, reason, verified, variant, save, load, wall]) => ({
    remedy,
    verdict,
    reason: text(reason),
    verified,
    variant,
    save,
    load,
    wall,
  });
  const saves = new Map();
  for (const save of detail.saves) {
    const [variant, runtime, outcome, reason, versions, artifact] = save.slice(9);
    saves.set(JSON.stringify([variant, runtime]), { ...attempt(save), outcome, reason, versions, artifact });
  }
  return {
    cell: (place) => ({
      ...attempt(detail.cells[place]),
      differences: detail.cells[place][9].map((number) => difference(detail.differences[number])),
      trials: detail.cells[place][10].map((number) => trial(detail.trials[number])),
      controls: detail.cells[place][11],
      then: detail.cells[place][12],
      goodIn: detail.cells[place][13],
      located: located(detail.cells[place][14]),
    }),
    trials: (place) => detail.cells[place][10].map((number) => trial(detail.trials[number])),
    cause: (id) => detail.causes[id] ?? { explanation: "", references: [], remedies: [] },
    remedy: (id) => detail.remedies[id] ?? { code: "", codes: {}, costs: "" },
    save: (variant, runtime) => saves.get(JSON.stringify([variant, runtime])) ?? null,
    source: (scenario) => detail.sources[scenario] ?? "",
    environments: detail.environments,
  };
}

function pairs(flat) {
  const found = [];
  for (let at = 0; at < flat.length; at += 2) found.push([flat[at], flat[at + 1]]);
  return found;
}
