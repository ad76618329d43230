"use strict";
// Shapes and what is said of them: points are ratios of the picture, origin top left, y down.

/// As the program has them.
const MOST_POINTS = 100;
const MOST_REGIONS = 50;
const LONGEST_NAME = 64;

const KINDS = {
  zone: { title: "Zone", least: 3, closed: true, named: true },
  line: { title: "Line", least: 2, closed: false, named: true },
  mask: { title: "Mask", least: 3, closed: true, named: false },
};

const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));
/// A tenth of a thousandth of the picture is less than a pixel.
const tidy = value => Math.round(clamp(value) * 10000) / 10000;
const tidyPoint = ([x, y]) => [tidy(x), tidy(y)];

function edges(points, closed) {
  const list = points.slice(1).map((end, index) => [points[index], end]);
  if (closed && points.length > 2) list.push([points[points.length - 1], points[0]]);
  return list;
}

function area(points) {
  return Math.abs(edges(points, true).reduce((sum, [a, b]) => sum + a[0] * b[1] - b[0] * a[1], 0)) / 2;
}

/// On which side of a-b a point lies: > 0 right of it as seen on screen, < 0 left, 0 on it.
const side = (a, b, p) => (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
const same = (a, b) => a[0] === b[0] && a[1] === b[1];

function meet([a, b], [c, d]) {
  const within = (p, q, r) => Math.min(p[0], q[0]) <= r[0] && r[0] <= Math.max(p[0], q[0])
    && Math.min(p[1], q[1]) <= r[1] && r[1] <= Math.max(p[1], q[1]);
  const [s1, s2, s3, s4] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (Math.sign(s1) * Math.sign(s2) < 0 && Math.sign(s3) * Math.sign(s4) < 0) return true;
  return (s1 === 0 && within(a, b, c)) || (s2 === 0 && within(a, b, d))
    || (s3 === 0 && within(c, d, a)) || (s4 === 0 && within(c, d, b));
}

function crossesItself(points) {
  const list = edges(points, true);
  for (let i = 0; i < list.length; i++) {
    for (let j = i + 1; j < list.length; j++) {
      const [one, other] = [list[i], list[j]];
      const follows = j === i + 1;
      const closes = i === 0 && j === list.length - 1;
      if (!follows && !closes) {
        if (meet(one, other)) return true;
        continue;
      }
      // Neighbours share a corner; more than that is a way back over the same edge.
      const [corner, from, to] = follows ? [one[1], one[0], other[1]] : [one[0], one[1], other[0]];
      const back = (from[0] - corner[0]) * (to[0] - corner[0]) + (from[1] - corner[1]) * (to[1] - corner[1]);
      if (side(from, corner, to) === 0 && back >= 0) return true;
    }
  }
  return false;
}

/// What is wrong with a shape's points; null where nothing is.
function pointProblem(kind, points) {
  const { closed, least } = KINDS[kind];
  if (points.length > MOST_POINTS) return `has more than ${MOST_POINTS} points`;
  if (points.some(p => p.some(v => !(v >= 0 && v <= 1)))) return "lies in part outside the picture";
  if (points.length < least) return `has fewer than ${least} ${closed ? "corners" : "points"}`;
  if (!closed) return points.every(p => same(p, points[0])) ? "has no length" : null;
  if (crossesItself(points)) return "crosses itself";
  return area(points) < 1e-9 ? "has no area" : null;
}

/// What is wrong with a name; null where nothing is.
function nameProblem(shape, shapes) {
  if (!KINDS[shape.kind].named) return null;
  if (shape.name === "") return "needs a name";
  if (new TextEncoder().encode(shape.name).length > LONGEST_NAME) return `the name has more than ${LONGEST_NAME} bytes`;
  const wrong = shape.name.match(/[\/#+]/);
  if (wrong) return `the name must not hold ${wrong[0]}`;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(shape.name)) return "the name must not hold control characters";
  const isTaken = shapes.some(other => other !== shape && other.kind === shape.kind && other.name === shape.name);
  return isTaken ? `another ${shape.kind} has this name` : null;
}

/// What is wrong with a shape, each to be put after its name.
function problems(shape, shapes) {
  return [nameProblem(shape, shapes), pointProblem(shape.kind, shape.points)].filter(Boolean);
}

/// What is wrong with all together; null where nothing is.
function abundance(shapes) {
  const count = shapes.filter(shape => KINDS[shape.kind].named).length;
  return count > MOST_REGIONS ? `at most ${MOST_REGIONS} zones and lines together, not ${count}` : null;
}

/// A free name such as zone-2.
function freeName(kind, shapes) {
  for (let number = 1; ; number++) {
    if (!shapes.some(shape => shape.name === `${kind}-${number}`)) return `${kind}-${number}`;
  }
}

/// [left, top, width, height] of four corners that are one; null for anything else.
function rectangle(points) {
  if (points.length !== 4) return null;
  const [xs, ys] = [0, 1].map(axis => [...new Set(points.map(p => p[axis]))].sort((a, b) => a - b));
  if (xs.length !== 2 || ys.length !== 2) return null;
  const turns = points.every((p, i) => (p[0] === points[(i + 1) % 4][0]) !== (p[1] === points[(i + 1) % 4][1]));
  const length = ([low, high]) => Math.round((high - low) * 1e12) / 1e12;
  return turns ? [xs[0], ys[0], length(xs), length(ys)] : null;
}

const maskNumbers = shape => rectangle(shape.points) ?? shape.points.flat();

// MARK: What is copied

/// A scalar of YAML: as it is where nobody takes it for anything but a word.
function yamlText(text) {
  const isPlain = /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) && !/^(true|false|yes|no|on|off|y|n|null)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

function yamlShape(shape) {
  const points = shape.points.map(p => `[${p.join(", ")}]`).join(", ");
  let text = `{name: ${yamlText(shape.name)}, points: [${points}]`;
  if (shape.anchor !== "feet") text += `, anchor: ${shape.anchor}`;
  if (shape.loiter) text += `, loiter: ${yamlText(shape.loiter)}`;
  if (shape.crowd) text += `, crowd: {people: ${shape.crowd.people}, for: ${yamlText(shape.crowd.for)}}`;
  return text + "}";
}

function yaml(shapes, indent) {
  const space = " ".repeat(indent);
  const lines = [];
  for (const kind of Object.keys(KINDS)) {
    const some = shapes.filter(shape => shape.kind === kind);
    if (some.length === 0) continue;
    lines.push(`${space}${kind}s:`);
    for (const shape of some) {
      lines.push(`${space}  - ${kind === "mask" ? `[${maskNumbers(shape).join(", ")}]` : yamlShape(shape)}`);
    }
  }
  return lines.length ? lines.join("\n") + "\n" : "";
}

/// A word of a shell's command line.
const shellWord = text => /^[A-Za-z0-9_.,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

function commandLine(shapes) {
  return shapes.map(shape => {
    const numbers = shape.kind === "mask" ? maskNumbers(shape) : shape.points.flat();
    const name = shape.kind === "mask" ? "" : `${shape.name}=`;
    return `--${shape.kind} ${shellWord(name + numbers.join(","))}`;
  }).join(" \\\n");
}

/// What the command line can't say.
function onlyInYaml(shapes) {
  return shapes.some(shape => shape.kind !== "mask" && (shape.anchor !== "feet" || shape.loiter || shape.crowd));
}
