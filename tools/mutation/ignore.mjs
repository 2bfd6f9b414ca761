// What Stryker leaves as it is. Plain JavaScript because Stryker loads it.

/** What a unit's page and a statement are called. */
const labels = new Set(["summary", "Sid"]);
/**
 * What a unit says of itself, in words or for the manifest: docs/units, test/power and
 * test/contract.test.ts hold it to that.
 */
const declared = new Set(["id", "scope", "reads", "writes", "undoes", "lost"]);
const declaring = new Set(["sweep", "describe"]);
const isLiteral = ({ type }) => type === "StringLiteral" || type === "ArrayExpression";
const nameOf = ({ type, name, property }) => (type === "MemberExpression" ? property.name : name);
const levels = new Set(["info", "warn", "error"]);
const isLog = (node) => nameOf(node) === "log";

/** @param path a node, as Babel shows it */
function shouldIgnore({ node, parent }) {
  // A plan is pure; what is asynchronous in a unit reads AWS, and is proven in the embedded one
  // (test/contract.test.ts).
  if (process.env.MUTATION_PLANS) {
    if (node.async) return "reads AWS";
    if (
      parent?.type === "ObjectProperty" &&
      parent.value === node &&
      declared.has(parent.key.name) &&
      isLiteral(node)
    )
      return "declared";
    if (node.type === "CallExpression" && declaring.has(nameOf(node.callee))) return "declared";
    if (
      node.type === "ArrayExpression" &&
      node.elements.length &&
      node.elements.every((one) => one.type === "CallExpression" && nameOf(one.callee) === "sweep")
    )
      return "declared";
  }
  if (parent?.type === "ObjectProperty" && parent.value === node && labels.has(parent.key.name))
    return "a label";
  if (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    levels.has(node.callee.property.name) &&
    isLog(node.callee.object)
  )
    return "a line in the log";
  return undefined;
}

export const strykerPlugins = [{ kind: "Ignore", name: "ours", value: { shouldIgnore } }];
