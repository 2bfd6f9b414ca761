import { arnsOf, type Deployed } from "./arns.ts";
import { flowFunction } from "./names.ts";

/** The exact ARNs of the roles that Nightshift changes things with. */
export function ourRoles(deployed: Deployed, account: string, units: readonly string[]): string[] {
  const arns = arnsOf(deployed, { account });
  return units.flatMap((id) => [arns.role(id), arns.role(flowFunction(id)), arns.undoRole(id)]);
}
