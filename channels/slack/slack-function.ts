import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import type { DeployedUnits } from "../../handlers/app/deployed.ts";
import type { CallingPorts } from "../../handlers/app/ports.ts";
import { seconds } from "../../sdk/time.ts";
import { awsVault, secrets } from "../secrets.ts";
import { slackApps } from "./apps.ts";
import { slackHandler } from "./endpoint.ts";
import { answersTo, type EmbeddedSlack } from "./respond.ts";

/** Slack waits three seconds for the whole answer. */
const soon = seconds(2);

/** Answers what people press and type in Slack, and hands over what it takes. */
export function slackFunction(
  ports: CallingPorts,
  { settings, units }: Pick<DeployedUnits, "settings" | "units">,
  embedded?: EmbeddedSlack,
) {
  const { clients, clock, invoke } = ports;
  const vault = secrets(awsVault(clients, settings.home), clock);
  return slackHandler({
    ...ports,
    apps: slackApps(settings.channels, vault, {
      timeoutMs: soon.seconds * 1000,
      ...(embedded && { url: embedded.url }),
    }),
    settings,
    units,
    store: ledgerOf(clients, settings, clock, logLeftOut(ports.log)),
    work: (order) => invoke("slack-work", order),
    respond: answersTo(embedded, soon),
  });
}
