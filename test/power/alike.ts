/** Partitions of the ledger of which a policy says the same. */
import type { PolicyDocument } from "../../settings/statements.ts";

const condition = "dynamodb:LeadingKeys";

/** Every pattern of a partition that a condition of the policy holds, whatever the operator. */
const patternsIn = ({ Statement }: PolicyDocument): string[] => [
  ...new Set(
    Statement.flatMap(({ Condition }) =>
      Object.values(Condition ?? {}).flatMap((tests) => [tests[condition] ?? []].flat()),
    ),
  ),
];

const isLike = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  );

/**
 * In groups: a policy knows a partition by the patterns that it matches alone, so what is answered
 * of one of a group holds for all of them. Each role against each partition is quadratic in units.
 */
export function alikeTo(policy: PolicyDocument, partitions: readonly string[]): string[][] {
  const patterns = patternsIn(policy).map(isLike);
  return [
    ...Map.groupBy(partitions, (partition) =>
      patterns.map((pattern) => (pattern.test(partition) ? "1" : "0")).join(""),
    ).values(),
  ];
}
