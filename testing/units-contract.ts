/** The contract of all of a project's own units, each in an account of its own. */
import { afterAll } from "vitest";
import { openAccount } from "./account.ts";
import { unitFolders } from "./contract/loaded.ts";
import { contractOf } from "./contract.ts";
import { type Embedded, startEmbedded } from "./embedded.ts";

/**
 * Registers what every unit below a folder owes. The embedded AWS is started by the first that
 * needs it, and ends with the test file.
 * @param functions path of the project's `functions/`
 */
export function unitsContract(functions: string): void {
  let starting: Promise<Embedded> | undefined;
  afterAll(async () => {
    await (await starting)?.stop();
  });
  const account = async (where?: { readonly region?: string }) => {
    starting ??= startEmbedded();
    const { endpoint } = await starting;
    return openAccount(endpoint, where);
  };
  // `nightshift check` asks for one.
  const { NIGHTSHIFT_UNIT: asked } = process.env;
  for (const folder of unitFolders(functions))
    if (asked === undefined || folder.shown === asked) contractOf(folder, { account });
}
