// The whole state of the page is its fragment: `#/view/segment/segment?filter=value`.

export const FILTERS = ["q", "runtime", "save", "load", "scenario", "format", "kind", "cause", "remedy", "near", "moved"];

// What a sum is of: the empty string leaves pitfalls out, "all" does not.
const SUMS = ["", "all"];

/** The state that a fragment stands for; what cannot be read is left out rather than refused. */
export function parse(fragment) {
  // Without the slash it is an anchor within the overview.
  const [path, query = ""] = split(fragment.startsWith("#/") ? fragment.slice(2) : "");
  const segments = path.split("/").filter(Boolean).map(decoded);
  const given = new URLSearchParams(query);
  const filters = { verdict: (given.get("verdict") ?? "").split(",").filter(Boolean) };
  for (const name of FILTERS) filters[name] = given.get(name) ?? "";
  filters.sum = SUMS.includes(given.get("sum")) ? given.get("sum") : "";
  return { view: segments[0] ?? "overview", segments: segments.slice(1), filters };
}

/** The fragment of a state. */
export function href(view, segments = [], filters = null) {
  const path = [view === "overview" ? "" : view, ...segments.map(encodeURIComponent)].filter(Boolean).join("/");
  return `#/${path}${filters ? queryString(filters) : ""}`;
}

/** Whether any filter is set; what a sum is of hides no cell. */
export function filtered(filters) {
  return filters.verdict.length > 0 || FILTERS.some((name) => filters[name]);
}

/** The filters as the end of a fragment: `?name=value`, or nothing. */
export function queryString(filters) {
  const parts = FILTERS.filter((name) => filters[name]).map((name) => `${name}=${encodeURIComponent(filters[name])}`);
  if (filters.verdict?.length) parts.push(`verdict=${filters.verdict.map(encodeURIComponent).join(",")}`);
  if (filters.sum) parts.push(`sum=${encodeURIComponent(filters.sum)}`);
  return parts.length ? `?${parts.join("&")}` : "";
}

function split(text) {
  const at = text.indexOf("?");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
