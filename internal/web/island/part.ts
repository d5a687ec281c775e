// Parts of pictures, pages and recordings. A rectangle is drawn with the pointer, or moved and sized with the arrow keys;
// the ends of a stretch of time are taken from the recording as it plays. All of it only fills in the form that stands on
// the page without this script too.

const form = document.querySelector<HTMLFormElement>("form.form");
const field = (name: string): HTMLInputElement | null => form?.querySelector<HTMLInputElement>(`[name="${name}"]`) ?? null;

/** Box is a rectangle in percent of the picture. */
interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const names = ["left", "top", "width", "height"] as const;

class PartCanvas extends HTMLElement {
  private readonly rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  private from: { x: number; y: number } | undefined;

  connectedCallback(): void {
    const svg = this.querySelector("svg");
    if (!svg || !form || !field("left")) return;
    this.rect.setAttribute("class", "drawn");
    svg.append(this.rect);
    this.tabIndex = 0;
    this.setAttribute("role", "application");
    this.setAttribute("aria-label", "Picture. The arrow keys move the part, with Shift they size it, Enter goes on to the form.");
    this.addEventListener("pointerdown", (e) => this.begin(e));
    this.addEventListener("pointermove", (e) => this.draw(e));
    this.addEventListener("pointerup", (e) => this.end(e));
    this.addEventListener("pointercancel", () => (this.from = undefined));
    this.addEventListener("dragstart", (e) => e.preventDefault());
    this.addEventListener("keydown", (e) => this.key(e));
    for (const n of names) field(n)?.addEventListener("input", () => this.show());
    this.show();
  }

  private at(e: PointerEvent): { x: number; y: number } {
    const r = this.querySelector("img")!.getBoundingClientRect();
    const share = (x: number, of: number): number => Math.min(100, Math.max(0, (x / of) * 100));
    return { x: share(e.clientX - r.left, r.width), y: share(e.clientY - r.top, r.height) };
  }

  private begin(e: PointerEvent): void {
    if (e.button !== 0 || (e.target instanceof Element && e.target.closest("a"))) return;
    this.from = this.at(e);
    this.setPointerCapture(e.pointerId);
  }

  private draw(e: PointerEvent): void {
    if (!this.from) return;
    const to = this.at(e);
    this.set({ left: Math.min(this.from.x, to.x), top: Math.min(this.from.y, to.y), width: Math.abs(to.x - this.from.x), height: Math.abs(to.y - this.from.y) });
  }

  private end(e: PointerEvent): void {
    if (!this.from) return;
    this.draw(e);
    const b = this.box();
    this.from = undefined;
    if (b && b.width > 0.5 && b.height > 0.5) field("says")?.focus({ preventScroll: true });
    form?.querySelector("[name=says]")?.scrollIntoView({ block: "nearest" });
  }

  private key(e: KeyboardEvent): void {
    if (e.target !== this || e.ctrlKey || e.metaKey || e.altKey) return;
    const b = this.box() ?? { left: 40, top: 40, width: 20, height: 20 };
    const step = 2;
    const ways: Record<string, [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const way = ways[e.key];
    if (way) {
      e.preventDefault();
      if (e.shiftKey) {
        b.width += way[0];
        b.height += way[1];
      } else {
        b.left += way[0];
        b.top += way[1];
      }
      this.set(b);
    } else if (e.key === "Enter") {
      e.preventDefault();
      this.set(b);
      field("says")?.focus();
    }
  }

  private box(): Box | undefined {
    const [left, top, width, height] = names.map((n) => parseFloat((field(n)?.value ?? "").replace(",", ".")));
    if (![left, top, width, height].every((x) => Number.isFinite(x))) return undefined;
    return { left: left!, top: top!, width: width!, height: height! };
  }

  private set(b: Box): void {
    const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));
    b.width = clamp(b.width, 1, 100);
    b.height = clamp(b.height, 1, 100);
    b.left = clamp(b.left, 0, 100 - b.width);
    b.top = clamp(b.top, 0, 100 - b.height);
    for (const n of names) {
      const f = field(n);
      if (f) f.value = b[n].toFixed(1);
    }
    this.show();
  }

  private show(): void {
    const b = this.box();
    const w = Number(this.dataset["width"]) / 100;
    const h = Number(this.dataset["height"]) / 100;
    this.rect.setAttribute("x", String((b?.left ?? 0) * w));
    this.rect.setAttribute("y", String((b?.top ?? 0) * h));
    this.rect.setAttribute("width", String((b?.width ?? 0) * w));
    this.rect.setAttribute("height", String((b?.height ?? 0) * h));
  }
}

customElements.define("part-canvas", PartCanvas);

/** clock writes seconds as the form reads them. */
function clock(seconds: number): string {
  const t = Math.round(seconds * 10) / 10;
  const h = Math.floor(t / 3600);
  const m = Math.floor((t % 3600) / 60);
  const s = (t % 60).toFixed(1).replace(/\.0$/, "");
  const two = (x: string): string => (x.split(".")[0]!.length < 2 ? "0" + x : x);
  return h > 0 ? `${h}:${two(String(m))}:${two(s)}` : `${m}:${two(s)}`;
}

const player = document.querySelector<HTMLMediaElement>(".player audio, .player video");
for (const name of ["from", "until"]) {
  const to = field(name);
  if (!player || !to) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = name === "from" ? "From where it plays now" : "Up to where it plays now";
  button.addEventListener("click", () => (to.value = clock(player.currentTime)));
  to.after(button);
}

export {}; // a module of its own
