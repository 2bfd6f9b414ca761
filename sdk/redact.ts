/**
 * Takes secrets out of what is not ours before it is stored, told or logged, and cuts it to a size
 * (rule: redact-and-cut).
 */
import { cut } from "./plain.ts";

export const redacted = "[redacted]";

const secretKey =
  /secret|token|passw|passphrase|pwd|authori[sz]ation$|credential|private.?key|api.?key|cookie|signature|connection.?string/i;

/**
 * What gives itself away inside a text, each with what is put in its place. Each is linear in the
 * text's length.
 */
const secretText: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g, redacted],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, redacted],
  [/\b(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b/g, `$1${redacted}`],
  [/\b(gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk_live_|rk_live_)[\w-]{10,}/g, `$1${redacted}`],
  [/:\/\/[^\s/:@]{1,200}:[^\s/@]{1,200}@/g, `://${redacted}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${redacted}`],
  [
    /((?:secret|token|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|private[_-]?key|authorization|credential)s?(?:[_-]?(?:id|key|value|code|string))?[\\"']{0,4}\s{0,4}[=:]\s{0,4}[\\"']{0,4})[^\s\\"',;&}\]]+/gi,
    `$1${redacted}`,
  ],
  [
    /([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|signature)=)[^&\s]+/gi,
    `$1${redacted}`,
  ],
];

/**
 * Looks drawn by lot: upper and lower case, digits, and few words, unlike names in camel case with
 * their hashes, paths, ARNs, UUIDs and hexadecimal digests.
 */
function random(text: string): boolean {
  const parts = text.split(/[/_-]/).filter((part) => /[A-Z+=]/.test(part));
  const rest = parts
    .map((part) => part.replace(/[A-Z][a-z]{2,}/g, "").replace(/^[0-9A-F]{8}$/, ""))
    .join("");
  return rest.length >= 16 && /[a-z]/.test(rest) && /[A-Z]/.test(rest) && /[\d+=]/.test(rest);
}

/** Longer than this no text is looked through. */
const longest = 20_000;

/**
 * A text without what gives itself away as a secret: access keys, tokens, passwords after their
 * name, long random strings.
 */
export function redactText(text: string): string {
  const known = secretText.reduce(
    (rest, [pattern, instead]) => rest.replace(pattern, instead),
    cut(text, longest),
  );
  return known.replace(/[A-Za-z0-9+/=_-]{40,}/g, (run) =>
    random(run) || /[A-Za-z0-9+/=]{200,}/.test(run) ? redacted : run,
  );
}

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
      return spend(cut(redactText(given), Math.max(1, Math.min(text, left))));
    left -= 8;
    if (given === null || given === undefined) return null;
    if (typeof given === "number") return Number.isFinite(given) ? given : String(given);
    if (typeof given === "boolean") return given;
    if (given instanceof Date)
      return Number.isNaN(given.getTime()) ? "Invalid Date" : given.toISOString();
    if (given instanceof Uint8Array) return `[${given.length} bytes]`;
    if (typeof given !== "object") return spend(cut(String(given), text));
    if (level >= depth) return spend("[cut: too deep]");
    return Array.isArray(given) ? items(given, level) : members(given, level);
  }

  function items(given: readonly unknown[], level: number): unknown[] {
    const kept: unknown[] = [];
    while (kept.length < Math.min(given.length, fields) && left > 0)
      kept.push(walk(given[kept.length], level + 1));
    return kept.length < given.length
      ? [...kept, `[cut: ${given.length - kept.length} more]`]
      : kept;
  }

  function members(given: object, level: number): object {
    const all = Object.entries(given);
    const kept: [string, unknown][] = [];
    for (const [name, field] of all.slice(0, fields)) {
      if (left <= 0) break;
      kept.push([
        spend(cut(redactText(name), 200)),
        secret(name, field) ? redacted : walk(field, level + 1),
      ]);
    }
    if (kept.length < all.length) kept.push(["[cut]", `${all.length - kept.length} more`]);
    return Object.fromEntries(kept);
  }
  return walk(value, 0);
}

const harmless = (field: unknown): boolean =>
  field === null ||
  field === undefined ||
  typeof field === "boolean" ||
  field === "true" ||
  field === "false" ||
  field === "";
const secret = (name: string, field: unknown): boolean => secretKey.test(name) && !harmless(field);
