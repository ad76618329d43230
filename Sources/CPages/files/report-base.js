"use strict";
// What all parts of the report use: the data, elements by textContent, numbers as people read them.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === "class") element.className = value;
    else if (name === "key") element.dataset.key = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function drawn(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  return element;
}

const missing = "\u2013";
const counted = (value) => value === undefined || value === null ? missing : value.toLocaleString("en");

function clock(seconds) {
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function lasted(seconds) {
  if (seconds === undefined || seconds === null) return missing;
  return seconds < 100 ? `${(Math.round(seconds * 10) / 10).toLocaleString("en")} s` : clock(seconds);
}

// Rows of cells: text, or {text, key, class, sort}.
function fill(table, heads, rows) {
  const head = make("tr", {}, ...heads.map((cell) => make("th", {scope: "col", class: cell.class || ""}, cell.text)));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell, index) => {
    const element = make("td", {class: [heads[index].class || "", cell.class || ""].join(" ").trim()}, cell.text);
    if (cell.key) element.dataset.key = cell.key;
    if (cell.title) element.title = cell.title;
    if (cell.text === missing) element.classList.add("none");
    return element;
  })));
  table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...body));
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function keyOf(id, entries) {
  byId(id).replaceChildren(...entries.map(([color, text]) => {
    const mark = make("i");
    if (color === "hatch") mark.style.background = `repeating-linear-gradient(135deg, ${style("--hatch")} 0 1.5px, transparent 1.5px 5px)`;
    else mark.style.background = color;
    return make("span", {}, mark, text);
  }));
}

const palette = ["#3b8fd9", "#e08a1e", "#2ea574", "#c75fb3", "#d9534f", "#8a7be0", "#9a8f2c", "#2aa7b5", "#b5713c", "#7f8c99"];
const causes = {left_frame: "left the frame", lost: "lost", stream_end: "end of the video", unfinished: "record cut off"};
