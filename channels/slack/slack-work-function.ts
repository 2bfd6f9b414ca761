import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import { readSwitch } from "../../engine/run/switch.ts";
import { featuresAtRun } from "../../features.run.ts";
import type { DeployedUnits } from "../../handlers/app/deployed.ts";
import type { CallingPorts } from "../../handlers/app/ports.ts";
import { onCallAnswers } from "../../messages/feature-at-run.ts";
import { awsVault, secrets } from "../secrets.ts";
import { apiFor, slackApps } from "./apps.ts";
import { handedOn } from "./handed-on.ts";
import { answersTo, type EmbeddedSlack } from "./respond.ts";
import { slackWorkHandler } from "./work.ts";

/** Carries out what people asked for in Slack. */
export function slackWorkFunction(
  ports: CallingPorts,
  { settings, units }: Pick<DeployedUnits, "settings" | "units">,
  embedded?: EmbeddedSlack,
) {
  const { clients, clock } = ports;
  const vault = secrets(awsVault(clients, settings.home), clock);
  const store = ledgerOf(clients, settings, clock, logLeftOut(ports.log));
  return slackWorkHandler({
    ...ports,
    settings,
    units,
    store,
    apps: slackApps(settings.channels, vault),
    api: apiFor(settings.channels, vault, embedded && { url: embedded.url }),
    respond: answersTo(embedded),
    ...handedOn(ports, store),
    asked: {
      killSwitch: () => readSwitch(clients, settings),
      onCall: () => onCallAnswers(featuresAtRun, settings, store),
    },
  });
}
