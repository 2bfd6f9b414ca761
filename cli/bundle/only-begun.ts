/**
 * What begins a flow needs to know that there is one, and how it is taken back: what carries it is the
 * function of its flows, with a bundle of its own. What a flow does, and all that is asked for it, is
 * left out of the other: a tenth of a bundle, and more where much is asked.
 */
import type { Plugin } from "rolldown";
import { parseAst } from "rolldown/parseAst";

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}
interface Property extends Node {
  readonly key?: { readonly name?: string };
}
interface Call extends Node {
  readonly callee: { readonly name?: string };
  readonly arguments: readonly (Node & { readonly properties?: readonly Property[] })[];
}

/** In place of what is not carried here. */
const instead: Readonly<Record<string, string>> = {
  reads: "reads: []",
  writes: "writes: []",
  carry:
    'carry() { throw new Error("left out of Nightshift\'s bundles: flows are carried by their own"); }',
};

/** Flows are declared at the top of a module. */
function flowsIn(code: string): Call[] {
  const { body } = parseAst(code, { lang: "ts" });
  const declared = body.flatMap((statement) => {
    const inner = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    return inner?.type === "VariableDeclaration" ? inner.declarations : [];
  });
  const calls = declared.map(({ init }) => init as unknown as Call | null);
  return calls.filter(
    (call): call is Call => call?.type === "CallExpression" && call.callee.name === "flow",
  );
}

/** @param code TypeScript of ours or of a project */
export function withoutCarrying(code: string): string {
  const parts = flowsIn(code)
    .flatMap((call) => call.arguments[0]?.properties ?? [])
    .filter(({ key }) => key?.name !== undefined && key.name in instead);
  return parts
    .toReversed()
    .reduce(
      (text, { key, start, end }) =>
        text.slice(0, start) + instead[key?.name ?? ""] + text.slice(end),
      code,
    );
}

export const onlyBegun: Plugin = {
  name: "only-begun",
  transform: {
    filter: { id: { exclude: /\/node_modules\// }, code: /= flow\(\{/ },
    handler: (code) => ({ code: withoutCarrying(code) }),
  },
};
