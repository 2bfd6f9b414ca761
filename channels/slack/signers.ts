/** Which of our apps a request comes from (rule: slack-endpoint). */
import { inOneLine } from "../../sdk/errors.ts";
import type { Endpoint, SlackApp } from "./endpoint-parts.ts";
import { type Signed, type Verdict, verifySignature } from "./signature.ts";

type Judged = Verdict | "unreadable";
type Judging = Pick<Endpoint, "apps" | "log">;

/**
 * Which of our apps signed it. Each is asked, so that the time does not tell which.
 * @param now when the signature has to be fresh
 */
export async function signersOf(
  judging: Judging,
  signed: Signed,
  now: Date,
): Promise<{ readonly verdict: Judged; readonly from: readonly SlackApp[] }> {
  const { apps } = judging;
  const shape = verifySignature(signed, "", now);
  // Nothing is read for what cannot be genuine whatever the secret is.
  if (shape !== "forged") return { verdict: shape, from: [] };
  const verdicts = await Promise.all(apps.map((app) => judged(judging, app, signed, now)));
  const from = apps.filter((_, at) => verdicts[at] === "genuine");
  if (from.length > 0) return { verdict: "genuine", from };
  return { verdict: verdicts.includes("unreadable") ? "unreadable" : "forged", from };
}

async function judged({ log }: Judging, app: SlackApp, signed: Signed, now: Date): Promise<Judged> {
  try {
    const verdict = verifySignature(signed, await app.signingSecret(), now);
    if (verdict !== "forged" || !(await app.renewed?.())) return verdict;
    return verifySignature(signed, await app.signingSecret(), now);
  } catch (error) {
    log.error("The signing secret of an app could not be read", {
      app: app.app,
      error: inOneLine(error),
    });
    return "unreadable";
  }
}
