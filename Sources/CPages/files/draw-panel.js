"use strict";
// What stands beside the picture: the list of shapes, hints, what is copied; and the keyboard.

const byID = id => document.getElementById(id);

const HINTS = {
  select: "Click a shape to select it; drag it, or its corners.",
  zone: "Click the corners of the zone, or drag a rectangle. Zones count those whose feet are inside.",
  line: "Click along the line, or drag it. The arrow shows which way is in: from the left to the right of somebody who walks along it.",
  mask: "Click the corners of the mask, or drag a rectangle. What lies in it is blacked out before anything sees it.",
};

function hint() {
  const { draft, tool } = state;
  if (!draft) {
    const shape = selectedShape();
    if (tool !== "select" || !shape) return HINTS[tool];
    const name = shape.kind === "mask" ? "Mask" : `${KINDS[shape.kind].title} ${shape.name}`;
    return name + (state.corner === null ? ` selected, ${shape.points.length} corners.` : `, corner ${state.corner + 1} of ${shape.points.length}.`);
  }
  const { closed, least } = KINDS[draft.kind];
  const missing = least - draft.points.length;
  const what = closed ? "corner" : "point";
  if (missing > 0) return `${draft.points.length} set; at least ${missing} ${what}${missing > 1 ? "s" : ""} more.`;
  return `${draft.points.length} set; click the ${closed ? "first" : "last"} ${what} again, or Finish (Enter).`;
}

function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value); else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// MARK: The list of shapes

function change(shape, key, value) {
  const current = state.shapes.find(one => one.id === shape.id);
  if (!current || current[key] === value) return;
  // Typing a name is one step of undo.
  if (state.typing !== `${shape.id} ${key}`) remember();
  state.typing = `${shape.id} ${key}`;
  current[key] = value;
  state.copied = false;
  show();
}

function row(shape) {
  const pick = () => { if (state.selected !== shape.id) { state.tool = "select"; state.draft = null; select(state.shapes.find(one => one.id === shape.id)); } };
  const first = node("div", { class: "row" }, node("span", { class: "kind" }, KINDS[shape.kind].title));
  const item = node("li", { class: shape.kind, "data-id": shape.id, onclick: pick, onfocusin: pick }, first);
  const remove = node("button", {
    type: "button", class: "remove", "aria-label": `Delete ${shape.kind}`,
    onclick: event => { event.stopPropagation(); pick(); state.corner = null; drop(); },
  }, "Delete");
  if (KINDS[shape.kind].named) {
    first.append(node("input", {
      type: "text", "data-field": "name", "aria-label": `Name of the ${shape.kind}`, autocomplete: "off", spellcheck: "false",
      oninput: event => change(shape, "name", event.target.value), onblur: () => { state.typing = null; },
    }));
    const anchor = node("select", { "data-field": "anchor", "aria-label": "Point that counts", onchange: event => { change(shape, "anchor", event.target.value); state.typing = null; } });
    for (const name of ["feet", "center", "head"]) anchor.append(node("option", { value: name }, name));
    const second = node("div", { class: "row" }, node("label", { class: "soft grow" }, "counts by ", anchor));
    if (shape.kind === "line") {
      second.append(node("button", { type: "button", onclick: event => { event.stopPropagation(); pick(); flip(); } }, "Turn"));
    }
    second.append(remove);
    item.append(second);
    const more = [shape.loiter && `loiter ${shape.loiter}`, shape.crowd && `crowd ${shape.crowd.people} for ${shape.crowd.for}`].filter(Boolean);
    if (more.length) item.append(node("p", { class: "soft" }, more.join(", ")));
  } else {
    first.append(node("span", { class: "grow" }), remove);
  }
  item.append(node("p", { class: "bad problem" }));
  return item;
}

let listed = "";

function showList() {
  const list = byID("shapes");
  // Rows stay while somebody types in one.
  const key = state.shapes.map(shape => `${shape.id}${shape.kind}`).join();
  if (key !== listed) {
    listed = key;
    list.replaceChildren(...state.shapes.map(row));
  }
  for (const item of list.children) {
    const shape = state.shapes.find(one => one.id === Number(item.dataset.id));
    item.classList.toggle("selected", shape.id === state.selected);
    const wrong = problems(shape, state.shapes);
    item.querySelector(".problem").textContent = wrong.join("; ");
    for (const field of item.querySelectorAll("[data-field]")) {
      if (field.value !== shape[field.dataset.field]) field.value = shape[field.dataset.field];
      if (field.dataset.field === "name") field.setAttribute("aria-invalid", String(nameProblem(shape, state.shapes) !== null));
    }
  }
  byID("empty").hidden = state.shapes.length > 0;
}

// MARK: What is copied

function showOutput() {
  const wrong = state.shapes.flatMap(shape => problems(shape, state.shapes).map(problem => `${shortened(shape.name, 24) || KINDS[shape.kind].title}: ${problem}`));
  if (abundance(state.shapes)) wrong.push(abundance(state.shapes));
  byID("yaml").value = yaml(state.shapes, Number(byID("indent").value));
  byID("options").value = commandLine(state.shapes);
  byID("wrong").hidden = wrong.length === 0;
  byID("wrong").textContent = wrong.length ? `Not to be used yet: ${wrong.slice(0, 3).join("; ")}${wrong.length > 3 ? "; \u2026" : ""}.` : "";
  byID("yaml-only").hidden = !onlyInYaml(state.shapes);
  for (const button of document.querySelectorAll(".copy")) button.disabled = wrong.length > 0 || state.shapes.length === 0;
}

async function copy(button) {
  const area = byID(button.dataset.copy);
  let isCopied = false;
  try {
    await navigator.clipboard.writeText(area.value);
    isCopied = true;
  } catch {
    // Where the page may not, the old way, and at last the user's own.
    area.focus();
    area.select();
    try { isCopied = document.execCommand("copy"); } catch { isCopied = false; }
  }
  if (isCopied) state.copied = true;
  button.textContent = isCopied ? "Copied" : "Press Ctrl+C";
  setTimeout(() => { button.textContent = "Copy"; }, 1600);
}

// MARK: Everything

function show() {
  showBoard();
  showList();
  showOutput();
  const shape = selectedShape();
  for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === state.tool));
  byID("undo").disabled = state.past.length === 0 && !state.draft;
  byID("redo").disabled = state.future.length === 0 || state.draft !== null;
  byID("draft-buttons").hidden = state.draft === null;
  byID("finish").disabled = !state.draft || state.draft.points.length < KINDS[state.draft.kind].least;
  byID("shape-buttons").hidden = state.draft !== null || !shape;
  byID("flip").hidden = shape?.kind !== "line";
  byID("drop-corner").hidden = state.corner === null || !shape || shape.points.length <= KINDS[shape.kind].least;
  const text = hint();
  if (byID("hint").textContent !== text) byID("hint").textContent = text;
}

const undo = () => travel(state.past, state.future);
const redo = () => { if (!state.draft) travel(state.future, state.past); };

// MARK: The keyboard

function step(dx, dy, isFar) {
  const far = isFar ? 10 : 1;
  const [x, y] = [dx * far / page.width, dy * far / page.height];
  if (state.tool !== "select") {
    state.cross = [clamp(state.cross[0] + x * 4), clamp(state.cross[1] + y * 4)];
    state.showsCross = true;
    return show();
  }
  const shape = selectedShape();
  if (!shape) return;
  // One way is one step of undo, however many keys it takes.
  const way = `${shape.id} ${state.corner} ${state.past.length}`;
  if (state.way !== way || Date.now() - state.wayAt > 1500) remember();
  state.way = `${shape.id} ${state.corner} ${state.past.length}`;
  state.wayAt = Date.now();
  if (state.corner === null) shape.points = moved(shape.points, x, y);
  else shape.points[state.corner] = tidyPoint([shape.points[state.corner][0] + x, shape.points[state.corner][1] + y]);
  show();
}

function cycle(by) {
  if (state.shapes.length === 0 || state.draft) return;
  const index = state.shapes.indexOf(selectedShape());
  const next = index < 0 ? (by > 0 ? 0 : state.shapes.length - 1) : (index + by + state.shapes.length) % state.shapes.length;
  state.tool = "select";
  select(state.shapes[next]);
}

function cycleCorner(by) {
  const shape = selectedShape();
  if (!shape) return;
  const count = shape.points.length;
  select(shape, state.corner === null ? (by > 0 ? 0 : count - 1) : (state.corner + by + count) % count);
}

function insertCorner() {
  const shape = selectedShape();
  if (!shape || state.corner === null) return;
  const edge = edges(shape.points, KINDS[shape.kind].closed)[state.corner];
  if (!edge) return;
  remember();
  shape.points.splice(state.corner + 1, 0, tidyPoint(between(edge)));
  select(shape, state.corner + 1);
}

function setCorner() {
  state.showsCross = true;
  addCorner(tidyPoint(state.cross));
}

function drawBy(tool) {
  choose(tool);
  svg.focus({ preventScroll: true });
  state.showsCross = tool !== "select";
  show();
}

const KEYS = {
  v: () => drawBy("select"), z: () => drawBy("zone"), l: () => drawBy("line"), m: () => drawBy("mask"),
  n: () => cycle(1), p: () => cycle(-1), ".": () => cycleCorner(1), ",": () => cycleCorner(-1), i: insertCorner, t: flip,
  delete: drop, backspace: () => state.draft ? undo() : drop(),
  escape: () => state.draft ? choose(state.tool) : state.tool === "select" ? select(null) : choose("select"),
  "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: () => zoom(1e-9),
  "?": () => { byID("help").open = !byID("help").open; },
};
/// Those that buttons and lists need for themselves.
const BOARD_KEYS = {
  arrowleft: far => step(-1, 0, far), arrowright: far => step(1, 0, far), arrowup: far => step(0, -1, far), arrowdown: far => step(0, 1, far),
  " ": () => { if (state.tool !== "select") setCorner(); }, enter: finish,
};

document.addEventListener("keydown", event => {
  const isTyping = event.target.matches("input, textarea:not([readonly]), select");
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (isTyping && event.target.matches("textarea")) return;
    const action = key === "z" ? (event.shiftKey ? redo : undo) : key === "y" ? redo : null;
    if (action) { event.preventDefault(); state.typing = null; action(); }
    return;
  }
  if (isTyping || event.altKey || event.metaKey) return;
  const isOnBoard = event.target === svg || event.target === document.body;
  const action = KEYS[key] ?? (isOnBoard ? BOARD_KEYS[key] : undefined);
  if (!action) return;
  event.preventDefault();
  action(event.shiftKey);
});

// MARK: Begin

byID("source").textContent = page.source;
document.title = `${page.source} \u2013 zones, lines and masks`;
for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => choose(button.dataset.tool));
for (const button of document.querySelectorAll(".copy")) button.addEventListener("click", () => copy(button));
const clicks = {
  undo, redo, finish, cancel: () => choose(state.tool), flip, drop: () => { state.corner = null; drop(); }, "drop-corner": dropCorner,
  "zoom-in": () => zoom(1.5), "zoom-out": () => zoom(1 / 1.5), "zoom-fit": () => zoom(1e-9),
};
for (const [id, action] of Object.entries(clicks)) byID(id).addEventListener("click", action);
byID("indent").addEventListener("change", showOutput);
addEventListener("resize", show);
addEventListener("beforeunload", event => { if (!state.copied && state.shapes.length) event.preventDefault(); });
show();
