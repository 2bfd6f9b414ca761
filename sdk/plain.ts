/** Text that others wrote, made safe to show: on a terminal, in a mail, in a log line. */
import { withoutDomains } from "./domains.ts";

// C0 and C1 controls, line separators, and what reorders or hides text: a tag must not forge a
// line, clear a screen or turn a name round.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return (
    named[character] ??
    (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`)
  );
};

/**
 * One line: control, reordering and invisible characters are shown as escapes, `\n`, `\x1b`,
 * `\u{202e}`.
 */
export const plain = (text: string): string => text.toWellFormed().replace(unsafe, escaped);

/**
 * JSON text means the same and obeys nobody: what a terminal might obey stands as `\\u001b` in it.
 */
export const plainJson = (json: string): string =>
  json.replace(unsafe, (character) =>
    character === "\n"
      ? character
      : [...Array(character.length).keys()]
          .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
          .join(""),
  );

/** At most `max` characters; what is cut ends in `…`. Never splits a character in two. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, Math.max(0, max - 1));
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}

/** No mail client, chat or terminal makes a link of it: not of addresses, nor of bare domains. */
export const unlinked = (text: string): string =>
  withoutDomains(text.replace(/:\/\//g, "[:]//").replace(/\b(www)\./gi, "$1[.]")).replace(
    /\b(mailto|javascript|data|tel):(?=\S)/gi,
    "$1[:]",
  );
