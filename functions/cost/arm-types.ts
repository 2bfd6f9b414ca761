import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { describeInstanceTypes } from "../../aws/ec2/instance-type.ts";
import type { Reader } from "../../sdk/unit.ts";

/** All types of the region that run arm64 and are of the current generation. */
export async function armTypes(
  read: Reader<readonly [typeof describeInstanceTypes]>,
): Promise<InstanceTypeInfo[]> {
  const Filters = [
    { Name: "processor-info.supported-architecture", Values: ["arm64"] },
    { Name: "current-generation", Values: ["true"] },
  ];
  return Array.fromAsync(read(describeInstanceTypes({ Filters })));
}
