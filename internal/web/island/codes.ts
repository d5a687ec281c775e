// The codes to choose from: a text field that filters a list, of which several can be chosen. Field and list follow the
// pattern of the ARIA Authoring Practices for a combobox with a list that stays open: the focus stays in the field, and
// aria-activedescendant tells which code the arrow keys have reached.

interface Row {
  readonly option: HTMLOptionElement; // what the form sends
  readonly item: HTMLElement;
  readonly name: string;
  readonly folded: string; // names from the root, as they are compared
}

/** Parts are the elements that the list is made of. */
export interface Parts {
  readonly filter: HTMLInputElement;
  readonly select: HTMLSelectElement; // all codes, in the order of the tree
  readonly list: HTMLElement;
  readonly nothing: HTMLElement; // shown when no code fits
  readonly chosen: HTMLElement; // list of what is chosen
}

/** CodeList lets choose codes. changed is called with a sentence for screen readers, done when there is no more to choose. */
export class CodeList {
  private readonly rows: readonly Row[];
  private active: Row | undefined;
  private walked = false; // the arrow keys, not the typed words, chose the active one: the space bar is not for typing

  constructor(
    private readonly parts: Parts,
    private readonly changed: (said: string) => void,
    private readonly done: () => void,
  ) {
    this.rows = [...parts.select.options].map((option, i) => this.row(option, i));
    parts.list.replaceChildren(...this.rows.map((r) => r.item));
    parts.filter.addEventListener("input", () => this.filter());
    parts.filter.addEventListener("keydown", (e) => this.key(e));
    this.reset();
  }

  /** any tells whether a code is chosen. */
  get any(): boolean {
    return this.rows.some((r) => r.option.selected);
  }

  /** ids are the codes that are chosen. */
  get ids(): readonly string[] {
    return this.rows.filter((r) => r.option.selected).map((r) => r.option.value);
  }

  /** names are those of codes that are in the list. */
  names(ids: readonly string[]): readonly string[] {
    return this.rows.filter((r) => ids.includes(r.option.value)).map((r) => r.name);
  }

  /** choose adds codes to those that are chosen. */
  choose(ids: readonly string[]): void {
    for (const r of this.rows) if (ids.includes(r.option.value)) r.option.selected = true;
    this.show();
  }

  /** reset begins anew: nothing is chosen and everything is shown. */
  reset(): void {
    for (const r of this.rows) r.option.selected = false;
    this.show();
    this.clear();
  }

  /** clear empties the field; it tells whether anything stood in it. */
  clear(): boolean {
    const any = this.parts.filter.value !== "";
    this.parts.filter.value = "";
    this.filter();
    return any;
  }

  private row(option: HTMLOptionElement, i: number): Row {
    const name = option.dataset["name"] ?? option.text;
    const item = document.createElement("li");
    item.id = `coder-code-${i}`;
    item.setAttribute("role", "option");
    item.className = `${option.dataset["colour"] ?? ""} in-${Math.min(Number(option.dataset["depth"]), 4)}`;
    const above = document.createElement("span");
    above.className = "above";
    above.textContent = option.text.slice(0, option.text.length - name.length);
    const own = document.createElement("span");
    own.textContent = name;
    own.dir = "auto";
    item.append(above, own);
    const row: Row = { option, item, name, folded: fold(option.text) };
    item.addEventListener("pointerdown", (e) => e.preventDefault()); // the focus stays in the field
    item.addEventListener("click", () => {
      this.setActive(row);
      this.toggle(row);
    });
    return row;
  }

  private filter(): void {
    const words = fold(this.parts.filter.value).split(/\s+/u).filter((w) => w !== "");
    for (const r of this.rows) r.item.hidden = !words.every((w) => r.folded.includes(w));
    const found = this.visible();
    this.parts.list.classList.toggle("found", words.length > 0);
    this.parts.list.hidden = found.length === 0;
    this.parts.nothing.hidden = found.length > 0;
    this.parts.filter.setAttribute("aria-expanded", String(found.length > 0));
    this.walked = false;
    // A code whose own name begins with the words comes before one that only lies below such a name.
    this.setActive(words.length > 0 ? (found.find((r) => fold(r.name).startsWith(words.join(" "))) ?? found[0]) : undefined);
  }

  private visible(): readonly Row[] {
    return this.rows.filter((r) => !r.item.hidden);
  }

  private setActive(row: Row | undefined): void {
    this.active?.item.classList.remove("active");
    this.active = row;
    if (!row) {
      this.parts.filter.removeAttribute("aria-activedescendant");
      this.parts.list.scrollTop = 0;
      return;
    }
    row.item.classList.add("active");
    row.item.scrollIntoView({ block: "nearest" });
    this.parts.filter.setAttribute("aria-activedescendant", row.item.id);
  }

  private key(e: KeyboardEvent): void {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    switch (e.key) {
      case "ArrowDown":
      case "ArrowUp": {
        const rows = this.visible();
        const at = this.active ? rows.indexOf(this.active) : -1;
        const step = e.key === "ArrowDown" ? at + 1 : (at < 0 ? rows.length : at) - 1;
        this.setActive(rows.at(step % Math.max(rows.length, 1)));
        this.walked = true;
        break;
      }
      case " ":
        if (!this.walked || !this.active) return;
        this.toggle(this.active);
        break;
      case "Enter":
        if (this.active) this.toggle(this.active);
        else if (this.parts.filter.value === "" && this.any) this.done();
        break;
      default:
        return;
    }
    e.preventDefault();
  }

  private toggle(row: Row): void {
    row.option.selected = !row.option.selected;
    this.show();
    this.clear() || this.setActive(row);
    this.walked = true;
    this.changed(row.option.selected ? `${row.name} chosen.` : `${row.name} taken out.`);
  }

  // show makes list and chosen codes look as the form stands.
  private show(): void {
    const chosen: HTMLElement[] = [];
    for (const r of this.rows) {
      r.item.setAttribute("aria-selected", String(r.option.selected));
      if (!r.option.selected) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.dir = "auto";
      const what = document.createElement("span");
      what.className = "hidden";
      what.textContent = ", take out";
      button.append(r.name, what);
      button.addEventListener("click", () => {
        this.toggle(r);
        this.parts.filter.focus();
      });
      const li = document.createElement("li");
      li.append(button);
      chosen.push(li);
    }
    this.parts.chosen.replaceChildren(...chosen);
    this.parts.chosen.hidden = chosen.length === 0;
  }
}

// fold makes words comparable as people compare them: without case and accents.
function fold(s: string): string {
  return s.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
