/**
 * Takes secrets out of what is not ours before it is stored, told or logged, and cuts it to a size
 * (rule: redact-and-cut).
 */
import { cut } from "./plain.ts";
import { isKeyField, isValueField, mayBeShown, naming } from "./secrets/names.ts";
import { redacted, withSecretsHidden } from "./secrets/text.ts";

export { redacted };

/** Longer than this no text is looked through. */
const longest = 20_000;
/** So often JSON is looked for within JSON. */
const deepest = 5;
/** JSON that is nested deeper than this is cut there. */
const mostNested = 50;

/**
 * A text without what gives itself away as a secret: tokens, passwords after their name, private
 * keys, long random strings; in JSON, by the names of its fields. Ids of access keys are none. The
 * time goes by the length of the text.
 */
export function redactText(text: string): string {
  const read = cut(text, longest);
  return jsonWithout(read, 0) ?? withSecretsHidden(read);
}

/**
 * At most so much of a text, without secrets. Only that much is looked through, and a little more,
 * so that a secret that the cut would go through is still known as one.
 */
export const redactedTo = (text: string, most: number): string =>
  cut(redactText(cut(text, most + margin)), most);
const margin = 600;

/** What JSON holds, where a text is JSON; nothing where it is not. */
function parsed(text: string): { readonly value: unknown } | undefined {
  const begins = /^\s{0,20}["[{]/.test(text);
  if (!begins) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/**
 * JSON as it stands where there is no secret in it. So a number that has more digits than
 * JavaScript keeps stays as it is.
 */
function jsonWithout(text: string, level: number): string | undefined {
  if (level >= deepest) return undefined;
  const json = parsed(text);
  if (!json) return undefined;
  const before = JSON.stringify(json.value);
  const after = JSON.stringify(walked(json.value, { level: level + 1, nested: 0 }));
  return before === after ? text : after;
}

interface Depth {
  /** Of JSON within JSON. */
  readonly level: number;
  /** Of objects and lists within this one. */
  readonly nested: number;
}

/** Values of JSON, of whatever size a text of bounded length can hold. */
function walked(value: unknown, { level, nested }: Depth): unknown {
  if (typeof value === "string") return jsonWithout(value, level) ?? withSecretsHidden(value);
  if (typeof value !== "object" || value === null) return value;
  if (nested >= mostNested) return tooDeep;
  const below = { level, nested: nested + 1 };
  if (Array.isArray(value))
    return items(value).map((item) => (item.hidden ? redacted : walked(item.value, below)));
  const hidden = hiddenIn(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      withSecretsHidden(name),
      hidden(name, field) ? redacted : walked(field, below),
    ]),
  );
}
const tooDeep = "[cut: too deep]";

export interface RedactLimits {
  /** Characters of one text. */
  readonly text: number;
  /** Fields of one object, items of one list. */
  readonly fields: number;
  readonly depth: number;
  /** Characters altogether, names included. */
  readonly total: number;
}
/**
 * A quarter of a DynamoDB item (400 KB), so that it fits even where every character takes four
 * bytes.
 */
const defaults: RedactLimits = { text: 4_000, fields: 200, depth: 16, total: 100_000 };

/**
 * The same value as plain JSON, without secrets and cut: by the names of its fields, and by what
 * its texts look like. What is left out says so in its place.
 */
export function redact(value: unknown, limits: Partial<RedactLimits> = {}): unknown {
  const { text, fields, depth, total } = { ...defaults, ...limits };
  let left = total;
  const spend = (part: string): string => {
    left -= part.length;
    return part;
  };

  function walk(given: unknown, level: number): unknown {
    if (typeof given === "string")
      return spend(redactedTo(given, Math.max(1, Math.min(text, left))));
    left -= 8;
    if (given === null || given === undefined) return null;
    if (typeof given === "number") return Number.isFinite(given) ? given : String(given);
    if (typeof given === "boolean") return given;
    if (given instanceof Date)
      return Number.isNaN(given.getTime()) ? "Invalid Date" : given.toISOString();
    if (given instanceof Uint8Array) return `[${given.length} bytes]`;
    if (typeof given !== "object") return spend(cut(String(given), text));
    if (level >= depth) return spend(tooDeep);
    if (given instanceof Error) return members(fieldsOfError(given), level);
    return Array.isArray(given) ? listed(given, level) : members(given, level);
  }

  function listed(given: readonly unknown[], level: number): unknown[] {
    const kept: unknown[] = [];
    for (const item of items(given.slice(0, fields))) {
      if (left <= 0) break;
      kept.push(item.hidden ? spend(redacted) : walk(item.value, level + 1));
    }
    return kept.length < given.length
      ? [...kept, `[cut: ${given.length - kept.length} more]`]
      : kept;
  }

  function members(given: object, level: number): object {
    const all = Object.entries(given);
    const hidden = hiddenIn(given);
    const kept: [string, unknown][] = [];
    for (const [name, field] of all.slice(0, fields)) {
      if (left <= 0) break;
      kept.push([
        spend(redactedTo(name, 200)),
        hidden(name, field) ? redacted : walk(field, level + 1),
      ]);
    }
    if (kept.length < all.length) kept.push(["[cut]", `${all.length - kept.length} more`]);
    return Object.fromEntries(kept);
  }
  return walk(value, 0);
}

/** What an error says beside what JSON would keep of it. */
function fieldsOfError(error: Error): object {
  const { name, message, stack, cause } = error;
  const errors = error instanceof AggregateError ? { errors: error.errors as unknown } : {};
  const said = { name, message, ...(stack !== undefined && { stack }) };
  return { ...error, ...said, ...(cause !== undefined && { cause }), ...errors };
}

/** An item of a list, and whether what stands before it names it as a secret. */
interface Item {
  readonly value: unknown;
  readonly hidden: boolean;
}

const isSecret = (name: unknown): boolean =>
  typeof name === "string" && name.length < 200 && naming(name) === "secret";
const isFlag = (item: unknown): boolean =>
  typeof item === "string" &&
  /^--?[A-Za-z][\w.-]*$/.test(item) &&
  (item === "-p" || isSecret(item));

/** `["DB_PASSWORD", "…"]`, and the words of a command: `["--password", "…"]`. */
function items(list: readonly unknown[]): Item[] {
  const pair = list.length === 2 && isSecret(list[0]);
  return list.map((value, at) => {
    const before = list[at - 1];
    const named = (pair && at === 1) || isFlag(before) || isHeaderName(before);
    return { value, hidden: named && !isShown("secret", "", value) };
  });
}
const isHeaderName = (item: unknown): boolean =>
  typeof item === "string" && /^(?:proxy-)?(?:authorization|set-cookie|cookie)$/i.test(item);

const secretTypes = /^(?:SecureString|secret_text|SECRETS_MANAGER_VALUE)$/;

/** Of an object, which fields hold a secret: by their own name, or by the one that a pair gives. */
function hiddenIn(given: object): (name: string, field: unknown) => boolean {
  const entries = Object.entries(given);
  const few = entries.length <= mostOfPair;
  const pair =
    few &&
    entries.some(
      ([name, field]) =>
        (isKeyField(name) && isSecret(field)) ||
        (name.toLowerCase() === "type" && typeof field === "string" && secretTypes.test(field)),
    );
  const kubernetes = few && entries.some(([name, field]) => name === "kind" && field === "Secret");
  return (name, field) => {
    if (pair && isValueField(name) && !isShown("secret", "", field)) return true;
    if (kubernetes && /^(?:data|stringData)$/.test(name)) return true;
    const named = naming(name);
    return named !== "other" && !isShown(named, name, field);
  };
}
/** What has more fields names no pair. */
const mostOfPair = 40;

function isShown(named: "secret" | "id", name: string, field: unknown): boolean {
  if (field === null || field === undefined || typeof field === "boolean") return true;
  if (typeof field === "number") return named === "id" || mayBeShown(named, name, String(field));
  if (typeof field === "string") return mayBeShown(named, name, field);
  return named === "id";
}
