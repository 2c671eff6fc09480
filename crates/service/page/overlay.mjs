// What was found, drawn over the photo, in pixels of the photo as a viewer shows it.
const SVG = "http://www.w3.org/2000/svg";

function shape(name, kind, attributes) {
  const made = document.createElementNS(SVG, name);
  made.setAttribute("class", kind);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// A light line under the coloured one, so that it shows on any photo.
const outlined = (name, kind, attributes) =>
  [shape(name, "casing", attributes), shape(name, kind, attributes)];

export function draw(svg, review) {
  svg.replaceChildren();
  const { width, height } = review.file;
  if (!width || !height) return false;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const long = Math.max(width, height);

  // Lines on the very edge would be half outside.
  const inset = long * 0.005;
  const within = (value, end) => Math.min(Math.max(value, inset), end - inset);
  const box = region => {
    const [x, y] = [within(region.x, width), within(region.y, height)];
    return {
      x, y,
      width: Math.max(0, within(region.x + region.width, width) - x),
      height: Math.max(0, within(region.y + region.height, height) - y),
    };
  };

  const { faces: [main, ...others] = [], outline = [] } = review.measurements?.face ?? {};
  if (main) {
    const points = outline
      .map(point => `${within(point.x, width)},${within(point.y, height)}`).join(" ");
    // That of a group says nothing.
    if (points && !others.length) svg.append(...outlined("polygon", "head", { points }));
    svg.append(...outlined("rect", "face", box(main.region)));
  }

  const trimmed = (review.notes ?? []).find(note => note.code === "trimmed" && note.region);
  if (trimmed) svg.append(...outlined("rect", "trim", box(trimmed.region)));

  const groups = review.findings.map((finding, at) => {
    const group = shape("g", `finding ${finding.outcome}`, { "data-finding": at + 1 });
    const cut = cutSides(finding);
    for (const side of cut) group.append(shape("rect", "cut", bar(side, width, height)));
    for (const other of otherObjects(finding, review)) group.append(...outlined("rect", "region other", box(other)));
    if (finding.region && !cut.length) group.append(...outlined("rect", "region", box(finding.region)));
    return group;
  });
  // What matters most comes first in the list, and on top here.
  svg.append(...[...groups].reverse());
  number(svg, review.findings, box, { width, height, radius: long * 0.027 });
  return true;
}

// Other findings name sides of the face or of the wall.
const cutSides = finding =>
  ["face_cut", "tight_framing"].includes(finding.code) ? finding.sides ?? [] : [];

function bar(side, width, height) {
  const thick = Math.max(width, height) * 0.02;
  return {
    top: { x: 0, y: 0, width, height: thick },
    bottom: { x: 0, y: height - thick, width, height: thick },
    left: { x: 0, y: 0, width: thick, height },
    right: { x: width - thick, y: 0, width: thick, height },
  }[side];
}

// The finding's region is that of the object it is judged by; measurements list all, largest first.
function otherObjects(finding, review) {
  if (finding.code !== "background_object") return [];
  const same = (one, two) => ["x", "y", "width", "height"].every(key => one[key] === two[key]);
  return (review.measurements?.background?.objects ?? [])
    .slice(0, finding.measured?.objects)
    .map(object => object.region)
    .filter(region => !finding.region || !same(region, finding.region));
}

// Numbers stand in the corners of their regions, and never on each other.
function number(svg, findings, box, { width, height, radius }) {
  const placed = [];
  findings.forEach((finding, at) => {
    if (!finding.region) return;
    const { x, y } = box(finding.region);
    const clamp = (value, end) => Math.min(Math.max(value, radius), end - radius);
    let cx = clamp(x + radius, width);
    let cy = clamp(y + radius, height);
    const step = radius * 2.2;
    while (placed.some(([px, py]) => Math.hypot(px - cx, py - cy) < step * 0.95)) {
      cx += step;
      if (cx > width - radius) {
        cx = radius;
        cy += step;
        if (cy > height - radius) break;
      }
    }
    placed.push([cx, cy]);
    const group = shape("g", `number ${finding.outcome}`, { "data-finding": at + 1 });
    const text = shape("text", "", { x: cx, y: cy, "font-size": radius * 1.3, dy: "0.36em" });
    text.textContent = at + 1;
    group.append(shape("circle", "", { cx, cy, r: radius }), text);
    svg.append(group);
  });
}

// Brings one finding forward; none with 0.
export function light(svg, number) {
  svg.classList.toggle("one", number > 0);
  for (const part of svg.querySelectorAll("[data-finding]")) {
    part.classList.toggle("lit", Number(part.dataset.finding) === number);
  }
}
