/** What keeps a snapshot of a database, whatever its retention says. */
import type { Tag } from "@aws-sdk/client-rds";
import { managedBy } from "../../../sdk/managed-by.ts";
import { tagIn, tagOf } from "../backup-set.ts";

interface Attribute {
  readonly AttributeName?: string | undefined;
  readonly AttributeValues?: readonly string[] | undefined;
}

/** Accounts that may restore it; `all` where it is public. */
export function sharedByAttributes(attributes: readonly Attribute[] = []): string | undefined {
  const names = attributes
    .filter(({ AttributeName }) => AttributeName === "restore")
    .flatMap(({ AttributeValues = [] }) => AttributeValues);
  return names.length ? `whom it is shared with (${names.join(", ")})` : undefined;
}

export function keptByTags(tags: readonly Tag[]): string | undefined {
  const hold = tagIn({ Tags: [...tags] }, tagOf.hold);
  if (hold !== undefined) return `a legal hold (${tagOf.hold}=${hold})`;
  return managedBy([...tags]);
}
