/**
 * What is granted although no recorded call asks for it: each with its reason. One that covers
 * nothing any more fails the tests.
 */
import { names } from "../../testing/deployed.ts";

export interface Exception {
  readonly role: string;
  readonly action: string;
  readonly why: string;
}

export const exceptions: readonly Exception[] = [
  {
    role: names.undoRole("log-retention"),
    action: "logs:ListTagsForResource",
    why: "An undo role has all its automation's reads, because an undo looks with the automation's own `find`. This one fetches tags for the guards, which an undo does not ask. It lists tags and changes nothing.",
  },
];

export const excepted = (role: string, action: string): Exception | undefined =>
  exceptions.find((one) => one.role === role && one.action === action);
