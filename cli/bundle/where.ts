/** The line of a settings file that a wrong field is written on. */
import { readFileSync } from "node:fs";
import { parseAst } from "rolldown/parseAst";
import { SettingsError } from "../../settings/settings.ts";

/** As much of a syntax tree as is looked at (ESTree). */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

const wrappers = new Set([
  "TSSatisfiesExpression",
  "TSAsExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "ParenthesizedExpression",
]);
const nodes = (value: unknown): readonly Node[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
const nameOf = (key: Node): string => String(key.name ?? key.value);

/** What a name stands for, where it is declared at the top of the file. */
function declared(body: readonly Node[], name: string): Node | undefined {
  for (const statement of body) {
    const declaration =
      statement.type === "ExportNamedDeclaration"
        ? (statement.declaration as Node | null)
        : statement;
    for (const { id, init } of nodes(
      declaration?.type === "VariableDeclaration" && declaration.declarations,
    ))
      if ((id as Node).name === name) return (init as Node | null) ?? undefined;
  }
  return undefined;
}

/** Without what only types see, and with names followed to what they stand for. */
function plain(node: Node | undefined, body: readonly Node[], depth = 0): Node | undefined {
  if (!node || depth > 20) return undefined;
  if (wrappers.has(node.type)) return plain(node.expression as Node, body, depth + 1);
  if (node.type === "CallExpression" && (node.callee as Node).type === "Identifier")
    return plain(nodes(node.arguments)[0], body, depth + 1);
  return node.type === "Identifier"
    ? plain(declared(body, String(node.name)), body, depth + 1)
    : node;
}

/** The member of an object or list, and what it holds. */
function member(
  node: Node,
  step: string,
  body: readonly Node[],
  depth = 0,
): { readonly at: Node; readonly value: Node } | undefined {
  if (depth > 20) return undefined;
  if (node.type === "ArrayExpression") {
    const before = (node.elements as (Node | null)[]).slice(0, Number(step) + 1);
    const value = before.at(Number(step));
    // After a spread nobody knows which is which.
    return value && !before.some((one) => one?.type === "SpreadElement")
      ? { at: value, value }
      : undefined;
  }
  // The last that gives it holds.
  for (const property of nodes(node.type === "ObjectExpression" && node.properties).toReversed()) {
    if (property.type === "SpreadElement") {
      const spread = plain(property.argument as Node, body);
      const found = spread && member(spread, step, body, depth + 1);
      if (found) return found;
    } else if (!property.computed && nameOf(property.key as Node) === step)
      return { at: property, value: property.value as Node };
  }
  return undefined;
}

/**
 * Where a path of the default export is written, or as much of the path as is written.
 * @returns the number of the line, from 1; nothing where the file cannot be followed
 */
export function lineOf(
  source: string,
  path: readonly string[],
  file = "settings.ts",
): number | undefined {
  let body: readonly Node[];
  try {
    body = parseAst(source, { lang: file.endsWith("ts") ? "ts" : "js" }, file)
      .body as unknown as readonly Node[];
  } catch {
    return undefined;
  }
  let at: Node | undefined;
  let value = plain(
    body.find(({ type }) => type === "ExportDefaultDeclaration")?.declaration as Node | undefined,
    body,
  );
  for (const step of path) {
    const found = value && member(value, step, body);
    if (!found) break;
    at = found.at;
    value = plain(found.value, body);
  }
  return at && source.slice(0, at.start).split("\n").length;
}

/** `onCall.rotations.primary.people[1]: there is …`: the field that a line of a message names. */
function fieldOf(line: string): readonly string[] | undefined {
  const [, field] = /^((?:[\w-]+|\(root\))(?:\.[^\s.:[\]]+|\[\d+\])*): /.exec(line) ?? [];
  if (field === undefined) return undefined;
  const steps = field === "(root)" ? [] : field.split(/[.[\]]+/).filter(Boolean);
  const unknown = /: Unrecognized keys?: "([^"]+)"/.exec(line)?.[1];
  return unknown === undefined ? steps : [...steps, unknown];
}

/**
 * What `attempt` gives; where it refuses the settings, each field that it names gets the line that
 * it is written on.
 * @param file path of the settings file
 * @param name of it, for people
 * @throws {SettingsError}
 */
export async function withLines<T>(
  file: string,
  name: string,
  attempt: () => T | Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const source = readFileSync(file, "utf8");
    const located = error.message.split("\n").map((line) => {
      const field = fieldOf(line);
      const at = field && lineOf(source, field, file);
      return at === undefined ? line : `${name}:${at}: ${line}`;
    });
    throw new SettingsError(located.join("\n"), { cause: error });
  }
}
