/**
 * The order of test files: those that take long begin first, so that the workers end together. On a
 * machine that has not run them yet Vitest goes by their size, and a short file may take a minute.
 */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** More than ten seconds each, the longest first: what `npm test` says of them. */
export const longest: readonly string[] = [
  "test/power/power.test.ts",
  "test/mishaps.test.ts",
  "functions/certificates/renew-certificates/crash.test.ts",
  "functions/certificates/renew-certificates/hardship.test.ts",
  "test/contract.test.ts",
  "test/night.test.ts",
  "engine/flows/carry.test.ts",
  "test/readme.test.ts",
  "test/model/faults.test.ts",
  "test/model/house.test.ts",
  "test/cli/verify.test.ts",
  "test/model/model.test.ts",
  "functions/backup/volume-backups/index.test.ts",
  "engine/flows/every-request.test.ts",
  "engine/flows/carrier.test.ts",
  "test/peers.test.ts",
  "test/cli/there.test.ts",
  "test/cli/doctor.test.ts",
  "test/without-oncall.test.ts",
  "handlers/app/undo.test.ts",
  "test/deleted-channel.test.ts",
];

/** Those of the list, in its order, and then the others as they come. */
export function longestFirst<F extends { readonly moduleId: string }>(
  root: string,
  files: readonly F[],
): F[] {
  const place = ({ moduleId }: F): number => {
    const at = longest.indexOf(relative(root, moduleId));
    return at < 0 ? longest.length : at;
  };
  return files.toSorted((a, b) => place(a) - place(b));
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(this.ctx.config.root, await super.sort(files));
  }
}
