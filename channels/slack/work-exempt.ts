/** Leaves a target alone, as somebody asked for in a form. */
import { writeExemption } from "../../engine/exempt.ts";
import { partInIt } from "../../engine/same-person.ts";
import { unitOf } from "../../ledger/ids.ts";
import { runById } from "../../ledger/runs.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { plainReply } from "./as-reply.ts";
import type { ExemptOrder } from "./order.ts";
import { useForm } from "./remembered.ts";
import { acts } from "./value.ts";
import { identityOf, type SlackPerson } from "./who.ts";
import { answerAsker, stillMay } from "./work-answer.ts";
import type { SlackWork } from "./work-parts.ts";
import { wrongInput } from "./wrong-input.ts";

/** Whom an exemption names as its owner: the person as the settings know them. */
function ownerOf(person: SlackPerson, { people }: SlackWork["settings"]): string {
  const known = Object.entries(people).find(([, { slack }]) => slack === person.user);
  if (!known) return identityOf(person);
  const [key, { email, name }] = known;
  return email ?? name ?? key;
}

/**
 * As `npx nightshift exempt` does, but narrower: this automation alone, there alone, not for long.
 * @throws {NotPossible} where nothing is recorded that could be left alone, or not for so long
 */
export async function carryOutExemption(
  host: SlackWork,
  order: ExemptOrder,
  account: string,
): Promise<void> {
  const { settings, store, clock, log } = host;
  const { person, key, view, run: id, target: index, until, reason } = order;
  const [by, now] = [identityOf(person), clock.now()];
  if (!(await stillMay(host, "decide", order, { act: acts.exempt, on: id }))) return;
  if (!(await useForm(store, view, { by, about: id }, key)))
    throw new NotPossible("this form was sent in before, or was not opened for you: open it again");
  const run = await runById(store, "unit", unitOf(id), id);
  const action = run?.actions[index];
  if (!run || !action) throw new NotPossible(`there is no such target in the record of ${id}`);
  const other = partInIt("exempt", by, run.involved ?? [], settings);
  if (other !== undefined)
    throw new NotPossible(
      `${other} asked for ${id}, made the call that it answers, or approved it, and the settings' \`twoPersonRule\` wants somebody else to exempt what it is about`,
    );
  if (run.account !== account) throw new NotPossible(`${id} was in another account`);
  const wrong = wrongInput(order, run.automation, host);
  if (wrong) throw new NotPossible(`${wrong.text} (${wrong.input})`);
  const { region, automation } = run;
  const { target } = action;
  const owner = ownerOf(person, settings);
  const written = await writeExemption(store, [
    { account, region, target, until, owner, reason, from: [automation], by, at: now },
  ]);
  log.info("an exemption", { target, by });
  const what = `${target} is exempt from ${automation} in ${region} until ${until}`;
  const text = written
    ? `${what}. Everybody is told. Past that day it still holds, until somebody removes it: npx nightshift unexempt ${target}`
    : `${what}: it was so already.`;
  await answerAsker(host, order, plainReply(text));
}
