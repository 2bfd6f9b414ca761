import {
  EC2Client,
  type InstanceTypeInfo,
  paginateDescribeInstanceTypes,
} from "@aws-sdk/client-ec2";
import { paged } from "../../sdk/call.ts";
import { chunks } from "../../sdk/chunks.ts";
import type { Reader } from "../../sdk/unit.ts";

export const describeInstanceTypes = paged(
  "ec2:DescribeInstanceTypes",
  EC2Client,
  paginateDescribeInstanceTypes,
  { items: (page) => page.InstanceTypes, pageSize: 100 },
);

/** A filter takes 200 values. */
const namesAtOnce = 200;

/**
 * Types by name. By filter: a name that the region does not offer fails nothing, and is none of those
 * that are answered.
 */
export async function typesNamed(
  names: Iterable<string>,
  read: Reader<readonly [typeof describeInstanceTypes]>,
): Promise<ReadonlyMap<string, InstanceTypeInfo>> {
  const types = new Map<string, InstanceTypeInfo>();
  for (const Values of chunks([...new Set(names)], namesAtOnce))
    for await (const type of read(
      describeInstanceTypes({ Filters: [{ Name: "instance-type", Values }] }),
    ))
      types.set(type.InstanceType ?? "", type);
  return types;
}
