/**
 * Secrets in a text by the names that stand before them: `password=…`, `"token": "…"`, `--secret …`,
 * `Name=DB_PASSWORD,Value=…`, headers, XML. One pass over the words of the text, so that the time
 * goes by its length.
 */
import { isKeyField, isValueField, mayBeShown, naming } from "./names.ts";
import { matchAt, type Stretch, valueAt } from "./values.ts";

/** Without any of these nothing in a text is named as a secret. */
const anyName =
  /pass|pwd|secret|token|cred|cookie|sig|key|conn|auth|sess|bearer|mnemonic|phrase|hook|docker|data|jwt|otp|dsn|pw|salt|plaintext|pin/i;

/** Longer names are looked at by their ends. */
const word = /[\w.$-]+/g;

/** A value stands in the same line, or in quotes in the next. */
const assigned =
  /(?:\\{0,31}["'`]|\\{1,15}u002[27]|%22|%27|&quot;|&#3[49];|[\])]){0,3}[ \t]{0,8}(?:=>|:=|==|[=:]|%3[AaDd])(?:\s{0,16}(?=["'`])|[ \t]{0,8})/y;
const spaced = /\s{1,8}(?!-)/y;
const beforeQuote = /\s{1,3}(?=["'`])/y;
const isSaid = /\s{1,3}(?:is|was|are)\s{1,3}(?:now\s)?(?=["'`]|[^\s"'`]{0,40}\d)/y;
const element = />/y;

/** A text with what is known of the whole of it. */
interface Read {
  readonly text: string;
  /** A `.netrc`: names and values stand apart by spaces. */
  readonly netrc: boolean;
}

/** @returns where the value begins that a name is given there; `undefined` where it is given none */
function valueStart(
  { text, netrc }: Read,
  name: string,
  { start, end }: Stretch,
): number | undefined {
  const ways = [
    assigned,
    ...(name.startsWith("-") || netrc || text.slice(start - 4, start) === "ENV "
      ? [spaced]
      : [beforeQuote, isSaid]),
    ...(text[start - 1] === "<" ? [element] : []),
  ];
  for (const way of ways) {
    const between = matchAt(way, text, end);
    if (between !== undefined) return end + between.length;
  }
  return undefined;
}

const scheme = /(?:bearer|basic|token|digest|negotiate|apikey|hawk|hoba|scram-\S{1,20})\s{1,4}/iy;
const restOfLine = /[^\r\n"'<>]+/y;

/** What a header holds: all that follows a scheme, all cookies; of a phrase all its words. */
function headerValues(text: string, name: string, first: Stretch): Stretch[] {
  if (/(?:cookie|phrase|mnemonic)$/i.test(name)) {
    const line = matchAt(restOfLine, text, first.start);
    return [{ start: first.start, end: first.start + (line?.length ?? 0) }];
  }
  const known = matchAt(scheme, text, first.start);
  if (known === undefined) return [first];
  const start = first.start + known.length;
  if (start >= first.end) return [first, valueAt(text, start)];
  return [first];
}

const isHeader = (name: string): boolean => /(?:authorization|cookie|phrase|mnemonic)$/i.test(name);

/** How far a pair's value may stand from its name. */
const farthest = 160;

interface Found {
  readonly spans: Stretch[];
  /** Where the name of a secret ended that stands as a value itself. */
  named: number;
  /** What a pair holds whose name may follow. */
  held: Stretch | undefined;
  /** The last field that names a pair. */
  keyed: number;
}

/** `arn:aws:secretsmanager:…:secret:prod/db`: the kind of a resource. */
const isOfArn = (text: string, { start, end }: Stretch): boolean =>
  text[start - 1] === ":" && text[end] === ":" && text.slice(start, end) === "secret";

/** @returns from where on to read */
function readWord(read: Read, at: Stretch, found: Found): number {
  const { text } = read;
  const name = text.slice(Math.max(at.start, at.end - 200), at.end);
  const named = isOfArn(text, at) ? "other" : naming(name);
  if (named === "other") return readField(read, name, at, found);
  const begin = valueStart(read, name, at);
  if (begin === undefined) {
    if (named === "secret") nameFound(at, found);
    return at.end;
  }
  const value = valueAt(text, begin);
  const values = isHeader(name) ? headerValues(text, name, value) : [value];
  for (const { start, end } of values)
    if (end > start && !mayBeShown(named, name, text.slice(start, end)))
      found.spans.push({ start, end });
  return Math.max(at.end, ...values.map(({ end }) => end));
}

/** `Key=DB_PASSWORD`: what the pair holds stands before it or comes after it. */
function nameFound({ start, end }: Stretch, found: Found): void {
  const { held, keyed, spans } = found;
  if (keyed >= 0 && start - keyed <= 16 && held && start - held.end <= farthest) spans.push(held);
  found.held = undefined;
  found.named = end;
}

/** Not consumed, for it may hold names itself: so no more of it is looked at than a pair needs. */
function heldAt(text: string, begin: number): Stretch {
  const { start, end } = valueAt(text.slice(begin, begin + 2 * farthest), 0);
  return { start: begin + start, end: begin + end };
}

function readField(read: Read, name: string, at: Stretch, found: Found): number {
  if (isKeyField(name)) found.keyed = at.end;
  if (!isValueField(name)) return at.end;
  const begin = valueStart(read, name, at);
  if (begin === undefined) return at.end;
  if (found.named < 0 || at.start - found.named > farthest) {
    found.held = heldAt(read.text, begin);
    return at.end;
  }
  const value = valueAt(read.text, begin);
  if (value.end <= value.start) return at.end;
  found.named = -1;
  if (mayBeShown("secret", "", read.text.slice(value.start, value.end))) return at.end;
  found.spans.push(value);
  return value.end;
}

/** Where in a text secrets stand behind their names, in order. */
export function namedSecrets(text: string): Stretch[] {
  if (!anyName.test(text)) return [];
  const read = { text, netrc: /\bmachine\s/.test(text) && /\blogin\s/.test(text) };
  const found: Found = { spans: [], named: -1, held: undefined, keyed: -1 };
  let from = 0;
  for (;;) {
    word.lastIndex = from;
    const next = word.exec(text);
    if (!next) return found.spans;
    from = readWord(read, { start: next.index, end: next.index + next[0].length }, found);
  }
}
