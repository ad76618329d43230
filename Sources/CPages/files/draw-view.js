"use strict";
// How the picture and its shapes are shown.

function element(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const path = (points, closed) => "M" + points.map(p => toPixels(p).map(v => v.toFixed(2)).join(" ")).join("L") + (closed ? "Z" : "");

/// The way that is `in`: from the left to the right of somebody who walks along the line, as seen on screen.
function arrow(points) {
  const list = edges(points, false).map(edge => edge.map(toPixels));
  const length = ([a, b]) => Math.hypot(b[0] - a[0], b[1] - a[1]);
  const [a, b] = list.reduce((best, edge) => length(edge) > length(best) ? edge : best);
  const size = 13 * unit();
  const along = [(b[0] - a[0]) / (length([a, b]) || 1), (b[1] - a[1]) / (length([a, b]) || 1)];
  const inward = [-along[1], along[0]];
  const at = (forward, sideways) => [0, 1].map(axis => (a[axis] + b[axis]) / 2 + size * (inward[axis] * forward + along[axis] * sideways));
  const outline = [[0.2, -0.3], [1.6, -0.3], [1.6, -0.85], [2.9, 0], [1.6, 0.85], [1.6, 0.3], [0.2, 0.3]];
  return {
    shape: element("path", { class: "arrow", d: "M" + outline.map(([f, s]) => at(f, s).map(v => v.toFixed(2)).join(" ")).join("L") + "Z" }),
    end: at(3.7, 0),
  };
}

function shortened(text, most) {
  const characters = [...text];
  return characters.length > most ? characters.slice(0, most - 1).join("") + "\u2026" : text;
}

function label(text, [x, y]) {
  const size = 14 * unit();
  const shown = shortened(text, Math.min(28, Math.floor(0.8 * page.width / size)));
  const [margin, line] = [Math.min([...shown].length * size * 0.32, page.width / 2), size];
  const made = element("text", { class: "name", x: clamp(x, margin, page.width - margin), y: clamp(y, line, page.height - line), "font-size": size });
  made.textContent = shown;
  return made;
}

function drawing(shape) {
  const { closed } = KINDS[shape.kind];
  const isSelected = shape.id === state.selected;
  const classes = [shape.kind, isSelected && "selected", problems(shape, state.shapes).length && "wrong"].filter(Boolean).join(" ");
  const d = path(shape.points, closed);
  const made = element("g", { class: classes, "data-id": shape.id });
  if (closed) made.append(element("path", { class: "fill", d }));
  made.append(element("path", { class: "case", d }), element("path", { class: "edge", d }));
  const middle = shape.points.reduce(([x, y], p) => [x + p[0] / shape.points.length, y + p[1] / shape.points.length], [0, 0]);
  let place = toPixels(middle);
  if (shape.kind === "line" && shape.points.length > 1) {
    const inward = arrow(shape.points);
    made.append(inward.shape, label("in", inward.end));
    place = toPixels(shape.points[0]);
    place[1] += (shape.points[0][1] > 0.5 ? -18 : 18) * unit();
  }
  made.append(label(shape.kind === "mask" ? "mask" : shape.name, place));
  return made;
}

function handles(shape) {
  const radius = (isCoarse ? 10 : 6.5) * unit();
  const circle = (cls, point, r) => {
    const [cx, cy] = toPixels(point);
    return element("circle", { class: cls, cx, cy, r });
  };
  return [
    ...edges(shape.points, KINDS[shape.kind].closed).map(edge => circle("between", between(edge), radius * 0.6)),
    ...shape.points.map((point, index) => circle(index === state.corner ? "handle chosen" : "handle", point, radius)),
  ];
}

function draftDrawing({ kind, points }) {
  const { closed, least } = KINDS[kind];
  const made = element("g", { class: "draft" });
  if (closed && points.length > 2) made.append(element("path", { class: "fill", d: path(points, true) }));
  made.append(element("path", { class: "case", d: path(points, false) }), element("path", { class: "edge", d: path(points, false) }));
  const showsRubber = state.rubber || state.showsCross;
  if (showsRubber) made.append(element("path", { class: "rubber", d: path([points.at(-1), state.cross], false) }));
  const radius = (isCoarse ? 10 : 6.5) * unit();
  points.forEach((point, index) => {
    const [cx, cy] = toPixels(point);
    const ends = points.length >= least && index === (closed ? 0 : points.length - 1);
    made.append(element("circle", { class: ends ? "handle chosen" : "handle", cx, cy, r: radius }));
  });
  return made;
}

function crossDrawing() {
  const [x, y] = toPixels(state.cross);
  const size = 14 * unit();
  const d = `M${x - size} ${y}H${x + size}M${x} ${y - size}V${y + size}`;
  return [element("path", { class: "cross-case", d }), element("path", { class: "cross", d })];
}

const picture = element("image", { href: page.picture, width: page.width, height: page.height, preserveAspectRatio: "none" });

function showBoard() {
  const { x, y, width, height } = state.view;
  svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  svg.classList.toggle("drawing", state.tool !== "select");
  const chosen = selectedShape();
  // Masks lie under zones, these under lines, and what is selected above all.
  const order = shape => shape === chosen ? 3 : ["mask", "zone", "line"].indexOf(shape.kind);
  const list = [...state.shapes].sort((a, b) => order(a) - order(b)).map(drawing);
  if (chosen) list.push(...handles(chosen));
  if (state.draft?.points.length) list.push(draftDrawing(state.draft));
  if (state.showsCross && state.tool !== "select") list.push(...crossDrawing());
  svg.replaceChildren(picture, ...list);
}
