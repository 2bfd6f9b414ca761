import type { Described, Read } from "../../sdk/call.ts";
import { globalRegion } from "../../sdk/signals/console-link.ts";
import type { Reader, Reads } from "../../sdk/unit.ts";
import type { Clients } from "./clients.ts";
import { type Reach, regionFor } from "./elsewhere.ts";

/**
 * A reader that has only the declared reads.
 * @param reach where its reads elsewhere may go; absent: nowhere
 */
export function reader<R extends Reads>(
  reads: R,
  clients: Clients,
  region: string,
  reach?: Reach,
): Reader<R> {
  const declared = new Map<string, Read>(reads.map((one) => [one.operation, one]));
  const ask = ({ operation, input }: Described) => {
    const one = declared.get(operation);
    if (!one)
      throw new Error(
        `${operation} is not among the declared reads: ${[...declared.keys()].join(", ")}`,
      );
    const asked = one.global
      ? globalRegion(region)
      : regionFor({ call: one, input, region, reach });
    return one.ask(clients.get(one.client, asked, "read", one.retried), input);
  };
  return ask as Reader<R>;
}
