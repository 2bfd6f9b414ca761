/** Whether a repository's policy lets others in: what they run nobody here can see. */
import * as z from "zod/mini";

const oneOrMore = z.union([z.string(), z.array(z.string())]);
const Statement = z.object({
  Effect: z.string(),
  Principal: z.optional(z.union([z.string(), z.record(z.string(), oneOrMore)])),
  NotPrincipal: z.optional(z.unknown()),
  Condition: z.optional(z.unknown()),
});
const Policy = z.object({ Statement: z.union([Statement, z.array(Statement)]) });

const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

/** For whom a service may act: `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` name them. */
const ownerNamed = /\b(?:\d{12}|o-[a-z0-9]{10,32})\b/g;

/**
 * AWS's own services say by themselves what they run: functions are asked for. Where the policy says
 * for whom, those of others are not.
 */
function namesIn({ Principal, Condition }: z.infer<typeof Statement>): readonly string[] {
  if (Principal === undefined) return [];
  if (typeof Principal === "string") return [Principal];
  const owners = JSON.stringify(Condition ?? {}).match(ownerNamed) ?? [];
  return Object.entries(Principal).flatMap(([kind, names]) =>
    kind === "Service" ? owners : listOf(names),
  );
}

const isOwn = (name: string, account: string): boolean =>
  name === account || name.split(":")[4] === account;

/**
 * @param account 12 digits, its own
 * @returns whom, as it reads in "managed by …"; nothing where it lets in nobody else
 */
export function sharedBy(policy: string | undefined, account: string): string | undefined {
  if (policy === undefined) return undefined;
  const { data } = Policy.safeParse(parsed(policy));
  if (!data) return "a repository policy that cannot be read";
  const allowing = listOf(data.Statement).filter(({ Effect }) => Effect === "Allow");
  if (allowing.some(({ NotPrincipal }) => NotPrincipal !== undefined))
    return "whom its repository's policy lets in (all but some)";
  const others = allowing.flatMap(namesIn).filter((name) => !isOwn(name, account));
  if (others.length === 0) return undefined;
  return `whom its repository's policy lets in (${[...new Set(others)].join(", ")})`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
