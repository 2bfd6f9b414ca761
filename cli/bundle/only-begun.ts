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

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value;

/** What is declared by a function of that name, in the order of the code. */
function declaredBy(name: string, node: Node): Call[] {
  const call = node as Call;
  if (node.type === "CallExpression" && call.callee.name === name) return [call];
  return Object.values(node)
    .flat()
    .filter(isNode)
    .flatMap((inner) => declaredBy(name, inner));
}

/**
 * @param code TypeScript of ours or of a project
 * @param name of what declares, like `flow`
 * @param others in place of its properties, by their names
 */
export function propertiesInstead(
  code: string,
  name: string,
  others: Readonly<Record<string, string>>,
): string {
  const parts = declaredBy(name, parseAst(code, { lang: "ts" }) as unknown as Node)
    .flatMap((call) => call.arguments[0]?.properties ?? [])
    .filter(({ key }) => key?.name !== undefined && Object.hasOwn(others, key.name));
  return parts
    .toReversed()
    .reduce(
      (text, { key, start, end }) =>
        text.slice(0, start) + others[key?.name ?? ""] + text.slice(end),
      code,
    );
}

/** @param code TypeScript of ours or of a project */
export const withoutCarrying = (code: string): string => propertiesInstead(code, "flow", instead);

export const onlyBegun: Plugin = {
  name: "only-begun",
  transform: {
    filter: { id: { exclude: /\/node_modules\// }, code: /= flow\(\{/ },
    handler: (code) => ({ code: withoutCarrying(code) }),
  },
};
