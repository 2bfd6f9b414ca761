/** What a stop of an instance would harm, and who else decides whether it runs. */
import type { Instance, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { managedBy } from "../../sdk/managed-by.ts";
import type { Reader } from "../../sdk/unit.ts";
import { describeInstanceAttribute } from "./instance.ts";
import { describeInstanceTypes, typesNamed } from "./instance-type.ts";

export const readsOfStopping = [describeInstanceAttribute, describeInstanceTypes] as const;
type Read = Reader<typeof readsOfStopping>;

/** A filter takes 200 values. */
export const filterValues = 200;

/** The types of instances, by name. */
export const typesOf = (
  instances: readonly Instance[],
  read: Read,
): Promise<ReadonlyMap<string, InstanceTypeInfo>> =>
  typesNamed(
    instances.flatMap(({ InstanceType }) => InstanceType ?? []),
    read,
  );

/** What is not known to have no local disks is taken to have some. */
export const localDisks = (type: InstanceTypeInfo | undefined): string | undefined =>
  type?.InstanceStorageSupported === false ? undefined : "its local disks, which a stop would wipe";

/** What its description does not say. */
export async function stopProtection(
  { InstanceId }: Instance,
  read: Read,
): Promise<string | undefined> {
  const attribute = await read(
    describeInstanceAttribute({ InstanceId, Attribute: "disableApiStop" }),
  );
  return attribute?.DisableApiStop?.Value ? "stop protection, which somebody set on it" : undefined;
}

/** By its own description: who or what else decides whether it runs (rule: managed-by-others). */
export function instanceManager({
  Tags,
  Operator,
  InstanceLifecycle,
  SpotInstanceRequestId,
  RootDeviceType,
}: Instance): string | undefined {
  const by = managedBy(Tags);
  if (by) return by;
  if (Operator?.Managed) return Operator.Principal ?? "an AWS service";
  if (InstanceLifecycle === "spot") return `the spot request ${SpotInstanceRequestId ?? ""}`.trim();
  if (InstanceLifecycle) return `a reservation of the kind ${InstanceLifecycle}`;
  if (RootDeviceType === "instance-store") return "its instance store, which a stop would wipe";
  return undefined;
}
