"use strict";
// Asks the daemon that this page came from how it is doing, as long as somebody sees the page.

const EVERY = 2000;
const PICTURES_EVERY = 1000;
/// Tries until a picture that was asked for is there.
const AGAIN = 300;
/// A picture that is older isn't shown any more.
const STALE = 5000;

const byID = id => document.getElementById(id);
const cards = new Map();
let lastAnswer = null;

function node(name, attributes = {}, ...children) {
  const made = name.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
const rate = value => value < 10 ? value.toFixed(1) : value.toFixed(0);
const clockTime = time => new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function ago(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

const STATES = { running: ["running", "good"], opening: ["opening", "warn"], waiting: ["waiting", "bad"], idle: ["idle", "soft"], finished: ["finished", "soft"], stopped: ["stopped", "soft"] };

// MARK: A camera

function card(camera) {
  const parts = {
    name: node("h2", { class: "name" }), state: node("span", { class: "state" }), message: node("p", { class: "message bad" }),
    people: node("span", { class: "people" }), facts: node("p", { class: "facts soft" }),
    picture: node("img", { class: "picture", alt: "", tabindex: "0", role: "button", title: "Larger, smaller" }),
    chart: node("svg:svg", { class: "chart", viewBox: "0 0 60 20", preserveAspectRatio: "none", role: "img" }),
    least: node("span", { class: "soft" }), most: node("span", { class: "soft" }),
    zones: table("zones", "Zone", "now", "entered, 1 h"), lines: table("lines", "Line", "in, 1 h", "out, 1 h"),
  };
  parts.picture.hidden = true;
  const enlarge = () => parts.root.classList.toggle("wide");
  parts.picture.addEventListener("click", enlarge);
  parts.picture.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); enlarge(); } });
  parts.root = node("article", { class: "camera panel", "data-camera": camera.name },
    node("div", { class: "row" }, parts.name, parts.state), parts.message,
    node("div", { class: "row" }, parts.people, parts.facts), parts.picture,
    node("div", {}, parts.chart, node("div", { class: "chart-note" }, parts.least, parts.most)),
    parts.zones, parts.lines);
  return parts;
}

function table(name, ...titles) {
  return node("table", { class: name }, node("thead", {}, node("tr", {}, ...titles.map(title => node("th", { scope: "col" }, title)))), node("tbody"));
}

function fill(element, rows) {
  element.hidden = rows.length === 0;
  const body = element.tBodies[0];
  while (body.rows.length > rows.length) body.rows[body.rows.length - 1].remove();
  rows.forEach((texts, index) => {
    const row = body.rows[index] ?? body.appendChild(node("tr", {}, node("th", { scope: "row" }), ...texts.slice(1).map(() => node("td"))));
    texts.forEach((text, column) => put(row.cells[column], text));
  });
}

/// Percent of a minute; less is none.
const BLIND = 5;
const numbers = text => text === "" ? [] : text.split(",").map(Number);

/// People at most in each minute; minutes in which nothing was seen are hatched, not zero.
function draw(chart, camera) {
  const key = `${camera.minutes_people};${camera.minutes_observed}`;
  if (chart.dataset.key === key) return;
  chart.dataset.key = key;
  const [people, observed] = [numbers(camera.minutes_people), numbers(camera.minutes_observed)];
  const top = Math.max(1, ...people);
  const first = 60 - people.length;
  const made = [];
  people.forEach((value, index) => {
    const x = first + index;
    if (observed[index] < BLIND) {
      made.push(node("svg:path", { class: "blind", d: [0, 4, 8, 12, 16].map(y => `M${x} ${y + 4}L${x + 1} ${y}`).join("") }));
    } else if (value > 0) {
      made.push(node("svg:rect", { class: "bar", x: x + 0.08, width: 0.84, y: 20 - value / top * 19, height: value / top * 19 }));
    }
  });
  chart.replaceChildren(...made);
  const blind = observed.filter(share => share < BLIND).length;
  const text = `at most ${count(Math.max(0, ...people), "person", "people")} at a time in the last ${people.length} minutes` + (blind ? `, ${blind} of them not observed (hatched)` : "");
  chart.setAttribute("aria-label", text);
}

function showCamera(parts, camera, now) {
  const [state, color] = STATES[camera.state] ?? [camera.state, "soft"];
  put(parts.name, camera.name);
  put(parts.state, state);
  parts.state.className = `state ${color}`;
  parts.root.classList.toggle("away", camera.state === "waiting");
  put(parts.message, camera.message ?? "");
  parts.message.hidden = !camera.message;
  const isSeeing = camera.state === "running";
  put(parts.people, isSeeing ? String(camera.people) : "\u2013");
  const facts = [`${camera.people === 1 && isSeeing ? "person" : "people"} now`];
  facts.push(isSeeing ? `${rate(camera.frames_per_second)} frames/s` : camera.last_frame ? `nothing seen for ${ago(now - Date.parse(camera.last_frame))}` : "nothing seen yet");
  put(parts.facts, facts.join(" \u00b7 "));
  draw(parts.chart, camera);
  const minutes = numbers(camera.minutes_people).length;
  put(parts.least, minutes < 60 ? `last ${count(minutes, "minute")}` : "last hour");
  put(parts.most, `${camera.gaps ? count(camera.gaps, "gap") : "no gap"}, ${camera.observed} % observed`);
  fill(parts.zones, camera.zones.map(zone => [zone.name, isSeeing ? String(zone.people) : "\u2013", String(zone.entered)]));
  fill(parts.lines, camera.lines.map(line => [line.name, String(line.in), String(line.out)]));
  parts.wantsPicture = camera.pictures && isSeeing;
  if (!parts.wantsPicture) dropPicture(parts);
}

function show(status) {
  const names = new Set(status.cameras.map(camera => camera.name));
  for (const [name, parts] of cards) {
    if (names.has(name)) continue;
    parts.root.remove();
    dropPicture(parts);
    cards.delete(name);
  }
  const now = Date.parse(status.now);
  status.cameras.forEach((camera, index) => {
    if (!cards.has(camera.name)) cards.set(camera.name, card(camera));
    const parts = cards.get(camera.name);
    showCamera(parts, camera, now);
    const place = byID("cameras").children[index];
    if (place !== parts.root) byID("cameras").insertBefore(parts.root, place ?? null);
  });
  const running = status.cameras.filter(camera => camera.state === "running");
  const sum = key => running.reduce((total, camera) => total + camera[key], 0);
  put(byID("summary"), `${running.length} of ${count(status.cameras.length, "camera")} running \u00b7 ${count(sum("people"), "person", "people")} \u00b7 ${rate(sum("frames_per_second"))} frames/s`);
  put(byID("clock"), clockTime(now));
  put(byID("foot"), `Footpath ${status.version}${status.shard ? `, shard ${status.shard}` : ""}, up for ${ago(now - Date.parse(status.started))}. Entered, in and out are of the last hour, or since the start.`);
  document.title = `${running.length}/${status.cameras.length} \u2013 Footpath`;
}

// MARK: Pictures

function dropPicture(parts) {
  parts.picture.hidden = true;
  parts.picture.removeAttribute("src");
  if (parts.url) URL.revokeObjectURL(parts.url);
  parts.url = null;
}

function isSeen(element) {
  const box = element.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}

/// One at a time for each camera, and only while it can be seen: the daemon makes none for nobody.
async function askForPicture(parts, name) {
  if (parts.isAsking || !parts.wantsPicture || document.hidden || !isSeen(parts.root)) return;
  parts.isAsking = true;
  try {
    const end = Date.now() + PICTURES_EVERY;
    do {
      const answer = await fetch(`/pictures/${encodeURIComponent(name)}.jpg`, { cache: "no-store", credentials: "omit" });
      if (answer.ok) {
        const url = URL.createObjectURL(await answer.blob());
        parts.picture.src = url;
        parts.picture.alt = `Picture of ${name}`;
        parts.picture.hidden = false;
        if (parts.url) URL.revokeObjectURL(parts.url);
        [parts.url, parts.pictureAt] = [url, Date.now()];
        break;
      }
      if (answer.status !== 503) break;
      await new Promise(resolve => setTimeout(resolve, AGAIN));
    } while (Date.now() < end);
  } catch { /* The next status tells that nobody answers. */ }
  if (parts.url && Date.now() - parts.pictureAt > STALE) dropPicture(parts);
  parts.isAsking = false;
}

// MARK: Again and again

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/live.json", { cache: "no-store", credentials: "omit" });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    const status = await answer.json();
    show(status);
    lastAnswer = Date.now();
    const stuck = status.stuck ? `Stuck: ${status.stuck}` : status.ready ? "" : "The daemon isn't ready.";
    trouble(stuck);
  } catch (error) {
    const since = lastAnswer ? ` since ${clockTime(lastAnswer)}` : "";
    trouble(`No answer from the daemon${since}; asking again. What is shown is of then.`);
  }
}

function trouble(text) {
  put(byID("trouble"), text);
  byID("trouble").hidden = text === "";
}

/// One question at a time, however long the answer takes.
async function keepAsking() {
  await ask();
  setTimeout(keepAsking, EVERY);
}

setInterval(() => { for (const [name, parts] of cards) askForPicture(parts, name); }, PICTURES_EVERY);
document.addEventListener("visibilitychange", ask);
keepAsking();
