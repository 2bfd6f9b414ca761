import { partitionOf } from "../sdk/arn.ts";
import { names } from "./names.ts";

/** The exact ARNs of the roles that Nightshift changes things with. */
export const ourRoles = (account: string, home: string, units: readonly string[]): string[] =>
  units
    .flatMap((id) => [names.role(id), names.undoRole(id)])
    .map((role) => `arn:${partitionOf(home)}:iam::${account}:role/${role}`);
