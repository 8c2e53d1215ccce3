// One variant: its matrix beside those of its siblings, what it probes, what it shows, its source.
import { copyButton, el, facts, plural, scroll } from "./dom.js";
import { countVerdicts, inWords, matching, sumUp } from "./filter.js";
import { variantMatrix } from "./matrix.js";
import { cellList, exportedCells, loudestFirst, reasonList } from "./cells.js";
import { causeLink, crumbs, missing, section } from "./parts.js";
import { href } from "./route.js";

/** The view. */
export function variantView(data) {
  return {
    filters: true,
    render(state, host) {
      const place = data.variantAt.get(state.segments[0]);
      if (place === undefined) return missing(host, "variant", state.segments[0]);
      const item = data.variants[place];
      const scenario = data.scenarioOf(place);
      const mine = cellsOf(data, place);
      const shown = new Set(matching(data, { ...state.filters, scenario: "", format: "", kind: "" }));
      const left = loudestFirst(data, mine.filter((cell) => shown.has(cell)));
      host.replaceChildren(
        crumbs([["Overview", href("overview", [], state.filters)]], scenario.name),
        el("h1", { tabindex: "-1" }, `${scenario.title}, ${item.format}`),
        el("p", { class: "soft" }, inWords(data, countVerdicts(data, mine)), "."),
        section("Matrix", matrices(data, place, shown, state.filters)),
        section("What it shows", reasonList(data, left, "Verdicts and reasons of this variant"), causesOf(data, left)),
        section("What it probes", about(data, item, scenario), source(data, scenario)),
        section("Every cell", asList(data, left, item)),
      );
      return { title: item.id, table: () => exportedCells(data, left, item.id) };
    },
  };
}

/** The same cells once more, for who would rather read than look; built when it is opened. */
function asList(data, cells, item) {
  const box = el("details", {}, el("summary", {}, `As a list: ${plural(cells.length, "cell")}`));
  const build = () => box.append(cellList(data, cells, `Cells of ${item.id}`, ["Scenario", "Format", "Parameters"]));
  box.addEventListener("toggle", build, { once: true });
  return box;
}

function cellsOf(data, variant) {
  const found = [];
  for (let cell = 0; cell < data.count; cell++) if (data.cells.variant[cell] === variant) found.push(cell);
  return found;
}

/** This variant and, to compare, the same scenario and format under other parameters. */
function matrices(data, place, shown, filters) {
  const { scenario, format } = data.variants[place];
  const alike = data.variants.map((_, other) => other).filter((other) => other !== place && same(data.variants[other], scenario, format));
  const figures = [place, ...alike].map((other) => {
    const item = data.variants[other];
    const name = [item.kind === "plain" ? "" : `${item.kind}: `, item.parameters || item.format].join("");
    const caption = other === place ? el("strong", {}, name) : el("a", { href: href("variant", [item.id], filters) }, name);
    const sum = sumUp(data, countVerdicts(data, cellsOf(data, other)));
    const share = el("span", { class: "soft" }, ` ${sum.good} of ${sum.asked} identical`);
    return el("figure", {}, el("figcaption", {}, caption, share), matrixBox(data, other, shown, filters));
  });
  return el("div", { class: "pairs" }, figures);
}

function matrixBox(data, variant, shown, filters) {
  const box = scroll(`Matrix of ${data.variants[variant].id}`, variantMatrix(data, variant, shown, filters));
  box.classList.remove("plain");
  return box;
}

function same(item, scenario, format) {
  return item.scenario === scenario && item.format === format;
}

/** Why its cells go wrong, the most frequent cause first. */
function causesOf(data, cells) {
  const counts = new Map();
  for (const cell of cells) if (data.cells.cause[cell] >= 0) counts.set(data.cells.cause[cell], [...(counts.get(data.cells.cause[cell]) ?? []), cell]);
  if (!counts.size) return "";
  const groups = [...counts.values()].sort((a, b) => b.length - a.length);
  return [el("h3", {}, "Why"), el("ul", { class: "plain-list" }, groups.map((group) => el("li", {}, causeLink(data, group[0]), ` in ${plural(group.length, "cell")}`)))];
}

function about(data, item, scenario) {
  return [
    (scenario.description || scenario.title).split(/\n\s*\n/).map((part) => el("p", { class: "prose" }, part)),
    facts([
      ["Scenario", el("code", {}, scenario.path)],
      ["Format", item.format],
      ["Parameters", item.parameters],
      ["Kind", { plain: "a plain model", pitfall: "a pitfall: meant to go wrong", remedy: "a pitfall with its remedy applied" }[item.kind]],
      ["Probes the cause", scenario.cause],
      ["Its remedy", Object.entries(scenario.remedy).map(([name, value]) => `${name}=${value}`).join(", ")],
    ]),
  ];
}

function source(data, scenario) {
  const code = el("pre", { class: "code", tabindex: "0" }, "");
  const button = copyButton(() => code.textContent, "Copy", "the source");
  data.detail().then((detail) => (code.textContent = detail.source(scenario.name)));
  return el("details", {}, el("summary", {}, "Source of the scenario"), el("div", { class: "copy" }, code, button));
}
