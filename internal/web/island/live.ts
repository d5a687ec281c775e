// What others do shows without loading the page again: now and then the reader asks whether anything changed, and takes the
// paragraphs that did. Undo and redo have their usual keys.

const every = 5000; // milliseconds

export class Live {
  private last: string | undefined;
  private busy = false;

  constructor(
    private readonly reader: HTMLElement,
    private readonly panel: HTMLElement,
    private readonly changed: () => void,
  ) {
    const address = reader.dataset["state"];
    if (address) {
      void this.look(address);
      setInterval(() => void this.look(address), every);
      document.addEventListener("visibilitychange", () => void this.look(address));
    }
    document.addEventListener("keydown", (e) => this.key(e));
  }

  private async look(address: string): Promise<void> {
    if (this.busy || document.hidden) return;
    this.busy = true;
    try {
      const answer = await fetch(address, { cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      const now = await answer.text();
      if (this.last !== undefined && now !== this.last) {
        if (!this.free()) return; // later, when nobody is in the middle of something
        await this.take();
      }
      this.last = now;
    } catch {
      // no connection just now: the next time
    } finally {
      this.busy = false;
    }
  }

  /** free tells whether nothing is selected, and no passage is being coded or dragged. */
  private free(): boolean {
    const selection = getSelection();
    return this.panel.hidden && !document.querySelector("form.evidence:not([hidden])") && (!selection || selection.isCollapsed);
  }

  private async take(): Promise<void> {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!this.free()) return;
    let n = 0;
    for (const fresh of page.querySelectorAll<HTMLElement>(".reader .para[id]")) {
      const old = document.getElementById(fresh.id);
      if (!old || old.contains(this.panel) || old.innerHTML === fresh.innerHTML) continue;
      old.replaceChildren(...[...fresh.childNodes].map((c) => document.importNode(c, true)));
      n++;
    }
    if (n === 0) return;
    this.changed();
    let said = document.querySelector<HTMLElement>("[data-live]");
    if (!said) {
      said = document.createElement("p");
      said.dataset["live"] = "";
      said.className = "quiet";
      said.setAttribute("role", "status");
      this.reader.before(said);
    }
    said.textContent = "Somebody else coded here just now; what you see is up to date.";
  }

  private key(e: KeyboardEvent): void {
    if (!(e.ctrlKey || e.metaKey) || e.altKey || e.defaultPrevented) return;
    const key = e.key.toLowerCase();
    const which = key === "z" && !e.shiftKey ? "undo" : key === "y" || (key === "z" && e.shiftKey) ? "redo" : undefined;
    const on = e.target instanceof Element ? e.target : null;
    if (!which || on?.closest("input, textarea, select, [contenteditable]")) return;
    const button = document.querySelector<HTMLButtonElement>(`.acts [data-key=${which}]`);
    if (!button) return;
    e.preventDefault();
    button.click();
  }
}
