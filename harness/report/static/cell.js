// One cell with all its evidence: both sides, differences, exception, logs, timing, and how to run it again.
import { brief, copyable, copyButton, el, facts, scroll, table } from "./dom.js";
import { href } from "./route.js";
import { causeLink, crumbs, missing, section } from "./parts.js";
import { references } from "./causes.js";
import { trialList } from "./remedies.js";

/** The view. */
export function cellView(data) {
  return {
    filters: false,
    async render(state, host) {
      const [id, from, to] = state.segments;
      const [variant, save, load] = [data.variantAt.get(id), data.runtimeAt.get(from), data.runtimeAt.get(to)];
      const known = variant !== undefined && save !== undefined && load !== undefined;
      const cell = known ? data.cell(variant, save, load) : -1;
      if (cell < 0) return missing(host, "cell", state.segments.join(" "));
      const detail = await data.detail();
      const item = data.variants[variant];
      const [saved, loaded] = [detail.save(id, from), detail.cell(cell)];
      host.replaceChildren(
        crumbs(
          [
            ["Overview", href("overview", [], state.filters)],
            [item.id, href("variant", [id], state.filters)],
            [`${from} → ${to}`, href("pair", [from, to], state.filters)],
          ],
          "cell",
        ),
        el("h1", { tabindex: "-1" }, data.scenarioOf(variant).title, ", ", item.format),
        el("p", { class: "soft" }, item.parameters ? `${item.parameters}; ` : "", `saved in ${from}, loaded in ${to}`),
        verdict(data, cell, loaded),
        section("Run just this cell again", copyable(command(data, variant, from, to), "the command")),
        data.causeOf(cell) ? section("Cause", ...causeOf(data, detail, cell, loaded)) : "",
        loaded.located ? section("The culprit by experiment", ...culprit(loaded.located)) : "",
        data.causeOf(cell) || loaded.trials.length ? section("Remedies", trialList(data, detail, cell)) : "",
        loaded.differences.length ? section("Differences", differences(loaded.differences)) : "",
        ...failures(data.labels[data.cells.verdict[cell]].verdict === "unsaved", saved, loaded).map(([title, failure]) => section(title, exception(failure))),
        section("Both sides", el("div", { class: "sides" }, savedSide(data, save, saved), loadedSide(data, load, loaded))),
      );
      return { title: `${id}, ${from} to ${to}`, table: () => exported(data, cell, loaded, id, from, to) };
    },
  };
}

function causeOf(data, detail, cell, loaded) {
  const told = detail.cause(data.causeOf(cell).id);
  const further = loaded.then.map((id) => data.causes.find((cause) => cause.id === id)).filter(Boolean);
  return [
    el("p", {}, el("b", {}, causeLink(data, cell))),
    el("p", { class: "prose" }, told.explanation),
    facts([
      ["Controls", loaded.controls],
      ["This file is good in", loaded.goodIn.join(", ")],
      ["Once that is cleared", further.map((cause) => cause.title).join("; then: ")],
    ]),
    references(told.references),
  ];
}

/** What experiments showed, and the script that shows it again with Keras alone. */
function culprit(located) {
  const proof = located.checked ? "This script was run in both environments and failed in the same way." : "This script was not seen to fail in the same way.";
  return [
    el("p", { class: "prose" }, located.said),
    located.script && el("p", { class: "soft" }, proof),
    located.script && copyable(located.script, "the script", "code"),
  ].filter(Boolean);
}

/** The command line that runs this cell alone. */
export function command(data, variant, from, to) {
  const item = data.variants[variant];
  const parts = ["--variant", item.id, "--save", from, "--load", to];
  return `nox -s matrix -- ${parts.map(quoted).join(" ")}`;
}

function quoted(word) {
  return /^[\w.,:/@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

function verdict(data, cell, loaded) {
  const label = data.labels[data.cells.verdict[cell]];
  const reason = data.reason(cell);
  const short = brief(reason);
  return [
    el("p", { class: `verdict v-${label.verdict} l3` }, el("b", {}, `${label.sign} ${label.verdict}`), el("span", {}, short || label.meaning)),
    short === reason ? "" : el("details", {}, el("summary", {}, "The whole reason"), el("pre", { tabindex: "0" }, reason)),
    facts([
      ["Means", label.meaning],
      ["Stage", [data.stage(cell), loaded.step ? ` (step: ${loaded.step})` : ""].join("")],
      ["Signal", loaded.signal],
      ["First attempt", loaded.before ? `${loaded.before}; run once more, alone` : ""],
    ]),
  ].reduce((box, part) => (box.append(part), box), el("div", {}));
}

function differences(list) {
  const rows = list.map((item) => [
    item.observation,
    item.kind,
    item.where || "–",
    item.detail,
    short(item.absolute),
    short(item.relative),
    short(item.ulp),
    short(item.allowed),
    item.counts ? "yes" : "no, stated only",
  ]);
  const sizes = ["Absolute", "Relative", "ULP", "Allowed"].map((name) => ({ name, class: "num" }));
  const columns = ["Observation", "Kind", "Where first", { name: "Detail", class: "prose" }, ...sizes, "Decides"];
  return scroll("Differences", table("What the two sides observed differently", columns, rows));
}

/** A number for a table: four figures, an exponent where it helps. */
function short(value) {
  if (value === null) return "–";
  const size = Math.abs(value);
  return value === 0 || (size >= 1e-3 && size < 1e6) ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

/** The exceptions with their titles; a cell that fell while it was saved carries the saving side's own. */
function failures(unsaved, saved, loaded) {
  const saving = saved?.failure ?? (unsaved ? loaded.failure : null);
  const loading = unsaved ? null : loaded.failure;
  return [
    ["Exception while saving", saving],
    ["Exception while loading", loading],
  ].filter(([, failure]) => failure);
}

function exception(failure) {
  const where = failure.path ? `${failure.path}:${failure.line}` : "";
  const trace = el("details", {}, el("summary", {}, "Traceback"), copyable(failure.traceback, "the traceback", "code"));
  return [
    facts([["Type", el("code", {}, failure.type)], ["Step", failure.step], ["In the scenario", where]]),
    el("pre", { tabindex: "0" }, failure.message),
    failure.traceback ? trace : "",
  ];
}

function savedSide(data, runtime, saved) {
  const row = data.runtimes[runtime];
  if (!saved) return side("Saved in", row, {}, el("p", { class: "soft" }, "Nothing is recorded of this save."));
  const files = saved.artifact ? artifact(saved.artifact) : "";
  return side("Saved in", row, saved.versions, facts([["Outcome", saved.outcome], ["Reason", brief(saved.reason)]]), attempt(saved), files);
}

function loadedSide(data, runtime, loaded) {
  const row = data.runtimes[runtime];
  return side("Loaded in", row, row.versions, attempt(loaded));
}

function side(does, runtime, versions, ...parts) {
  const link = el("a", { href: href("runtimes", [runtime.environment]) }, runtime.id);
  const shown = Object.keys(versions).length ? versions : runtime.versions;
  const list = facts(Object.entries(shown));
  return el("div", { class: "side" }, el("h3", {}, `${does} `, link), el("p", { class: "soft" }, runtime.title), list, parts);
}

function attempt(run) {
  const steps = run.seconds.map(([step, seconds]) => `${step} ${seconds} s`).join(", ");
  const memory = run.memory ? `${(run.memory / 2 ** 20).toFixed(0)} MiB at most` : "";
  return [
    facts([
      ["Took", run.wall ? `${run.wall} s${steps ? `: ${steps}` : ""}` : ""],
      ["Memory", memory],
      ["First attempt", run.before],
      ["Notes", run.notes.join("; ")],
    ]),
    run.log ? el("details", {}, el("summary", {}, "Log"), el("pre", { class: "code", tabindex: "0" }, run.log), copyButton(() => run.log, "Copy", "the log")) : el("p", { class: "soft" }, "No log."),
  ];
}

function artifact({ digest, bytes, files }) {
  const rows = Object.entries(files).map(([name, size]) => [el("code", {}, name), size.toLocaleString("en-GB")]);
  const columns = ["File", { name: "Bytes", class: "num" }];
  return el(
    "details",
    {},
    el("summary", {}, `Artifact: ${bytes.toLocaleString("en-GB")} bytes`),
    facts([["Digest", el("code", {}, digest)]]),
    scroll("Files of the artifact", table("Files of the artifact", columns, rows)),
  );
}

function exported(data, cell, loaded, id, from, to) {
  const verdictName = data.labels[data.cells.verdict[cell]].verdict;
  const plain = { variant: id, save: from, load: to, verdict: verdictName, stage: data.stage(cell), reason: data.reason(cell) };
  const rows = Object.entries(plain);
  if (data.causeOf(cell)) rows.push(["cause", data.causeOf(cell).title]);
  for (const trial of loaded.trials) {
    const { verdict: became } = data.labels[trial.verdict];
    rows.push([`remedy: ${data.remedies[trial.remedy].title}`, `${trial.verified ? "verified" : "no help"}: ${became}${trial.reason && `; ${trial.reason}`}`]);
  }
  for (const item of loaded.differences) {
    const sizes = ["absolute", "relative", "ulp", "allowed"].map((name) => `${name} ${short(item[name])}`).join(", ");
    rows.push([`difference in ${item.observation}`, `${item.kind}; ${item.detail}; ${item.where}; ${sizes}`]);
  }
  if (loaded.failure) rows.push(["exception", `${loaded.failure.type}: ${loaded.failure.message}`]);
  return { title: `${id}, ${from} to ${to}`, columns: ["what", "value"], rows };
}
