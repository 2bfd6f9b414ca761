/** Which addresses the settings call the account's own, and which of them it has. */
import { describeAddresses } from "../../../aws/ec2/address.ts";
import { describeAddressesElsewhere } from "../../../aws/ec2/address-elsewhere.ts";
import type { DeclaredRegion } from "../../../sdk/elsewhere.ts";
import { inOneLine } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfAddresses = [describeAddresses, describeAddressesElsewhere] as const;
type Read = Reader<typeof readsOfAddresses>;

/** What the account has, or why that is not known. */
export type Holdings = ReadonlySet<string> | { readonly unknown: string };

/** An address of one region may look like that of any: all of them are read, or nothing is known. */
export async function holdingsIn(
  read: Read,
  { region, regions }: { readonly region: string; readonly regions: readonly DeclaredRegion[] },
): Promise<Holdings> {
  const held = new Set<string>();
  const others = [...new Set(regions)].filter((each) => each !== region);
  const asks = [
    { where: region, ask: () => read(describeAddresses({})) },
    ...others.map((elsewhere) => ({
      where: elsewhere,
      ask: () => read(describeAddressesElsewhere({ elsewhere })),
    })),
  ];
  for (const { where, ask } of asks)
    try {
      for (const { PublicIp } of (await ask()).Addresses ?? []) if (PublicIp) held.add(PublicIp);
    } catch (error) {
      return { unknown: `the addresses of ${where} could not be read: ${inOneLine(error)}` };
    }
  return held;
}
