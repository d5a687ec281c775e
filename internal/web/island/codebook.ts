// The tree of codes can be changed by dragging a code onto another one, or with keys: on a code, Ctrl+X takes it up,
// and Ctrl+V on another puts it below that one; Ctrl+Shift+V puts it at the root, Escape leaves it where it is. Both
// send the form that moves codes without this script.

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
  tree.before(root);
  let taken: HTMLElement | undefined;

  const item = (e: Event): HTMLElement | undefined => (e.target instanceof Element ? (e.target.closest<HTMLElement>("li[data-code]") ?? undefined) : undefined);
  const name = (li: HTMLElement): string => li.querySelector("a.code")?.textContent ?? "";
  const take = (li: HTMLElement | undefined): void => {
    taken?.classList.remove("taken");
    taken = li;
    taken?.classList.add("taken");
    root.hidden = !taken;
  };
  const put = (below: string): void => {
    if (!taken) return;
    const field = (n: string): HTMLSelectElement => form.elements.namedItem(n) as HTMLSelectElement;
    field("code").value = taken.dataset["code"] ?? "";
    field("below").value = below;
    form.requestSubmit();
  };
  const fits = (li: HTMLElement | undefined): li is HTMLElement => !!li && !!taken && !taken.contains(li);

  for (const li of tree.querySelectorAll<HTMLElement>("li[data-code]")) li.draggable = true;
  tree.addEventListener("dragstart", (e) => {
    take(item(e));
    e.dataTransfer?.setData("text/plain", taken?.dataset["code"] ?? "");
  });
  for (const zone of [tree, root]) {
    zone.addEventListener("dragover", (e) => {
      if (zone === root || fits(item(e))) e.preventDefault();
      tree.querySelector(".over")?.classList.remove("over");
      if (fits(item(e))) item(e)!.classList.add("over");
    });
    zone.addEventListener("drop", (e) => {
      e.preventDefault();
      if (zone === root) put("");
      else if (fits(item(e))) put(item(e)!.dataset["code"] ?? "");
    });
  }
  tree.addEventListener("dragend", () => {
    tree.querySelector(".over")?.classList.remove("over");
    take(undefined);
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && taken) {
      said.textContent = `${name(taken)} stays where it is.`;
      take(undefined);
      return;
    }
    if (!(e.ctrlKey || e.metaKey) || e.altKey) return;
    const li = item(e);
    const key = e.key.toLowerCase();
    if (key === "x" && li && getSelection()?.isCollapsed !== false) {
      e.preventDefault();
      take(li);
      said.textContent = `${name(li)} is taken up. Go to another code and press Control V to put it below that one.`;
    } else if (key === "v" && taken && (e.shiftKey || fits(li))) {
      e.preventDefault();
      put(e.shiftKey ? "" : (li?.dataset["code"] ?? ""));
    }
  });
}

export {}; // a module of its own
