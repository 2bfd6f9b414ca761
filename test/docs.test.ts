import { expect, test } from "vitest";
import { pages, written } from "../tools/docs.ts";

test("docs/units says what the definitions say (mend with `npm run docs`)", async () => {
  expect(written()).toEqual(await pages());
});
