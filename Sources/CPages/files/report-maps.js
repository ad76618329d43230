"use strict";
// The frame with what happened in it: where people were for how long, and which ways they took.
const colors = [[0, [60, 20, 120]], [0.3, [180, 40, 110]], [0.6, [245, 120, 30]], [0.85, [255, 205, 60]], [1, [255, 255, 210]]];

function heatColor(share) {
  let index = 1;
  while (index < colors.length - 1 && colors[index][0] < share) index += 1;
  const [low, from] = colors[index - 1], [high, to] = colors[index];
  const part = Math.min(1, Math.max(0, (share - low) / (high - low)));
  return from.map((value, channel) => Math.round(value + (to[channel] - value) * part));
}

function beginMap(id, part, layer) {
  const place = byId(id);
  place.style.aspectRatio = `${part.width} / ${part.height}`;
  place.replaceChildren();
  if (part.still) place.append(make("img", {src: part.still, alt: ""}), make("div", {class: "veil"}));
  if (layer) place.append(layer);
  return place;
}

const outline = (points, part, closed) =>
  points.map(([x, y], index) => `${index ? "L" : "M"}${x * part.width} ${y * part.height}`).join("") + (closed ? "Z" : "");

function shapesOf(part) {
  const group = drawn("g");
  const size = part.width / 600;
  for (const shape of part.shapes) {
    group.append(drawn("path", {class: shape.kind, d: outline(shape.points, part, shape.kind !== "line")}));
    if (!shape.name) continue;
    const x = shape.points.reduce((sum, point) => sum + point[0], 0) / shape.points.length;
    const y = shape.points.reduce((sum, point) => sum + point[1], 0) / shape.points.length;
    const label = drawn("text", {"text-anchor": "middle", transform: `translate(${x * part.width} ${y * part.height}) scale(${size})`});
    label.textContent = shape.name.length > 24 ? shape.name.slice(0, 23) + "\u2026" : shape.name;
    const whole = drawn("title");
    whole.textContent = shape.name;
    label.append(whole);
    group.append(label);
  }
  return group;
}

const svgOf = (part, label) => drawn("svg", {viewBox: `0 0 ${part.width} ${part.height}`, role: "img", "aria-label": label});

function drawHeat(part) {
  const heat = part.heat;
  byId("heat-panel").hidden = !part.tellsOfPoints;
  byId("heat-scale").hidden = !heat;
  if (!heat) {
    byId("heat-note").textContent = "Nobody's points are in these records.";
    beginMap("heat", part).append(svgOf(part, "An empty frame"));
    byId("heat").lastChild.append(shapesOf(part));
    return;
  }
  byId("heat-note").textContent = `Seconds that feet spent in each of ${heat.columns} times ${heat.rows} cells; all together ${lasted(heat.total)} of people's time.`;
  const canvas = make("canvas", {width: heat.columns, height: heat.rows, role: "img", "aria-label": "Heat map of seconds of people"});
  const pen = canvas.getContext("2d"), image = pen.createImageData(heat.columns, heat.rows);
  const cells = Uint8Array.from(atob(heat.cells), (character) => character.charCodeAt(0));
  cells.forEach((cell, index) => {
    // The root is taken once more away by the eye: alpha grows fast, so that short stays show.
    const share = cell / 255;
    image.data.set([...heatColor(share), cell === 0 ? 0 : 90 + Math.round(150 * Math.sqrt(share))], index * 4);
  });
  pen.putImageData(image, 0, 0);
  const place = beginMap("heat", part, canvas);
  const svg = svgOf(part, "Zones and lines");
  svg.append(shapesOf(part));
  place.append(svg);
  byId("heat-most").textContent = `${lasted(heat.most)} in the fullest`;
  const scale = byId("heat-scale").querySelector("canvas").getContext("2d");
  for (let x = 0; x < 160; x += 1) {
    // As the map: by the root of the time.
    scale.fillStyle = `rgb(${heatColor(Math.sqrt(x / 159)).join(" ")})`;
    scale.fillRect(x, 0, 1, 10);
  }
}

let chooseTrail = () => {};

function drawTrails(part) {
  byId("trails-panel").hidden = !part.tellsOfPoints;
  byId("trail-name").textContent = "";
  const shown = part.trails.length;
  byId("trails-note").textContent = shown === 0 ? "No paths with points in these records."
    : (shown < part.trail_count ? `${counted(shown)} of ${counted(part.trail_count)} paths, drawn by lot` : `All ${counted(shown)} paths`)
      + "; feet, from the dot to the ring. " + (part.still_note || (part.still ? "" : "The frame is blank: --still shows a picture."));
  const place = beginMap("trails", part), svg = svgOf(part, "Paths");
  place.append(svg);
  const groups = new Map(), all = drawn("g"), shapes = shapesOf(part);
  all.style.strokeOpacity = String(Math.max(0.3, Math.min(0.9, 30 / Math.max(1, shown))));
  shapes.style.pointerEvents = "none";
  svg.append(all, shapes);
  for (const trail of part.trails) {
    const hue = (trail.track * 137.5) % 360, color = `hsl(${hue} 85% 62%)`;
    const points = [];
    for (let index = 0; index < trail.points.length; index += 2) points.push([trail.points[index] / 1000, trail.points[index + 1] / 1000]);
    const group = drawn("g"), radius = part.width / 220;
    const path = drawn("path", {class: "trail", d: outline(points, part, false)});
    path.style.stroke = color;
    const [first, last] = [points[0], points[points.length - 1]];
    const start = drawn("circle", {cx: first[0] * part.width, cy: first[1] * part.height, r: radius, fill: color});
    const end = drawn("circle", {cx: last[0] * part.width, cy: last[1] * part.height, r: radius, fill: "none", stroke: color, "stroke-width": radius * 0.7});
    group.append(path, start, end);
    const choose = () => {
      for (const other of groups.values()) other.classList.remove("chosen");
      group.classList.add("chosen");
      all.append(group);
      byId("trail-name").textContent = `Path ${trail.track}, from ${trail.start}`;
    };
    group.addEventListener("pointerenter", choose);
    group.addEventListener("click", choose);
    groups.set(trail.track + " " + trail.start, group);
    all.append(group);
  }
  chooseTrail = (track, start) => {
    const group = groups.get(track + " " + start);
    if (group) return group.dispatchEvent(new Event("click"));
    for (const other of groups.values()) other.classList.remove("chosen");
    byId("trail-name").textContent = `Path ${track} is not among those that are drawn.`;
  };
}
