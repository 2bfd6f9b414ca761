import { expect, test } from "vitest";
import { pages, unitPages } from "../tools/docs.ts";

test("docs/units says what the definitions say (mend with `npm run docs`)", async () => {
  expect(unitPages()).toEqual(await pages());
});
