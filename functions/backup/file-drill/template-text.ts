/**
 * What can be seen of a template without what YAML takes to read: CloudFormation took it, and gave it
 * back. In JSON all of it is read; of YAML its sections and the names in them.
 */
import * as z from "zod/mini";

const template = z.object({
  Parameters: z.optional(z.looseObject({})),
  Resources: z.optional(z.looseObject({})),
  "Fn::Transform": z.optional(z.unknown()),
});

/** Macros may bring what a template lacks as it was handed in. */
const brings = /^[ \t]*["']?(?:Fn::Transform|Transform)["']?[ \t]*:/m;
const hasResources = /^[ \t]*["']?Resources["']?[ \t]*:/m;

function lacksInJson(value: unknown, names: readonly string[]): string | undefined {
  const { success, data } = template.safeParse(value);
  if (!success) return "is no template: its sections are no objects";
  const { Resources, Parameters = {} } = data;
  if (!Resources && !("Fn::Transform" in data)) return "is no template: it has no Resources";
  const lacking = names.filter((name) => !Object.hasOwn(Parameters, name));
  return lacking.length ? `lacks the parameters ${lacking.join(", ")}` : undefined;
}

/** The name, in quotes or not, before a colon. */
const hasName = (lines: readonly string[], name: string): boolean =>
  lines.some((line) => {
    const [before = ""] = line.split(":", 1);
    return before.replace(/["'{,\s]/g, "") === name;
  });

/**
 * @param names of parameters that its stack has
 * @returns why nothing can be made of it; nothing where it is as it must be
 */
export function lacksInTemplate(text: string, names: readonly string[]): string | undefined {
  if (!text.trim()) return "is empty";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (!hasResources.test(text) && !brings.test(text) && !text.trim().startsWith("{"))
      return "is no template: it has no Resources";
    const lines = text.split("\n");
    const lacking = names.filter((name) => !hasName(lines, name));
    return lacking.length && !brings.test(text)
      ? `lacks the parameters ${lacking.join(", ")}`
      : undefined;
  }
  return lacksInJson(value, names);
}
