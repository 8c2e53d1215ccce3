// Environments and the runtimes that live in them: packages, interpreter, lock, log, or why there is none.
import { copyable, el, facts, plural, scroll, table } from "./dom.js";
import { href } from "./route.js";
import { crumbs, missing, section } from "./parts.js";

/** The view: the list, or one environment. */
export function runtimesView(data) {
  return {
    filters: false,
    async render(state, host) {
      const { environments } = await data.detail();
      const [id] = state.segments;
      if (!id) return list(data, environments, host);
      const place = environments.find((item) => item.id === id);
      return place ? one(data, place, host) : missing(host, "environment", id);
    },
  };
}

function list(data, environments, host) {
  const ids = (place) => runtimesOf(data, place.id).map((item) => item.id).join(", ");
  const rows = environments.map((place) => [
    el("a", { href: href("runtimes", [place.id]) }, place.title),
    el("code", {}, place.id),
    ids(place) || "–",
    place.python_version || place.python,
    place.released,
    place.status,
    place.reason,
  ]);
  const columns = [{ name: "Environment", class: "prose" }, { name: "Id", class: "nowrap" }, { name: "Runtimes", class: "prose" }, "Python", { name: "Released", class: "nowrap" }, "Status", "Reason"];
  host.replaceChildren(
    el("h1", { tabindex: "-1" }, "Runtimes and their environments"),
    el("p", { class: "soft" }, "A runtime is an environment plus how Keras is switched on in it. Several can share one environment."),
    scroll("Environments", table("Environments", columns, rows)),
    section("Runtimes", scroll("Runtimes", runtimeTable(data, data.runtimes))),
  );
  const plain = environments.map((p) => [p.id, p.title, ids(p), p.python_version || p.python, p.released, p.status, p.reason]);
  return { title: "Runtimes", table: () => ({ title: "Environments", columns: ["id", "title", "runtimes", "python", "released", "status", "reason"], rows: plain }) };
}

function one(data, place, host) {
  const packages = Object.entries(place.packages);
  host.replaceChildren(
    crumbs([["Runtimes", href("runtimes")]], place.id),
    el("h1", { tabindex: "-1" }, place.title),
    place.reason ? el("p", { class: "verdict v-unavailable l3" }, el("b", {}, place.status), el("span", {}, place.reason)) : "",
    place.hint ? section("How to get it", copyable(place.hint, "the hint")) : "",
    section(
      "What it is",
      facts([
        ["Id", el("code", {}, place.id)],
        ["Status", place.status],
        ["Python", place.python_version || place.python],
        ["Interpreter", place.interpreter],
        ["Released", place.released],
        ["Resolved as of", place.as_of],
        ["Asked for", place.requirements.join(", ")],
        ["Lock", place.lock ? el("code", {}, place.lock) : ""],
        ["Provisioned in", place.seconds ? `${place.seconds} s` : ""],
      ]),
    ),
    section("Runtimes in it", scroll("Runtimes in it", runtimeTable(data, runtimesOf(data, place.id)))),
    packages.length ? section(plural(packages.length, "package"), scroll("Packages", table("Packages", ["Package", "Version"], packages))) : "",
    place.log ? section("Provisioning log", copyable(place.log, "the log", "code")) : "",
  );
  return { title: place.id, table: () => ({ title: place.id, columns: ["package", "version"], rows: packages }) };
}

function runtimesOf(data, environment) {
  return data.runtimes.filter((item) => item.environment === environment);
}

function runtimeTable(data, runtimes) {
  const rows = runtimes.map((item) => [
    el("code", {}, item.id),
    item.title,
    item.lines.join(", "),
    el("a", { href: href("cells", [], { verdict: [], runtime: item.id }), "aria-label": `Cells of ${item.id}` }, "its cells"),
  ]);
  return table("Runtimes", [{ name: "Runtime", class: "nowrap" }, { name: "Title", class: "prose" }, "Versions", { name: "Cells", class: "nowrap" }], rows);
}
