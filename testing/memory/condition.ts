/** DynamoDB's condition expressions, as far as the ledger writes them. */
export type Value = { readonly S?: string; readonly N?: string };
export type Attributes = Readonly<Record<string, Value | undefined>>;

export interface Expressed {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>;
}

type Test = (item: Attributes | undefined, by: Expressed) => boolean;
type Operand = (item: Attributes | undefined, by: Expressed) => Value | undefined;

const parsed = new Map<string, Test>();

/** Whether an expression holds for an item, or for there being none. */
export function holds(expression: string, by: Expressed, item: Attributes | undefined): boolean {
  const test = parsed.get(expression) ?? parse(expression);
  parsed.set(expression, test);
  return test(item, by);
}

function parse(expression: string): Test {
  const words = expression.match(/[()]|,|<=|>=|<>|[=<>]|[#:\w]+/g) ?? [];
  let at = 0;
  const next = () => words[at++] ?? "";
  const skip = (word: string) => {
    const found = next();
    if (found !== word) throw new Error(`"${word}" expected, not "${found}", in ${expression}`);
  };

  function or(): Test {
    const some = [and()];
    for (; words[at] === "OR"; some.push(and())) at += 1;
    return (item, by) => some.some((test) => test(item, by));
  }
  function and(): Test {
    const all = [one()];
    for (; words[at] === "AND"; all.push(one())) at += 1;
    return (item, by) => all.every((test) => test(item, by));
  }
  function operand(): Operand {
    const word = next();
    return (
      item,
      { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} },
    ) => (word.startsWith(":") ? values[word] : item?.[names[word] ?? word]);
  }
  function one(): Test {
    const word = words[at];
    if (word === "(") {
      at += 1;
      const inner = or();
      skip(")");
      return inner;
    }
    if (words[at + 1] === "(") {
      at += 2;
      const given = operand();
      if (word === "begins_with") {
        skip(",");
        const prefix = operand();
        skip(")");
        return (item, by) => given(item, by)?.S?.startsWith(prefix(item, by)?.S ?? "\0") ?? false;
      }
      skip(")");
      if (word === "attribute_exists") return (item, by) => given(item, by) !== undefined;
      if (word === "attribute_not_exists") return (item, by) => given(item, by) === undefined;
      throw new Error(`${word} is not known, in ${expression}`);
    }
    const left = operand();
    const sign = next();
    const right = operand();
    return (item, by) => compare(left(item, by), sign, right(item, by));
  }

  const test = or();
  if (at < words.length)
    throw new Error(`${words.slice(at).join(" ")} is left over, in ${expression}`);
  return test;
}

function compare(a: Value | undefined, sign: string, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return sign === "<>";
  if ("S" in a !== "S" in b) return sign === "<>";
  const [left, right] = a.S === undefined ? [Number(a.N), Number(b.N)] : [a.S, b.S ?? ""];
  switch (sign) {
    case "=":
      return left === right;
    case "<>":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      throw new Error(`${sign} is no comparison`);
  }
}
