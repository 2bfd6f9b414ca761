/** Makes a list of a client's errors, while a bundle is made. */
import { packageFile } from "../../io/paths.ts";
import { listedError } from "./errors.ts";

const errors = JSON.stringify(packageFile("cli/bundle/client/errors.ts"));

/** An error with nothing but a message, and how it is registered. */
const plainError =
  /export var (\w+)\$ = \[-3, n0, \w+,\s*\{([^}]*)\},\s*\[(_m|_M)\],\s*\[0\](?:, 1)?\s*\];\s*n0_registry\.registerError\(\1\$, \1\);/g;

/** The errors that have nothing but a message are a list. */
export function withListedErrors(code: string, kept: ReadonlySet<string>): string {
  const Base = /_s_registry\.registerError\(\w+\$, (\w+)\);/.exec(code)?.[1];
  const listed: string[] = [];
  const rest = code.replace(plainError, (text, name: string, traits: string, message: string) => {
    const coded = /\[_aQE\]: \[`([\w.]+)`/.exec(traits)?.[1] ?? name;
    const fault = /\[_e\]: (_c|_se)\b/.exec(traits)?.[1];
    if (!Base || !fault || kept.has(name)) return text;
    const marks = `${fault === "_se" ? "!" : ""}${message === "_M" ? "^" : ""}`;
    listed.push(listedError(name, coded, marks));
    return "";
  });
  if (!listed.length) return code;
  const place = `{ registry: n0_registry, namespace: n0, Base: ${Base} }`;
  return [
    `import { registerErrors } from ${errors};`,
    rest,
    `registerErrors(${place}, ${JSON.stringify(listed.join(" "))});`,
  ].join("\n");
}
