// The tree of codes can be changed by dragging a code onto another one, or to its upper or lower edge, or with keys: on a
// code, Ctrl+X takes it up, and Ctrl+V on another puts it below that one; Ctrl+Shift+V puts it at the root, Escape leaves
// it where it is; Alt and an arrow move it up or down among those beside it. All send the form that moves codes without
// this script.

type How = "below" | "before" | "after";

const form = document.querySelector<HTMLFormElement>("form.move");
const tree = document.querySelector<HTMLElement>("ul.codes");

if (form && tree) {
  const said = document.createElement("p");
  said.className = "hidden";
  said.setAttribute("role", "status");
  form.after(said);
  const root = document.createElement("p");
  root.className = "root";
  root.textContent = "Drop here to put it at the root";
  root.hidden = true;
  tree.after(root); // at the lower edge of the window: the tree must not move under the pointer
  let taken: HTMLElement | undefined;

  const item = (e: Event): HTMLElement | undefined => (e.target instanceof Element ? (e.target.closest<HTMLElement>("li[data-code]") ?? undefined) : undefined);
  const name = (li: HTMLElement): string => li.querySelector("a.code")?.textContent ?? "";
  const take = (li: HTMLElement | undefined): void => {
    taken?.classList.remove("taken");
    taken = li;
    taken?.classList.add("taken");
    root.hidden = !taken;
  };
  const put = (below: string, how: How): void => {
    if (!taken) return;
    set("code", taken.dataset["code"] ?? "");
    set("below", below);
    set("how", how);
    form.requestSubmit();
  };
  const set = (name: string, value: string): void => {
    (form.elements.namedItem(name) as HTMLSelectElement).value = value;
  };
  const fits = (li: HTMLElement | undefined): li is HTMLElement => !!li && !!taken && !taken.contains(li);

  for (const li of tree.querySelectorAll<HTMLElement>("li[data-code]")) li.draggable = true;
  tree.addEventListener("dragstart", (e) => {
    take(item(e));
    e.dataTransfer?.setData("text/plain", taken?.dataset["code"] ?? "");
  });
  // At the upper and the lower edge of a code is the place before and after it; what has codes below it has no lower edge.
  const how = (li: HTMLElement, y: number): How => {
    const box = li.getBoundingClientRect();
    const below = li.querySelector("ul");
    const at = (y - box.top) / ((below?.getBoundingClientRect().top ?? box.bottom) - box.top);
    return at < 0.25 ? "before" : at > 0.75 && !below ? "after" : "below";
  };
  const unmark = (): void => {
    for (const li of tree.querySelectorAll(".over, .before, .after")) li.classList.remove("over", "before", "after");
  };
  for (const zone of [tree, root]) {
    zone.addEventListener("dragover", (e) => {
      const li = item(e);
      if (zone === root || fits(li)) e.preventDefault();
      unmark();
      if (!fits(li)) return;
      const where = how(li, e.clientY);
      li.classList.add(where === "below" ? "over" : where);
    });
    zone.addEventListener("drop", (e) => {
      e.preventDefault();
      const li = item(e);
      if (zone === root) put("", "below");
      else if (fits(li)) put(li.dataset["code"] ?? "", how(li, e.clientY));
    });
  }
  tree.addEventListener("dragend", () => {
    unmark();
    take(undefined);
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && taken) {
      said.textContent = `${name(taken)} stays where it is.`;
      take(undefined);
      return;
    }
    const li = item(e);
    const step = e.key === "ArrowUp" ? "up" : e.key === "ArrowDown" ? "down" : "";
    if (li && step && e.altKey && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      set("code", li.dataset["code"] ?? "");
      form.requestSubmit(form.querySelector<HTMLButtonElement>(`button[value=${step}]`));
      return;
    }
    if (!(e.ctrlKey || e.metaKey) || e.altKey) return;
    const key = e.key.toLowerCase();
    if (key === "x" && li && getSelection()?.isCollapsed !== false) {
      e.preventDefault();
      take(li);
      said.textContent = `${name(li)} is taken up. Go to another code and press Control V to put it below that one.`;
    } else if (key === "v" && taken && (e.shiftKey || fits(li))) {
      e.preventDefault();
      put(e.shiftKey ? "" : (li?.dataset["code"] ?? ""), "below");
    }
  });

  // After a move the keys go on where the code stands now: once the browser has gone there, which takes the focus away.
  if (new URLSearchParams(location.search).has("moved")) {
    addEventListener("load", () => document.getElementById(location.hash.slice(1))?.querySelector<HTMLElement>("a.code")?.focus());
  }
}

export {}; // a module of its own
