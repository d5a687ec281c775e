// The text of a document as the page shows it, and the places in it where a passage may begin and end. Places are
// counted as JavaScript counts them, in UTF-16 units; the server counts code points, see codePoints.

/** Paragraph is one paragraph of the document, as an element of the page. */
export interface Paragraph {
  readonly number: number; // from 1
  readonly element: HTMLElement;
  readonly text: string;
  readonly at: number; // where it begins in the text of the document
}

/** Span is a piece of the text, end exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Unit is what the keyboard moves by. */
export type Unit = "word" | "sentence";

/** codePoints is how many code points a string has. */
export function codePoints(s: string): number {
  let n = 0;
  for (const _ of s) n++;
  return n;
}

/** DocumentText is the text of all paragraphs with the empty lines between them, exactly as the server keeps it. */
export class DocumentText {
  readonly paragraphs: readonly Paragraph[];
  readonly text: string;
  private readonly start: number; // code points before the first paragraph
  private readonly units = new Map<string, readonly Span[]>();

  /** The elements carry data-start, the code points before them. Only line ends stand between two paragraphs. */
  constructor(elements: readonly HTMLElement[]) {
    const paragraphs: Paragraph[] = [];
    let text = "";
    let count = 0; // code points so far
    for (const element of elements) {
      const start = Number(element.dataset["start"]);
      if (paragraphs.length === 0) count = start;
      text += "\n".repeat(start - count);
      const own = element.textContent ?? "";
      paragraphs.push({ number: paragraphs.length + 1, element, text: own, at: text.length });
      text += own;
      count = start + codePoints(own);
    }
    this.paragraphs = paragraphs;
    this.text = text;
    this.start = Number(elements[0]?.dataset["start"] ?? 0);
  }

  /** offset is a place as the server counts it. */
  offset(place: number): number {
    return this.start + codePoints(this.text.slice(0, place));
  }

  /** holding is the paragraph of a place; a place between two belongs to the earlier one. */
  holding(place: number): Paragraph | undefined {
    return this.paragraphs.findLast((p) => p.at <= place);
  }

  /** taken is what a selection holds of the text, whole letters without white space around them; undefined: nothing. */
  taken(selection: Range): Span | undefined {
    let from = -1;
    let to = -1;
    for (const p of this.paragraphs) {
      const begin = placeIn(p, selection.startContainer, selection.startOffset);
      const end = placeIn(p, selection.endContainer, selection.endOffset);
      if (begin >= end) continue;
      if (from < 0) from = p.at + begin;
      to = p.at + end;
    }
    return from < 0 ? undefined : this.trim({ from: this.border(from, "from"), to: this.border(to, "to") });
  }

  /** ranges are the pieces of the page where a span is shown, one for each paragraph. */
  ranges(span: Span): Range[] {
    const out: Range[] = [];
    for (const p of this.paragraphs) {
      const from = Math.max(span.from - p.at, 0);
      const to = Math.min(span.to - p.at, p.text.length);
      if (from < to) out.push(rangeIn(p.element, from, to));
    }
    return out;
  }

  /** move is where the keyboard goes: to the unit at that end of what is taken, and from there to the next one. */
  move(taken: Span, unit: Unit, forward: boolean): Span {
    const inside = (u: Span): boolean => u.from < taken.to && u.to > taken.from;
    const edge = forward ? this.last(unit, taken.to, inside) : this.first(unit, taken.from, inside);
    if (edge && (edge.from !== taken.from || edge.to !== taken.to)) return edge;
    const next = forward ? this.first(unit, taken.to, (u) => u.from >= taken.to) : this.last(unit, taken.from, (u) => u.to <= taken.from);
    return next ?? taken;
  }

  /** extend takes one unit more or less. The word that the keyboard began with, anchor, always stays. */
  extend(taken: Span, anchor: Span, unit: Unit, forward: boolean): Span {
    if (forward) {
      const less = this.first(unit, taken.from, (u) => u.from > taken.from && u.from <= anchor.from);
      if (less) return { from: less.from, to: taken.to };
      const more = this.first(unit, taken.to, (u) => u.to > taken.to);
      return this.trim({ from: taken.from, to: more?.to ?? this.text.length }) ?? taken;
    }
    const less = taken.from < anchor.from ? undefined : this.last(unit, taken.to, (u) => u.to < taken.to && u.to >= anchor.to);
    if (less) return { from: taken.from, to: less.to };
    const more = this.last(unit, taken.from, (u) => u.from < taken.from);
    return this.trim({ from: more?.from ?? 0, to: taken.to }) ?? taken;
  }

  /** firstWord is the first word of a span, as far as it lies in it, or else the span itself. */
  firstWord(span: Span): Span {
    const word = this.first("word", span.from, (u) => u.to > span.from);
    return word && word.from < span.to ? { from: Math.max(word.from, span.from), to: Math.min(word.to, span.to) } : span;
  }

  // border moves a place that lies within a letter to the letter's beginning or end.
  private border(place: number, side: "from" | "to"): number {
    const p = this.holding(place);
    if (!p) return place;
    const inner = place - p.at;
    const cut = letters(p.text, p.element.lang).find((l) => l.from < inner && l.to > inner);
    return cut ? p.at + cut[side] : place;
  }

  private trim({ from, to }: Span): Span | undefined {
    while (from < to && /\s/u.test(this.text.charAt(from))) from++;
    while (to > from && /\s/u.test(this.text.charAt(to - 1))) to--;
    return from < to ? { from, to } : undefined;
  }

  // first and last look for a unit from a place on, and from a place back.

  private first(unit: Unit, place: number, fits: (u: Span) => boolean): Span | undefined {
    for (const p of this.paragraphs) {
      const found = p.at + p.text.length < place ? undefined : this.unitsOf(p, unit).find(fits);
      if (found) return found;
    }
    return undefined;
  }

  private last(unit: Unit, place: number, fits: (u: Span) => boolean): Span | undefined {
    for (const p of [...this.paragraphs].reverse()) {
      const found = p.at > place ? undefined : this.unitsOf(p, unit).findLast(fits);
      if (found) return found;
    }
    return undefined;
  }

  private unitsOf(p: Paragraph, unit: Unit): readonly Span[] {
    const key = `${unit} ${p.number}`;
    const known = this.units.get(key);
    if (known) return known;
    const out: Span[] = [];
    for (const u of unit === "word" ? words(p.text, p.element.lang) : sentences(p.text, p.element.lang)) {
      const trimmed = this.trim({ from: p.at + u.from, to: p.at + u.to });
      if (trimmed) out.push(trimmed);
    }
    this.units.set(key, out);
    return out;
  }
}

// placeIn is a place of the page as a place in the paragraph: its beginning for all before it, its end for all after.
function placeIn(p: Paragraph, node: Node, offset: number): number {
  const r = document.createRange();
  r.selectNodeContents(p.element);
  const side = r.comparePoint(node, offset);
  if (side < 0) return 0;
  if (side > 0) return p.text.length;
  r.setEnd(node, offset);
  return r.toString().length;
}

function rangeIn(element: HTMLElement, from: number, to: number): Range {
  const r = document.createRange();
  const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let at = 0;
  let begun = false;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (!begun && from < at + length) {
      r.setStart(node, from - at);
      begun = true;
    }
    if (to <= at + length) {
      r.setEnd(node, to - at);
      break;
    }
    at += length;
  }
  return r;
}

// Browsers without Intl.Segmenter, and languages that Intl does not know, get what spaces and marks can tell.

function segments(text: string, lang: string, granularity: "grapheme" | "word" | "sentence"): Intl.SegmentData[] | undefined {
  if (!("Segmenter" in Intl)) return undefined;
  let locale: string | undefined;
  try {
    locale = Intl.Segmenter.supportedLocalesOf(lang)[0];
  } catch {
    locale = undefined; // no proper language tag
  }
  return [...new Intl.Segmenter(locale, { granularity }).segment(text)];
}

function matches(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map((m) => ({ from: m.index, to: m.index + m[0].length }));
}

function spans(found: readonly Intl.SegmentData[]): Span[] {
  return found.map((s) => ({ from: s.index, to: s.index + s.segment.length }));
}

function letters(text: string, lang: string): Span[] {
  const found = segments(text, lang, "grapheme");
  return found ? spans(found) : matches(text, /\P{M}\p{M}*|\p{M}+/gu);
}

function words(text: string, lang: string): Span[] {
  const found = segments(text, lang, "word");
  return found ? spans(found.filter((s) => s.isWordLike)) : matches(text, /\S+/gu);
}

function sentences(text: string, lang: string): Span[] {
  const found = segments(text, lang, "sentence");
  return found ? spans(found) : matches(text, /[\s\S]+/gu);
}
