"use strict";

// Everything here is a convenience: the page says all it has to say without it.
const form = document.getElementById("filter");
const input = document.getElementById("words");
const shown = document.getElementById("shown");
const items = [...document.querySelectorAll("[data-scenario]")];
const groups = [...document.querySelectorAll(".group")];
const texts = new Map();

function textOf(item) {
	let text = texts.get(item);
	if (text === undefined) {
		text = (item.cells ? [...item.cells].map((cell) => cell.textContent).join(" ") : item.textContent).toLowerCase();
		const group = item.closest("details.group");
		if (group) text += " " + group.querySelector("summary b").textContent.toLowerCase();
		texts.set(item, text);
	}
	return text;
}

// A word of letters and digits is looked for as a whole one: R1 is not R11.
function matcher(word) {
	if (!/^[\w.]+$/.test(word)) return (text) => text.includes(word);
	const whole = new RegExp("(?<![\\w.])" + word.replaceAll(".", "\\.") + "(?![\\w]|\\.\\d)");
	return (text) => whole.test(text);
}

function filter() {
	const words = input.value.toLowerCase().split(/\s+/).filter(Boolean).map(matcher);
	let count = 0;
	for (const item of items) {
		item.hidden = !words.every((matches) => matches(textOf(item)));
		if (!item.hidden && item.tagName === "TR") count++;
	}
	for (const group of groups) {
		group.hidden = !group.querySelector("[data-scenario]:not([hidden])");
		if (group.tagName === "DETAILS") group.open = words.length > 0 && !group.hidden;
	}
	const rows = items.filter((item) => item.tagName === "TR").length;
	shown.textContent = words.length ? `${count} of ${rows} scenarios` : "";
}

// A link to a scenario shows it, wherever it is.
function follow() {
	let id = location.hash.slice(1);
	try {
		id = decodeURIComponent(id);
	} catch {
		// it is taken as it is
	}
	const target = document.getElementById(id);
	if (!target) return;
	if (target.hidden) {
		input.value = "";
		filter();
	}
	const details = target.closest("details");
	if (details) details.open = true;
	target.scrollIntoView();
}

function addCopyButton(source) {
	const button = document.createElement("button");
	button.type = "button";
	button.textContent = "copy";
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(source.textContent);
			button.textContent = "copied";
		} catch {
			getSelection().selectAllChildren(source);
			button.textContent = "selected";
		}
	});
	source.after(button);
}

if (form) { // a page without a list has no filter
	form.hidden = false;
	form.addEventListener("submit", (event) => event.preventDefault());
	let pending = 0;
	input.addEventListener("input", () => {
		clearTimeout(pending);
		pending = setTimeout(filter, 80);
	});
}
addEventListener("hashchange", follow);
document.querySelectorAll(".copy").forEach(addCopyButton);
follow();
