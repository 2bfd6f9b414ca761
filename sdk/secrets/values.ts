/** Where in a text something ends: the value that follows a name. Each character is looked at once. */

/** From where to where, the end not included. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** At a place of a text; `undefined` where the pattern, which must be sticky, does not match there. */
export function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Quotes as they are, escaped any number of times, in an address or in HTML. */
const opening = /\\{0,31}["'`]|\\{1,15}u002[27]|%22|%27|&quot;|&#3[49];/y;

/** The end of what a quote opens: at its like, escaped no deeper. */
function closedBy(quote: string, text: string, from: number): number {
  const mark = /u002[27]$/.test(quote) ? quote : quote.replace(/\\/g, "");
  const depth = quote.length - mark.length;
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    let escapes = 0;
    while (escapes <= depth && text[at - 1 - escapes] === "\\") escapes += 1;
    if (escapes <= depth) return Math.max(from, at - escapes);
  }
  return text.length;
}

/** What an unquoted value is made of, up to what may end it. */
const run = /[^\s"'`<>\\,;&)}\]|]+/y;
/** What may end a value and may belong to it: ends it where another field, or nothing, follows. */
const ender = /[,;&)}\]|](?=[\s"'`<>\\,;)}\]]|$|[\w.$-]{1,64}["']?\s?[=:])/y;

function unquoted(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    at += matchAt(run, text, at)?.length ?? 0;
    const next = text[at];
    if (next === undefined || !",;&)}]|".includes(next)) break;
    if (matchAt(ender, text, at) !== undefined) break;
    at += 1;
  }
  return at;
}

const bracket = /[[{]/y;
const blockScalar = /[|>][-+]?[ \t]{0,8}\n[^\n]*/y;

/** @returns where the value stands that begins there, without its quotes; empty where none does */
export function valueAt(text: string, at: number): Stretch {
  const quote = matchAt(opening, text, at);
  if (quote !== undefined) {
    const start = at + quote.length;
    return { start, end: closedBy(quote, text, start) };
  }
  const block = matchAt(blockScalar, text, at);
  if (block !== undefined) return { start: at, end: at + block.length };
  if (matchAt(bracket, text, at) !== undefined) {
    const end = text.indexOf(text[at] === "{" ? "}" : "]", at);
    return { start: at, end: end < 0 ? text.length : end };
  }
  return { start: at, end: unquoted(text, at) };
}
