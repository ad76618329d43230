"use strict";
// The picture with its shapes, and what pointers do to it.

const page = JSON.parse(document.getElementById("data").textContent);
const svg = document.getElementById("board");
const isCoarse = matchMedia("(pointer: coarse)").matches;

/// What is undone and redone: the shapes. Everything else is how they are looked at.
const state = {
  shapes: page.shapes.map((shape, index) => ({ ...shape, id: index + 1 })),
  past: [], future: [], nextID: page.shapes.length + 1,
  tool: "select", selected: null, corner: null, draft: null, cross: [0.5, 0.5], showsCross: false,
  /// The part of the picture that is seen, in its pixels.
  view: { x: 0, y: 0, width: page.width, height: page.height },
  copied: true,
};

const copyOf = shapes => shapes.map(shape => ({ ...shape, points: shape.points.map(p => [...p]) }));
const selectedShape = () => state.shapes.find(shape => shape.id === state.selected) ?? null;

/// Remembers how things were, for undo.
function remember(before = copyOf(state.shapes)) {
  state.past.push(before);
  state.future = [];
  state.copied = false;
}

function travel(from, to) {
  if (state.draft) return finishDraftless();
  if (from.length === 0) return;
  to.push(copyOf(state.shapes));
  state.shapes = from.pop();
  state.corner = null;
  if (!selectedShape()) state.selected = null;
  state.copied = false;
  show();
}

/// While something is drawn, undo takes its last corner away.
function finishDraftless() {
  state.draft.points.pop();
  if (state.draft.points.length === 0) state.draft = null;
  show();
}

function select(shape, corner = null) {
  state.selected = shape?.id ?? null;
  state.corner = corner;
  show();
}

function choose(tool) {
  state.tool = tool;
  state.draft = null;
  if (tool !== "select") [state.selected, state.corner] = [null, null];
  show();
}

function add(kind, points) {
  remember();
  const shape = { id: state.nextID++, kind, name: KINDS[kind].named ? freeName(kind, state.shapes) : "", anchor: "feet", points };
  state.shapes.push(shape);
  state.draft = null;
  state.tool = "select";
  select(shape);
}

function addCorner(point) {
  state.draft ??= { kind: state.tool, points: [] };
  const last = state.draft.points.at(-1);
  if (!last || !same(last, point)) state.draft.points.push(point);
  show();
}

function finish() {
  const draft = state.draft;
  if (draft && draft.points.length >= KINDS[draft.kind].least) add(draft.kind, draft.points);
}

function drop() {
  const shape = selectedShape();
  if (!shape) return;
  if (state.corner !== null) return dropCorner();
  remember();
  state.shapes = state.shapes.filter(other => other !== shape);
  select(null);
}

function dropCorner() {
  const shape = selectedShape();
  if (!shape || state.corner === null || shape.points.length <= KINDS[shape.kind].least) return;
  remember();
  shape.points.splice(state.corner, 1);
  select(shape);
}

function flip() {
  const shape = selectedShape();
  if (shape?.kind !== "line") return;
  remember();
  shape.points.reverse();
  select(shape);
}

/// Moves a shape by as much as keeps it in the picture.
function moved(points, dx, dy) {
  const [xs, ys] = [0, 1].map(axis => points.map(p => p[axis]));
  dx = clamp(dx, -Math.min(...xs), 1 - Math.max(...xs));
  dy = clamp(dy, -Math.min(...ys), 1 - Math.max(...ys));
  return points.map(([x, y]) => tidyPoint([x + dx, y + dy]));
}

// MARK: Where things are

/// Pixels of the picture to a pixel of the screen.
const unit = () => state.view.width / (svg.clientWidth || 1);
const toPixels = ([x, y]) => [x * page.width, y * page.height];
const reach = () => (isCoarse ? 22 : 10) * unit();

function pointAt(event) {
  const box = svg.getBoundingClientRect();
  return [
    (state.view.x + (event.clientX - box.left) / box.width * state.view.width) / page.width,
    (state.view.y + (event.clientY - box.top) / box.height * state.view.height) / page.height,
  ];
}

/// In pixels of the picture.
function distance(p, q) {
  const [[a, b], [c, d]] = [toPixels(p), toPixels(q)];
  return Math.hypot(a - c, b - d);
}

function distanceToEdge(p, [a, b]) {
  const [[px, py], [ax, ay], [bx, by]] = [p, a, b].map(toPixels);
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const share = length ? clamp(((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length) : 0;
  return Math.hypot(px - ax - share * (bx - ax), py - ay - share * (by - ay));
}

function isInside([x, y], points) {
  return edges(points, true).filter(([a, b]) => (a[1] > y) !== (b[1] > y)
    && x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])).length % 2 === 1;
}

const between = ([a, b]) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

function nearest(points, point) {
  const distances = points.map(other => distance(other, point));
  const index = distances.indexOf(Math.min(...distances));
  return index >= 0 && distances[index] <= reach() ? index : null;
}

/// What lies under a pointer: a corner, a place between two, or a shape.
function hit(point) {
  const chosen = selectedShape();
  if (chosen) {
    const corner = nearest(chosen.points, point);
    if (corner !== null) return { shape: chosen, corner };
    const middle = nearest(edges(chosen.points, KINDS[chosen.kind].closed).map(between), point);
    if (middle !== null) return { shape: chosen, insert: middle + 1 };
  }
  const found = [...state.shapes].reverse().filter(shape => {
    const { closed } = KINDS[shape.kind];
    return edges(shape.points, closed).some(edge => distanceToEdge(point, edge) <= reach() / 1.5)
      || (closed && isInside(point, shape.points));
  });
  // A line over a zone can be reached, and what is selected stays so.
  const shape = found.find(one => one === chosen) ?? found.find(one => one.kind === "line") ?? found[0];
  return shape ? { shape } : null;
}

// MARK: Pointers

const pointers = new Map();
let press = null;
let pinch = null;

svg.addEventListener("pointerdown", event => {
  if (event.button > 0) return;
  svg.setPointerCapture(event.pointerId);
  svg.focus({ preventScroll: true });
  state.showsCross = false;
  pointers.set(event.pointerId, event);
  if (pointers.size === 2) return beginPinch();
  if (pointers.size > 2 || pinch) return;
  const point = pointAt(event);
  press = { event, point, view: { ...state.view }, hasMoved: false };
  if (state.tool !== "select") return;
  const target = hit(point);
  Object.assign(press, target, { before: copyOf(state.shapes), original: target?.shape.points.map(p => [...p]) });
  select(target?.shape ?? null, target?.corner ?? null);
});

svg.addEventListener("pointermove", event => {
  if (pointers.has(event.pointerId)) pointers.set(event.pointerId, event);
  if (pinch) return movePinch();
  if (!press) {
    if (state.draft) [state.cross, state.rubber] = [pointAt(event).map(v => clamp(v)), true];
    if (state.draft) show();
    return;
  }
  const far = Math.hypot(event.clientX - press.event.clientX, event.clientY - press.event.clientY);
  if (!press.hasMoved && far < (event.pointerType === "mouse" ? 4 : 10)) return;
  const isFirst = !press.hasMoved;
  press.hasMoved = true;
  if (state.tool !== "select") return stretch(pointAt(event));
  if (press.shape) return drag(pointAt(event), isFirst);
  const scale = unit();
  place({
    ...press.view, x: press.view.x - (event.clientX - press.event.clientX) * scale,
    y: press.view.y - (event.clientY - press.event.clientY) * scale,
  });
});

function drag(point, isFirst) {
  // A press alone selects; what a drag changes is undone in one step.
  const shape = state.shapes.find(one => one.id === press.shape.id);
  if (!shape) return;
  if (isFirst) {
    remember(press.before);
    if (press.insert !== undefined) {
      press.original.splice(press.insert, 0, point);
      press.corner = press.insert;
    }
    svg.classList.add("dragging");
  }
  const [dx, dy] = [point[0] - press.point[0], point[1] - press.point[1]];
  if (press.corner === undefined) {
    shape.points = moved(press.original, dx, dy);
  } else {
    const from = press.insert === undefined ? press.original[press.corner] : press.point;
    shape.points = press.original.map((p, index) => index === press.corner ? tidyPoint([from[0] + dx, from[1] + dy]) : p);
  }
  select(shape, press.corner ?? null);
}

/// With nothing drawn yet, dragging makes a rectangle or a straight line.
function stretch(point) {
  if (press.stretches === undefined) press.stretches = !state.draft;
  if (!press.stretches) return;
  const [a, b] = [tidyPoint(press.point), tidyPoint(point)];
  const points = state.tool === "line" ? [a, b] : [a, [b[0], a[1]], b, [a[0], b[1]]];
  state.draft = { kind: state.tool, points };
  state.rubber = false;
  show();
}

function release(event) {
  pointers.delete(event.pointerId);
  svg.classList.remove("dragging");
  if (pinch) {
    if (pointers.size === 0) pinch = null;
    return;
  }
  const one = press;
  press = null;
  if (!one || state.tool === "select") return;
  if (event.type === "pointercancel") {
    if (one.stretches) state.draft = null;
    return show();
  }
  if (one.stretches) {
    if (pointProblem(state.draft.kind, state.draft.points) === null) return finish();
    state.draft = null;
    return show();
  }
  const point = tidyPoint(pointAt(event));
  const points = state.draft?.points ?? [];
  const { closed, least } = KINDS[state.tool];
  const end = closed ? points[0] : points.at(-1);
  const ends = points.length >= least && (distance(end, point) <= reach() || distance(points.at(-1), point) <= reach() / 4);
  if (ends) finish(); else addCorner(point);
}

svg.addEventListener("pointerup", release);
svg.addEventListener("pointercancel", release);
svg.addEventListener("pointerleave", () => { if (!press && state.rubber) { state.rubber = false; show(); } });

// MARK: Looking closer

function place({ x, y, width }) {
  width = clamp(width, page.width / 16, page.width);
  const height = width * page.height / page.width;
  state.view = { x: clamp(x, 0, page.width - width), y: clamp(y, 0, page.height - height), width, height };
  show();
}

/// Makes it larger by a factor around a place of the picture, in ratios.
function zoom(factor, around = [(state.view.x + state.view.width / 2) / page.width, (state.view.y + state.view.height / 2) / page.height]) {
  const width = clamp(state.view.width / factor, page.width / 16, page.width);
  const share = width / state.view.width;
  const [x, y] = toPixels(around);
  place({ x: x - (x - state.view.x) * share, y: y - (y - state.view.y) * share, width });
}

svg.addEventListener("wheel", event => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 200), pointAt(event));
}, { passive: false });

function fingers() {
  const [a, b] = [...pointers.values()];
  const middle = { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
  return { middle, length: Math.max(20, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)) };
}

function beginPinch() {
  // What the first finger began isn't meant.
  if (press?.before && press.hasMoved) state.shapes = state.past.pop();
  if (press?.stretches) state.draft = null;
  press = null;
  const { middle, length } = fingers();
  pinch = { length, around: pointAt(middle), width: state.view.width };
  show();
}

function movePinch() {
  if (pointers.size !== 2) return;
  const { middle, length } = fingers();
  const width = clamp(pinch.width * pinch.length / length, page.width / 16, page.width);
  const box = svg.getBoundingClientRect();
  const [x, y] = toPixels(pinch.around);
  place({
    x: x - (middle.clientX - box.left) / box.width * width,
    y: y - (middle.clientY - box.top) / box.height * width * page.height / page.width, width,
  });
}
