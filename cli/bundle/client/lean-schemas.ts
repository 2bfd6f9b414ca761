/**
 * The schemas of a client, shorter: members' names as one text, in place of a constant for each, and
 * without what the small client finds by itself: the names of shapes, which nothing reads, and in
 * EC2's, how members are called in XML and in queries where that follows from their own names. The
 * schemas of a description of instances were a tenth of a bundle.
 * Source: Smithy's "AWS EC2 query protocol", on `ec2QueryName` and `xmlName`.
 */

/** Of a protocol in which a shape's own name is never sent: an operation's is, and an error's. */
const nameOfShape = /(= \[[0-4], )n\d+, _\w+(?=,)/g;

/** A struct up to its members' names, those, and what comes before the members themselves. */
const structure = /(= \[3, (?:n\d+|0), [\w"]+,\s+(?:0|\{[^{}]*\}),\s+)\[([^[\]]*)\](,\s+\[)/g;
/** How one member is: its kind, and its traits where it has some. */
const member =
  /(\s*)(?:(\d+(?: \| \d+)?|\(\) => [\w$]+)|\[(\d+(?: \| \d+)?|\(\) => [\w$]+), (\{[^{}]*\}|\d+)\])(?=,|\])/y;
const trait = /\[(_\w+)\]:\s*(`[^`]*`|_\w+|\d+)/g;

const capital = (name: string): string => name.replace(/^./, (letter) => letter.toUpperCase());
/** As EC2 calls a member in XML whose name it does not set. */
export const xmlNameOf = (name: string): string =>
  name.replace(/^./, (letter) => letter.toLowerCase());

type Constants = ReadonlyMap<string, string>;

/** What of a member's traits does not follow from its name. */
function leanTraits(traits: string, name: string, constants: Constants): string {
  const named = new Map(
    [...traits.matchAll(trait)].map(([, key = "", value = ""]) => [key, value]),
  );
  const textOf = (key: string): string | undefined => {
    const value = named.get(key);
    return value?.startsWith("`") ? value.slice(1, -1) : constants.get(value ?? "");
  };
  const [inQuery, inXml] = [textOf("_eQN"), textOf("_xN")];
  if (inXml !== undefined && inQuery === capital(inXml)) named.delete("_eQN");
  if (inXml === xmlNameOf(name)) named.delete("_xN");
  const left = [...named].map(([key, value]) => `[${key}]: ${value}`);
  return left.length ? `{ ${left.join(", ")} }` : "";
}

/** A struct's members from `from` on, as far as they are understood. */
function leanMembers(code: string, from: number, names: readonly string[], constants: Constants) {
  const members: string[] = [];
  let at = from;
  for (const name of names) {
    member.lastIndex = at;
    const [whole, space = "", plain, kind = "", traits = ""] = member.exec(code) ?? [];
    if (whole === undefined) break;
    const left = traits.startsWith("{") ? leanTraits(traits, name, constants) : traits;
    members.push(space + (plain ?? (left ? `[${kind}, ${left}]` : kind)));
    at += whole.length + 1;
  }
  return { members, end: at - 1 };
}

const constantsOf = (code: string): Constants =>
  new Map(
    [...code.matchAll(/^const (_\w+) = "([^"]*)";$/gm)].map(([, key = "", value = ""]) => [
      key,
      value,
    ]),
  );

/** Members' names as they are listed; nothing where one of them is no constant. */
function namesIn(listed: string, constants: Constants): readonly string[] | undefined {
  const names = listed.split(/,\s*/).map((key) => constants.get(key));
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** @param code a client's module of schemas that speaks EC2's Query */
function withoutDerivedNames(code: string, constants: Constants): string {
  const parts: string[] = [];
  let done = 0;
  for (const found of code.matchAll(structure)) {
    const names = namesIn(found[2] ?? "", constants);
    const from = found.index + found[0].length;
    const { members, end } = leanMembers(code, from, names ?? [], constants);
    // Written in a form that is not known here: it stays as it is.
    if (members.length !== names?.length || code[end] !== "]") continue;
    parts.push(code.slice(done, from), members.join(","));
    done = end;
  }
  return [...parts, code.slice(done)].join("");
}

/** Without effect, so that the schemas that nobody uses are left out. */
const withNamesAsText = (code: string, constants: Constants): string =>
  code.replace(structure, (whole, head: string, listed: string, tail: string) => {
    const names = namesIn(listed, constants);
    if (!names) return whole;
    return `${head}/* @__PURE__ */ ${JSON.stringify(names.join(" "))}.split(" ")${tail}`;
  });

/**
 * @param code a client's module of schemas
 * @param config its `runtimeConfig.shared.js`, which says what protocol it speaks
 */
export function leanSchemas(code: string, config: string): string {
  const constants = constantsOf(code);
  // In REST with XML the element around all is called like the shape.
  const unnamed = config.includes("AwsRestXmlProtocol")
    ? code
    : code.replace(nameOfShape, '$10, ""');
  const derived = config.includes("AwsEc2QueryProtocol")
    ? withoutDerivedNames(unnamed, constants)
    : unnamed;
  return withNamesAsText(derived, constants);
}
