/** Somebody pressed a button: dialogs are opened at once, everything else is handed over. */
import { unitOf } from "../../ledger/ids.ts";
import { planOrThrow } from "../../ledger/plans.ts";
import { runById } from "../../ledger/runs.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import { after, days } from "../../sdk/time.ts";
import { appOf, failureText, permitted, refuse, tellAsker } from "./asker.ts";
import type { Asker, SlackApp, SlackRequest } from "./endpoint-parts.ts";
import { latestExemption } from "./exempt-until.ts";
import { exemptModal, targetsModal } from "./modals.ts";
import { parsedJson } from "./parsed-json.ts";
import type { BlockActions } from "./payload.ts";
import { openForm } from "./remembered.ts";
import { handedOver } from "./signed-request.ts";
import { nothingShown, type UrlAnswer } from "./url-answer.ts";
import { acts, pageValue, runValue } from "./value.ts";
import { identityOf, personOf } from "./who.ts";

/** A button that somebody pressed. */
interface Pressed extends Asker {
  readonly payload: BlockActions;
  readonly actionId: string | undefined;
  /** What the button carries, as text. */
  readonly value: string;
}

function pressedBy(request: SlackRequest, payload: BlockActions): Pressed {
  const { actions, channel, response_url } = payload;
  const [action] = actions;
  return {
    ...request,
    payload,
    person: personOf(payload),
    channel: channel?.id,
    answer: response_url,
    actionId: action?.action_id,
    value: action?.value ?? "",
  };
}

/** Takes what was pressed. It never rejects: whoever pressed is told what went wrong. */
export async function takePress(request: SlackRequest, payload: BlockActions): Promise<UrlAnswer> {
  const pressed = pressedBy(request, payload);
  const act = pressed.actionId?.split(".")[0];
  try {
    await takeAct(pressed, act);
  } catch (error) {
    request.endpoint.log.error("What was pressed in Slack could not be taken", {
      act,
      error: inOneLine(error),
    });
    await tellAsker(pressed, failureText(error));
  }
  return nothingShown;
}

async function takeAct(pressed: Pressed, act: string | undefined): Promise<void> {
  const app = appOf(pressed);
  // Signed, but by another app than the one that it names, or pressed by a guest from another
  // workspace.
  if (!app) {
    const on = aboutOf(parsedJson(pressed.value));
    return refuse(pressed, "decide", { act: act ?? "", on });
  }
  switch (act) {
    case acts.approve:
    case acts.deny:
    case acts.undo:
    case acts.keep:
    case acts.acknowledge:
    case acts.snooze:
    case acts.resolve:
      return pressed.endpoint.work(handedOver(pressed.signed));
    case acts.targets:
      return openTargets(pressed, app);
    case acts.page:
      return turnPage(pressed, app);
    case acts.exempt:
      return openExemption(pressed, app);
    default:
      pressed.endpoint.log.info("Something was pressed that is none of ours", {
        act: pressed.actionId,
      });
  }
}

/** What a button is about, for the record. */
function aboutOf(value: unknown): string {
  const { plan, run, group } = fieldsOf(value);
  return String(plan ?? run ?? group ?? "").slice(0, 300);
}

type PageValue = ReturnType<typeof pageValue.parse>;

async function targetsOf({ endpoint }: Pressed, { plan: id, hash, page }: PageValue) {
  const plan = await planOrThrow(endpoint.store, id);
  if (plan.hash !== hash)
    throw new NotPossible("the plan under this name is another one than the message shows");
  return targetsModal(plan, page, endpoint.settings);
}

async function openTargets(pressed: Pressed, app: SlackApp): Promise<void> {
  const value = pageValue.parse(parsedJson(pressed.value));
  if (!(await permitted(pressed, "look", { act: acts.targets, on: value.plan }))) return;
  const modal = await targetsOf(pressed, value);
  const api = await app.api();
  await api.open(pressed.payload.trigger_id ?? "", modal);
}

/** Whoever turns a page has seen the first: a dialog stands in no channel. */
async function turnPage(pressed: Pressed, app: SlackApp): Promise<void> {
  const { view, trigger_id } = pressed.payload;
  const modal = await targetsOf(pressed, pageValue.parse(parsedJson(pressed.value)));
  const api = await app.api();
  if (view) await api.replace(view.id, view.hash, modal);
  else await api.open(trigger_id ?? "", modal);
}

/** What a form proposes, unless it may not be for so long. */
const usualExemption = days(14);

async function openExemption(pressed: Pressed, app: SlackApp): Promise<void> {
  const { endpoint, person, channel } = pressed;
  const { store, clock, units, settings } = endpoint;
  const { run: id } = runValue.parse(parsedJson(pressed.value));
  if (!(await permitted(pressed, "decide", { act: acts.exempt, on: id }))) return;
  const run = await runById(store, "unit", unitOf(id), id);
  if (!run || run.actions.length === 0)
    throw new NotPossible(`there is no record of ${id}: nothing can be left alone by it`);
  const now = clock.now();
  const latest = latestExemption(run.automation, units, settings, now);
  const usual = after(now, usualExemption).toISOString().slice(0, 10);
  const until = usual < latest ? usual : latest;
  const modal = exemptModal(run, { ...(channel && { channel }), until, latest });
  const api = await app.api();
  const view = await api.open(pressed.payload.trigger_id ?? "", modal);
  await openForm(store, view, { by: identityOf(person), about: id }, now);
}
