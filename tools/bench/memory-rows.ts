/** How much memory large accounts and plans take, in processes of their own. */
import { join } from "node:path";
import * as z from "zod/mini";
import { judgingTimes } from "./judge.ts";
import { measuredApart, packedProgram } from "./process.ts";
import { type Figure, measured } from "./row.ts";

const sweepFigures = z.object({
  found: z.number(),
  pages: z.number(),
  refused: z.number(),
  seconds: z.number(),
  least: z.number(),
  most: z.number(),
  half: z.number(),
  whole: z.number(),
});

async function largeSweep(scratch: string): Promise<Figure[]> {
  const program = await packedProgram("bench/large.ts", join(scratch, "large"));
  const printed = measuredApart(program, [], 256);
  const { found, pages, seconds, least, most, half, whole } = sweepFigures.parse(printed);
  if (found !== 1_000_000) throw new Error(`${found} rules were found`);
  const how = `${pages} pages of XML behind EC2's token bucket; the processor's time and what is waited`;
  return [
    measured(
      { what: "1,000,000 rules: time, of what the rate limit allows", target: 1.3, unit: "" },
      [seconds / least],
      how,
    ),
    measured({ what: "1,000,000 rules: memory", target: 512, unit: "MB" }, [most], how),
    measured(
      { what: "1,000,000 rules: growth in the second half", target: 1.1, unit: "" },
      [whole / half],
      how,
    ),
  ];
}

const planFigures = z.object({ most: z.number(), asked: z.number(), largestItem: z.number() });

async function largePlan(scratch: string): Promise<Figure[]> {
  const program = await packedProgram("bench/plan.ts", join(scratch, "plan"));
  const printed = measuredApart(program, ["20000"], 160);
  const { most, asked, largestItem } = planFigures.parse(printed);
  const how =
    "names of 300 characters, over a ledger in memory; its first part is carried out; in one bundle, as deployed; time of the processor";
  return [
    measured({ what: "plan of 20,000: memory", target: 256, unit: "MB" }, [most], how),
    measured({ what: "plan of 20,000: largest item", target: 350, unit: "KB" }, [largestItem], how),
    measured(
      { what: "plan of 20,000: time until it is asked", target: 60, unit: "s" },
      [asked],
      how,
    ),
  ];
}

const judging = (): Figure =>
  measured(
    { what: "one group of 500 rules: to judge all of them", target: 50, unit: "ms" },
    judgingTimes(500, 15),
    "the unit's own propose and danger; time of the processor",
  );

/** @param scratch a folder for what is bundled */
export const memoryRows = async (scratch: string): Promise<Figure[]> => [
  ...(await largeSweep(scratch)),
  ...(await largePlan(scratch)),
  judging(),
];
