// What Stryker leaves as it is. Plain JavaScript because Stryker loads it.

/** These read AWS; what they find is proven by test/contract.test.ts and the units' own tests, in the embedded AWS. */
const reads = new Set(["find", "tags"]);
/** What a unit's page and a statement are called. */
const labels = new Set(["summary", "Sid"]);
const levels = new Set(["info", "warn", "error"]);

/** @param path a node, as Babel shows it */
function shouldIgnore(path) {
  const { node, parent } = path;
  if (node.type === "ObjectMethod" && reads.has(node.key.name)) return "reads AWS";
  if (node.type === "ArrowFunctionExpression" && parent.type === "ObjectProperty" && reads.has(parent.key.name)) return "reads AWS";
  if (parent?.type === "ObjectProperty" && parent.value === node && labels.has(parent.key.name)) return "a label";
  if (node.type === "CallExpression" && node.callee.type === "MemberExpression" && levels.has(node.callee.property.name) && isLog(node.callee.object))
    return "a line in the log";
  return undefined;
}
const isLog = (node) => (node.type === "MemberExpression" ? node.property.name : node.name) === "log";

export const strykerPlugins = [{ kind: "Ignore", name: "ours", value: { shouldIgnore } }];
