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
