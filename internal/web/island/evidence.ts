// A passage in the margin can be dragged onto a takeaway or a score of its case: for it, or against it. The list of them
// shows while something is dragged, and sends the form that the page of a passage has.

/** evidence makes the passages of a reader draggable, and gives what does so again after the page was changed. */
export function evidence(reader: HTMLElement): () => void {
  const form = document.querySelector<HTMLFormElement>("form.evidence");
  if (!form) return () => undefined;
  const cards = (): NodeListOf<HTMLElement> => reader.querySelectorAll<HTMLElement>(".notes li:has(a.change)");
  const side = (e: Event): HTMLElement | null => (e.target instanceof Element ? e.target.closest<HTMLElement>("[data-side]") : null);
  let carried: HTMLElement | undefined;

  const set = (name: string, value: string): void => {
    (form.elements.namedItem(name) as HTMLInputElement).value = value;
  };
  const unmark = (): void => form.querySelector(".over")?.classList.remove("over");

  reader.addEventListener("dragstart", (e) => {
    const card = e.target instanceof Element ? e.target.closest<HTMLElement>(".notes li[draggable=true]") : null;
    if (!card) return;
    carried = card;
    e.dataTransfer?.setData("text/plain", card.dataset["passage"] ?? "");
    form.classList.toggle("above", e.clientY > innerHeight / 2); // not over what is dragged
    setTimeout(() => (form.hidden = false)); // a page that changes at once may end the dragging
  });
  reader.addEventListener("dragend", () => {
    carried = undefined;
    form.hidden = true;
    unmark();
  });
  form.addEventListener("dragover", (e) => {
    unmark();
    if (!carried || !side(e)) return;
    e.preventDefault();
    side(e)!.classList.add("over");
  });
  form.addEventListener("drop", (e) => {
    const on = side(e);
    if (!carried || !on) return;
    e.preventDefault();
    set("segment", carried.dataset["passage"] ?? "");
    set("for", on.closest<HTMLElement>("[data-for]")?.dataset["for"] ?? "");
    set("side", on.dataset["side"] ?? "");
    form.requestSubmit();
  });

  const arm = (): void => cards().forEach((li) => (li.draggable = true));
  arm();
  return arm;
}
