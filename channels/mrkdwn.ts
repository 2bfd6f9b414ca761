/** Text for Slack, whether by its app or an incoming webhook: what others wrote does nothing there. */
import { cut, plain, unlinked } from "../sdk/plain.ts";

/** Of a section, in characters. */
const longestText = 3000;

/** What Slack reads as markup is shown as it is written. */
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string): string => text.replace(/[&<>]/g, (one) => entities[one] ?? one);
/** Never cuts an entity in two. */
export function cutEscaped(text: string, max: number): string {
  const whole = escaped(text);
  if (whole.length <= max) return whole;
  let kept = escaped(cut(text, max));
  for (
    let at = Math.min(text.length, max);
    kept.length > max;
    at = Math.max(1, at - Math.max(1, Math.ceil((kept.length - max) / 5)))
  )
    kept = escaped(cut(text, at));
  return kept;
}

/**
 * No group of people is called by what somebody wrote: not in text that notifications show either.
 */
const uncalled = (text: string): string =>
  text.replace(/@(?=\s*(?:channel|here|everyone|group)\b)/gi, "＠");
/** What would be bold, struck out or code is shown as characters that look like it. */
const unstyled = (text: string): string =>
  text.replaceAll("*", "∗").replaceAll("~", "∼").replaceAll("`", "ˋ");

/** Whatever it holds, it is shown and does nothing. */
export const harmless = (text: string, max: number): string =>
  uncalled(unlinked(plain(cut(text, max))));

/** Words that others may have written, in one line: no markup, no link, no call of a group. */
export const harmlessText = (text: string, max: number = longestText): string =>
  cutEscaped(unstyled(harmless(text, max)), max);
/** An id as code, to be copied: nothing in it is changed but what would end the code. */
export const code = (text: string, max = 300): string =>
  `\`${cutEscaped(harmless(text, max).replaceAll("`", "ˋ") || " ", max)}\``;
/** Several lines of ours, as they are: bars of a chart, commands. */
export const preformatted = (text: string, max: number = longestText): string =>
  `\`\`\`${
    cutEscaped(
      text
        .split("\n")
        .map((line) => harmless(line, max))
        .join("\n")
        .replaceAll("`", "ˋ"),
      max - 6,
    ) || " "
  }\`\`\``;
