/** What a failed assertion says, in words for whoever writes a unit. */

/** More of an assertion says nothing more. */
const longest = 2000;

const sentence =
  /^(?:(?<remedy>.*?): )?expected (?<found>.+?) (?<verb>(?:not )?to [a-z ]+?)(?: (?<wanted>[^a-z ].*|(?:true|false|null|undefined)\b.*|an? .*))?$/s;

/** `[ 'days', 'top' ]`: the members, where it is a list that should have been empty. */
function members(found: string): string | undefined {
  const [, inside] = /^\[ (.+) \]$/s.exec(found) ?? [];
  return inside?.replace(/(['"`])((?:(?!\1).)*)\1/g, "$2");
}

/** `Map{ …(35) }`: says nothing of what is in it. */
const abridged = /…\(\d+\)/;

const plainVerb = (verb: string): string =>
  verb.replace(/\b(deeply|strictly) equal\b|\bequal\b/, "be");

/**
 * @param line the first of a failure: `AssertionError: write a test: expected false to be true`
 * @returns the remedy that stands before the assertion, with what was found too much; where there
 * is none, what is there and what should be; nothing where the assertion says nothing
 */
export function plainRemedy(line: string): string {
  const text = line
    .slice(0, longest)
    .replace(/^(?:[A-Z]\w*)?Error: /, "")
    .replace(/ \/\/ Object\.is equality$/, "");
  const { remedy, found = "", verb = "", wanted = "" } = sentence.exec(text)?.groups ?? {};
  if (!verb) return text;
  const listed = wanted === "[]" ? members(found) : undefined;
  if (remedy) return listed ? `${remedy}: ${listed}` : remedy;
  if (listed) return listed;
  if (abridged.test(found) || found === wanted) return "";
  return `it is ${found}, and ought ${plainVerb(verb)}${wanted && ` ${wanted}`}`;
}
