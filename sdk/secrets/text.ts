/** A text without the secrets in it: by their names, by their looks, by where they stand. */
import { namedSecrets } from "./named.ts";
import { addressed, armoured, authorised, commanded, withoutTokens } from "./tokens.ts";
import type { Stretch } from "./values.ts";

/** What is put in the place of a secret. */
export const redacted = "[redacted]";

/** With a mark for each span; those that overlap have one. */
function withoutSpans(text: string, spans: readonly Stretch[]): string {
  if (spans.length === 0) return text;
  const kept: string[] = [];
  let at = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start >= at) kept.push(text.slice(at, start), redacted);
    at = Math.max(at, end);
  }
  return [...kept, text.slice(at)].join("");
}

/** @param text of a bounded length: the time that it takes goes by that */
export function withSecretsHidden(text: string): string {
  const standing = withoutSpans(text, [
    ...armoured(text),
    ...addressed(text),
    ...commanded(text),
    ...namedSecrets(text),
    ...authorised(text),
  ]);
  return withoutTokens(standing, redacted);
}
