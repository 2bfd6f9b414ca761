/** Which resource an item of a check is about. */

export interface CheckItem {
  readonly resource_id?: string | undefined;
  readonly "check-item-detail"?: Readonly<Record<string, unknown>> | undefined;
}

/** The check's own columns for the resource. */
export const columnsOf = ({
  "check-item-detail": columns = {},
}: CheckItem): [name: string, value: string][] =>
  Object.entries(columns).flatMap(([name, value]) =>
    typeof value === "string" && value !== "" && name !== "Status" ? [[name, value]] : [],
  );

/** It names the resource by an ARN, or in a column of each check's own. */
export const resourceChecked = (item: CheckItem): string | undefined =>
  item.resource_id || columnsOf(item).find(([name]) => /\b(id|name|arn)$/i.test(name))?.[1];
