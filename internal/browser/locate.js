// Used inside a function that page.go puts around it.

// find takes a CSS selector; ">>>" steps into an open shadow root.
function find(selector) {
  let root = document, el = null;
  for (const part of selector.split(">>>")) {
    if (!root) return null;
    el = root.querySelector(part.trim());
    root = el && el.shadowRoot;
  }
  return el;
}

// box is the first part of the element that has a size.
function box(el) {
  return [...el.getClientRects()].find((r) => r.width > 0 && r.height > 0);
}

function seen(el) {
  if (!box(el) || getComputedStyle(el).visibility !== "visible") return { why: "the element is hidden" };
  return { ok: true };
}

// reach says where to click: the middle of the element, if nothing covers it.
function reach(el) {
  const visible = seen(el);
  if (!visible.ok) return visible;
  if (el.matches(":disabled")) return { why: "the element is disabled" };
  let at = hit(el);
  if (!at.ok) {
    el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    at = hit(el);
  }
  return at;
}

function hit(el) {
  const r = box(el);
  const x = r.left + r.width / 2, y = r.top + r.height / 2;
  const top = el.getRootNode().elementFromPoint(x, y);
  if (!top) return { why: "the element is outside the viewport" };
  const label = top.closest("label");
  if (top === el || el.contains(top) || (label && label.control === el)) return { ok: true, x, y };
  return { why: "the element is covered by " + top.cloneNode(false).outerHTML };
}

// fill makes a text field ready for typing over what it holds, and sets the
// other kinds of field itself.
function fill(el, value) {
  const visible = seen(el);
  if (!visible.ok) return visible;
  if (el.matches(":disabled")) return { why: "the field is disabled" };
  if (el.readOnly) return { why: "the field is read-only" };
  if (el.isContentEditable) {
    el.focus();
    getSelection().selectAllChildren(el);
    return { ok: true };
  }
  const tag = el.localName;
  if (tag === "select") {
    const option = [...el.options].find((o) => o.value === value) || [...el.options].find((o) => o.label === value);
    if (!option) return { why: "no option has this value or label" };
    el.focus();
    option.selected = true;
    return tell(el);
  }
  if (tag !== "input" && tag !== "textarea") return { bad: true, why: "a " + tag + " element takes no text" };
  if (["checkbox", "radio", "file", "submit", "button", "image", "reset", "hidden"].includes(el.type)) {
    return { bad: true, why: "an input of type " + el.type + " takes no text" };
  }
  el.focus();
  if (["date", "time", "datetime-local", "month", "week", "color", "range"].includes(el.type)) {
    el.value = value;
    if (el.value !== value) return { bad: true, why: "an input of type " + el.type + " does not take " + value };
    return tell(el);
  }
  el.select();
  return { ok: true };
}

function tell(el) {
  el.dispatchEvent(new Event("input", { bubbles: true }));
  el.dispatchEvent(new Event("change", { bubbles: true }));
  return { ok: true, set: true };
}

// drag says where to press and where to let go to select words of the element.
function drag(el, first, last) {
  const visible = seen(el);
  if (!visible.ok) return visible;
  const from = words(el, first, 0);
  const to = from && words(el, last, from.at);
  if (!to) return { why: "the element does not have these words" };
  const inner = from.range.startContainer.parentElement;
  inner.scrollIntoView({ block: "center", behavior: "instant" });
  const a = [...from.range.getClientRects()].at(0), b = [...to.range.getClientRects()].at(-1);
  if (a.top < 0 || b.bottom > innerHeight) return { why: "the words are outside the viewport" };
  const rtl = getComputedStyle(inner).direction === "rtl";
  return { ok: true, x: rtl ? a.right : a.left, y: a.top + a.height / 2, toX: rtl ? b.left : b.right, toY: b.top + b.height / 2 };
}

// words is where words first stand in the text of the element, at or after a place in it.
function words(el, wanted, from) {
  const walk = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let text = "";
  while (walk.nextNode()) {
    nodes.push([walk.currentNode, text.length]);
    text += walk.currentNode.data;
  }
  const at = text.indexOf(wanted, from);
  if (at < 0) return null;
  const range = document.createRange();
  const [head, headAt] = nodes.findLast(([, start]) => start <= at);
  const [tail, tailAt] = nodes.findLast(([, start]) => start < at + wanted.length);
  range.setStart(head, at - headAt);
  range.setEnd(tail, at + wanted.length - tailAt);
  return { range, at };
}
