// The panel for coding a passage in the reader. Words are selected with the mouse, by touch, or by word and by sentence
// with the keyboard; what is saved goes through the same form as without script, so that the server checks it and shows
// what is wrong in the same way.

import { CodeList } from "./codes";
import { evidence } from "./evidence";
import { Live } from "./live";
import { DocumentText, type Paragraph, type Span, type Unit } from "./text";

const painted = "passage"; // name of the highlight, which content.css colours

class Coder {
  private readonly form: HTMLFormElement;
  private readonly box: HTMLElement; // has the quote, and the focus while the keyboard selects
  private readonly quote: HTMLElement;
  private readonly status: HTMLElement; // read aloud by screen readers
  private readonly problem: HTMLElement;
  private readonly filter: HTMLInputElement;
  private readonly memo: HTMLTextAreaElement;
  private readonly whole: HTMLAnchorElement; // to the form for the whole paragraph
  private readonly codes: CodeList;
  private readonly place = new CSSStyleSheet();
  private text: DocumentText | undefined; // made when it is first needed
  private taken: Span | undefined; // the passage; undefined: the panel is closed
  private anchor: Span | undefined; // the word that the keyboard began with
  private back: HTMLElement | undefined; // has the focus again when the panel closes
  private beside = false; // the panel is beside the passage, not below it
  private warned = false; // that closing drops a memo
  private sending = false;
  private unsent = false; // a coding waits for a connection
  private settling: number | undefined; // timer: the selection may still be growing
  private readonly last: HTMLButtonElement; // gives the codes of the time before again
  private readonly fresh: HTMLInputElement | null; // name of a code to be made; null: not for this member
  private readonly moving: string | undefined; // the passage whose ends are moved

  constructor(
    private readonly panel: HTMLElement,
    private readonly reader: HTMLElement,
  ) {
    this.form = part(panel, "form", HTMLFormElement);
    this.box = part(panel, ".taken", HTMLElement);
    this.quote = part(panel, ".taken blockquote", HTMLElement);
    this.status = part(panel, "[role=status]", HTMLElement);
    this.problem = part(panel, ".error", HTMLElement);
    this.filter = part(panel, "[role=combobox]", HTMLInputElement);
    this.memo = part(panel, "[name=memo]", HTMLTextAreaElement);
    this.whole = part(panel, "a", HTMLAnchorElement);
    this.last = part(panel, "[data-do=last]", HTMLButtonElement);
    this.fresh = panel.querySelector<HTMLInputElement>("[name=newcode]");
    this.moving = this.form.dataset["moving"];
    this.codes = new CodeList(
      {
        filter: this.filter,
        select: part(panel, "select", HTMLSelectElement),
        list: part(panel, "[role=listbox]", HTMLElement),
        nothing: part(panel, ".nothing", HTMLElement),
        chosen: part(panel, ".chosen", HTMLElement),
      },
      (said) => {
        this.tell("");
        this.say(this.codes.any ? `${said} Enter saves.` : said);
        this.put();
        this.reveal();
      },
      () => this.form.requestSubmit(),
    );
    document.adoptedStyleSheets.push(this.place);
    this.listen();
    this.again();
  }

  /** start opens what the address asks for. The panel moves in the page for that, so it must be known by then. */
  start(): void {
    if (this.moving) this.begin(this.moving);
  }

  /** begin opens the panel on the passage whose ends are to be moved. */
  private begin(id: string): void {
    const marks = [...this.reader.querySelectorAll<HTMLElement>("mark")].filter((m) => (m.dataset["segs"] ?? "").split(" ").includes(id));
    const first = marks[0];
    const last = marks[marks.length - 1];
    if (!first || !last) return;
    const whole = document.createRange();
    whole.setStartBefore(first);
    whole.setEndAfter(last);
    const taken = this.words().taken(whole);
    if (taken) this.open(taken, this.box);
  }

  /** again offers the codes that were given last in this study. */
  private again(): void {
    const names = this.codes.names(remembered());
    this.last.hidden = names.length === 0 || !!this.moving;
    this.last.textContent = names.length === 0 ? "" : `Again: ${names.join(", ")}`;
  }

  /** inVivo takes the words of the passage as the name of a new code. */
  private inVivo(): void {
    if (!this.fresh || !this.taken) return;
    this.fresh.value = shortened(this.words().text.slice(this.taken.from, this.taken.to)).slice(0, 80);
    this.fresh.closest("details")?.setAttribute("open", "");
    this.fresh.focus();
  }

  private listen(): void {
    let pressed = false; // a button of the mouse, or a finger
    let mouse = false; // the mouse was used last
    document.addEventListener("pointerdown", (e) => {
      pressed = true;
      mouse = e.pointerType === "mouse";
      if (this.taken && !this.holds(e.target) && !this.begun()) this.close();
    });
    document.addEventListener("pointerup", (e) => {
      pressed = false;
      // A click into a selection takes it away only after this event.
      if (!this.holds(e.target)) this.settle(mouse);
    });
    document.addEventListener("pointercancel", () => (pressed = false));
    // By touch, and in a browser that lets the keyboard select, the ends move one by one: wait until they rest.
    document.addEventListener("selectionchange", () => {
      if (!pressed && !this.holds(document.activeElement)) this.settle(mouse);
    });
    this.reader.addEventListener("click", (e) => {
      const link = e.target instanceof Element ? e.target.closest<HTMLAnchorElement>(".codehere a") : null;
      if (!link || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
      const paragraph = this.paragraphOf(link);
      if (!paragraph) return;
      e.preventDefault();
      this.back = link;
      this.open(this.words().firstWord({ from: paragraph.at, to: paragraph.at + paragraph.text.length }), this.box);
    });
    // On a passage in the margin the key E goes to where it becomes evidence.
    this.reader.addEventListener("keydown", (e) => {
      const link = e.key.toLowerCase() === "e" && e.target instanceof Element ? e.target.closest(".notes li")?.querySelector<HTMLAnchorElement>("a.change") : null;
      if (!link || e.ctrlKey || e.metaKey || e.altKey || e.target instanceof HTMLInputElement) return;
      e.preventDefault();
      location.assign(`${link.href}#evidence`);
    });
    document.addEventListener("keydown", (e) => {
      mouse = false;
      if (e.key === "Escape" && this.taken && !e.isComposing) this.escape(e);
    });
    this.box.addEventListener("keydown", (e) => this.key(e));
    this.box.addEventListener("focus", () => this.panel.classList.add("keys"));
    this.box.addEventListener("blur", () => this.panel.classList.remove("keys"));
    this.panel.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
        e.preventDefault();
        this.form.requestSubmit();
      }
    });
    // The focus is in the panel, but people who selected words may want to copy them.
    this.panel.addEventListener("copy", (e) => {
      const field = document.activeElement;
      const own = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.selectionStart !== field.selectionEnd : !getSelection()?.isCollapsed;
      if (own || !this.taken) return;
      e.clipboardData?.setData("text/plain", this.words().text.slice(this.taken.from, this.taken.to));
      e.preventDefault();
    });
    part(this.panel, "[data-do=close]", HTMLButtonElement).addEventListener("click", () => this.leave());
    this.last.addEventListener("click", () => {
      this.codes.choose(remembered());
      this.form.requestSubmit();
    });
    this.panel.querySelector("[data-do=vivo]")?.addEventListener("click", () => this.inVivo());
    this.panel.addEventListener("keydown", (e) => {
      if (!e.altKey || e.ctrlKey || e.metaKey) return;
      if (e.code === "KeyL" && !this.last.hidden) this.last.click();
      else if (e.code === "KeyV") this.inVivo();
      else return;
      e.preventDefault();
    });
    this.form.addEventListener("submit", (e) => this.send(e));
    window.addEventListener("beforeunload", (e) => {
      if (this.unsent) e.preventDefault();
    });
    window.addEventListener("pageshow", () => (this.sending = false));
    window.addEventListener("resize", () => this.put());
  }

  /** renew forgets the text as it was laid out: the page was changed. */
  renew(): void {
    this.text = undefined;
  }

  /** settle looks at the selection when it has come to rest: with the mouse that is at once. */
  private settle(mouse: boolean): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      const selection = getSelection();
      if (!selection || selection.isCollapsed || selection.rangeCount === 0 || this.holds(selection.anchorNode)) return;
      const taken = this.words().taken(selection.getRangeAt(0));
      if (!taken) return;
      const paragraph = this.words().holding(taken.from);
      this.back = paragraph?.element.closest(".para")?.querySelector<HTMLElement>(".codehere a") ?? undefined;
      // By touch the focus would bring up a keyboard on the screen and hide the text.
      this.open(taken, mouse ? this.filter : undefined);
    }, mouse ? 0 : 600);
  }

  private open(taken: Span, focus: HTMLElement | undefined): void {
    if (!this.taken) {
      // After the words, so that the next stop of the keyboard is here.
      this.words().holding(taken.from)?.element.closest(".words")?.after(this.panel);
      this.panel.hidden = false;
    }
    this.tell("");
    this.take(taken);
    this.anchor = this.words().firstWord(taken);
    focus?.focus({ preventScroll: true });
    this.reveal();
  }

  /** take makes a span of the text the passage. */
  private take(taken: Span): void {
    const words = this.words();
    const changed = taken.from !== this.taken?.from || taken.to !== this.taken.to;
    this.taken = taken;
    const quote = words.text.slice(taken.from, taken.to);
    this.quote.textContent = quote;
    const paragraph = words.holding(taken.from);
    const link = paragraph?.element.closest(".para")?.querySelector<HTMLAnchorElement>(".codehere a");
    if (link) this.whole.href = link.href;
    if ("highlights" in CSS) CSS.highlights.set(painted, new Highlight(...words.ranges(taken)));
    this.put();
    if (changed) this.say(shortened(quote));
  }

  /** put lays the panel into the margin, level with the passage, where the margin is wide enough, and else below it. */
  private put(): void {
    const home = this.panel.offsetParent?.getBoundingClientRect();
    const paragraph = this.taken && this.words().holding(this.taken.from);
    const margin = paragraph?.element.closest(".para")?.querySelector(".margin")?.getBoundingClientRect();
    const lines = this.lines();
    if (!home || !paragraph || !margin || !lines) return;
    const own = this.panel.getBoundingClientRect();
    const column = paragraph.element.getBoundingClientRect();
    this.beside = margin.left >= column.right && margin.width >= own.width;
    const below = this.rtl() ? Math.max(home.left, column.right - own.width) : column.left;
    const left = this.beside ? margin.left : below;
    const top = this.beside ? Math.max(8, Math.min(lines.top, innerHeight - own.height - 8)) : lines.bottom + 8;
    this.place.replaceSync(`coder-panel { --x: ${Math.round(left - home.left)}px; --y: ${Math.round(top - home.top)}px; }`);
  }

  /** lines is where the first line of the passage begins and the last one ends, in the window. */
  private lines(): { top: number; bottom: number } | undefined {
    const boxes = this.taken ? this.words().ranges(this.taken).flatMap((r) => [...r.getClientRects()]) : [];
    const first = boxes[0];
    return first && { top: first.top, bottom: Math.max(...boxes.map((b) => b.bottom)) };
  }

  /** reveal scrolls as little as it takes: to the passage when the panel is beside it, and else to its end and the panel. */
  private reveal(): void {
    const lines = this.lines();
    if (!lines) return;
    const top = this.beside ? lines.top - 8 : lines.bottom - 48;
    const bottom = (this.beside ? lines.bottom : this.panel.getBoundingClientRect().bottom) + 8;
    const by = bottom > innerHeight ? Math.min(bottom - innerHeight, top) : Math.min(top, 0);
    if (by === 0) return;
    // At once: the next key must not measure a page that is still moving.
    scrollBy({ top: by, behavior: "instant" });
    this.put();
  }

  private key(e: KeyboardEvent): void {
    if (!this.taken || !this.anchor) return;
    const words = this.words();
    if (e.key === "a" && (e.ctrlKey || e.metaKey)) {
      const p = words.holding(this.taken.from);
      e.preventDefault();
      if (p) this.jump({ from: p.at, to: p.at + p.text.length });
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Enter") {
      e.preventDefault();
      if (this.moving) {
        this.form.requestSubmit();
        return;
      }
      this.filter.focus({ preventScroll: true });
      this.put();
      this.reveal();
      return;
    }
    const step = this.step(e.key);
    if (!step) return;
    e.preventDefault();
    if (e.shiftKey) {
      this.take(words.extend(this.taken, this.anchor, step.unit, step.forward));
      this.reveal();
    } else {
      this.jump(words.move(this.taken, step.unit, step.forward));
    }
  }

  private jump(taken: Span): void {
    this.take(taken);
    this.anchor = this.words().firstWord(taken);
    this.reveal();
  }

  /** step is what an arrow key means: in a text from right to left the left one goes forward. */
  private step(key: string): { unit: Unit; forward: boolean } | undefined {
    const rtl = this.rtl();
    switch (key) {
      case "ArrowLeft":
        return { unit: "word", forward: rtl };
      case "ArrowRight":
        return { unit: "word", forward: !rtl };
      case "ArrowUp":
        return { unit: "sentence", forward: false };
      case "ArrowDown":
        return { unit: "sentence", forward: true };
    }
    return undefined;
  }

  private rtl(): boolean {
    return getComputedStyle(this.quote).direction === "rtl";
  }

  private send(e: SubmitEvent): void {
    const taken = this.taken;
    const paragraph = taken && this.words().holding(taken.from);
    if (this.sending || !taken || !paragraph) {
      e.preventDefault();
      return;
    }
    if (!this.moving && !this.codes.any && !this.fresh?.value.trim()) {
      e.preventDefault();
      this.tell("Choose at least one code.");
      this.filter.focus();
      return;
    }
    const words = this.words();
    this.field("paragraph", String(paragraph.number));
    this.field("passage", words.text.slice(taken.from, taken.to));
    this.field("start", String(words.offset(taken.from)));
    this.field("end", String(words.offset(taken.to)));
    if (this.codes.any) remember(this.codes.ids);
    this.sending = true; // a second click must not save twice
    e.preventDefault();
    void this.deliver(new URLSearchParams([...new FormData(this.form)].map(([k, v]) => [k, String(v)])), 0);
  }

  /** deliver sends a coding until the server has acknowledged it. Nothing typed is dropped while there is no connection. */
  private async deliver(coding: URLSearchParams, tried: number): Promise<void> {
    let answer: Response;
    try {
      answer = await fetch(this.form.action, { method: "POST", body: coding });
    } catch {
      this.unsent = true;
      this.tell("Not saved yet: there is no connection. It is kept here and sent again by itself; leave this page open.");
      coding.set("again", "1"); // it may have arrived, and the answer not
      setTimeout(() => void this.deliver(coding, tried + 1), Math.min(1000 * 2 ** tried, 15000));
      return;
    }
    this.unsent = false;
    if (answer.ok && answer.redirected) {
      const at = new URL(answer.url); // without the place in the page, which no script is told
      const same = at.pathname + at.search === location.pathname + location.search;
      at.hash = at.searchParams.get("segment") ?? "";
      location.assign(at);
      if (same) location.reload(); // else it would only scroll
      return;
    }
    // What the server has to say of it is a page of its own.
    this.form.submit();
  }

  private field(name: string, value: string): void {
    part(this.form, `[name=${name}]`, HTMLInputElement).value = value;
  }

  private escape(e: KeyboardEvent): void {
    e.preventDefault();
    if (document.activeElement === this.filter && this.codes.clear()) return;
    this.leave();
  }

  /** leave closes the panel and puts the focus back. A memo is dropped only when that was said. */
  private leave(): void {
    if (this.memo.value.trim() !== "" && !this.warned) {
      this.warned = true;
      this.tell("Not saved yet. Close once more, and the memo is dropped.");
      return;
    }
    this.close();
    getSelection()?.removeAllRanges();
    this.back?.focus();
  }

  private close(): void {
    this.taken = undefined;
    this.panel.hidden = true;
    this.memo.value = "";
    this.warned = false;
    this.codes.reset();
    if (this.fresh) this.fresh.value = "";
    this.tell("");
    if ("highlights" in CSS) CSS.highlights.delete(painted);
  }

  /** begun tells whether closing would lose anything. */
  private begun(): boolean {
    return this.codes.any || this.memo.value.trim() !== "" || !!this.fresh?.value.trim();
  }

  private holds(what: EventTarget | null): boolean {
    return what instanceof Node && this.panel.contains(what);
  }

  private say(what: string): void {
    this.status.textContent = what;
  }

  private tell(problem: string): void {
    this.problem.textContent = problem;
    this.problem.hidden = problem === "";
  }

  private words(): DocumentText {
    this.text ??= new DocumentText([...this.reader.querySelectorAll<HTMLElement>("[data-start]")]);
    return this.text;
  }

  private paragraphOf(link: HTMLElement): Paragraph | undefined {
    const element = link.closest(".para")?.querySelector("[data-start]");
    return this.words().paragraphs.find((p) => p.element === element);
  }
}

// The codes that were given last are remembered for this study, until the browser is closed.

const memory = "last codes of " + location.pathname.split("/document/")[0];

function remember(ids: readonly string[]): void {
  try {
    sessionStorage.setItem(memory, ids.join(" "));
  } catch {
    // then there is no button
  }
}

function remembered(): readonly string[] {
  try {
    return (sessionStorage.getItem(memory) ?? "").split(" ").filter((id) => id !== "");
  } catch {
    return [];
  }
}

// part is an element that the page must have.
function part<T extends Element>(root: ParentNode, selector: string, kind: new () => T): T {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

// shortened is what is said of a passage: all of it when it is short, and else its beginning and its end.
function shortened(quote: string): string {
  const words = quote.split(/\s+/u);
  return words.length <= 14 ? quote : `${words.slice(0, 6).join(" ")} … ${words.slice(-6).join(" ")}`;
}

class CoderPanel extends HTMLElement {
  private coder: Coder | undefined;

  connectedCallback(): void {
    const reader = this.closest<HTMLElement>(".reader");
    if (!reader || this.coder) return;
    const coder = new Coder(this, reader);
    this.coder = coder;
    coder.start();
    const arm = evidence(reader);
    new Live(reader, this, () => {
      coder.renew();
      arm();
    });
  }
}

customElements.define("coder-panel", CoderPanel);
