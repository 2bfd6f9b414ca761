import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import type { Clients } from "../../engine/run/clients.ts";
import { ledgerOf, logLeftOut } from "../../engine/run/host.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { arnsOf, type Deployed as Called } from "../../settings/arns.ts";
import { idToday } from "../../settings/former-ids.ts";
import { asRetired, mayTakeBack } from "../../settings/mode.ts";
import type { DeployedUnits } from "./deployed.ts";
import type { UndoPorts } from "./ports.ts";
import { type UndoParts, undoHandler } from "./undo.ts";

/**
 * Takes changes back.
 * @param automation loads one that is deployed
 */
export const undoFunction = (
  ports: UndoPorts,
  { settings }: Pick<DeployedUnits, "settings">,
  automation: UndoParts["automation"],
) =>
  undoHandler({
    ...ports,
    automation,
    settings,
    store: ledgerOf(ports.clients, settings, ports.clock, logLeftOut(ports.log)),
  });

export type LoadAutomation = () => Promise<{ readonly default: unknown }>;

/**
 * The automations of a deployment, each with an undo role of its own.
 * @param loaders of those that are deployed
 * @param units each one's part of the settings
 */
export const withUndoRole =
  (
    loaders: ReadonlyMap<string, LoadAutomation>,
    units: DeployedUnits["units"],
  ): UndoParts["automation"] =>
  async (id) => {
    const today = idToday(id, units);
    const [load, settings] = [loaders.get(today), units[today]];
    if (!load || !settings) return undefined;
    if (!mayTakeBack(settings.mode))
      throw new NotPossible(
        `${today} is in mode ${settings.mode}, in which it has no undo role. To take back what it did before, set ${asRetired(today)}, deploy, and try again`,
      );
    return { unit: (await load()).default as AnyAutomation, settings };
  };

/**
 * AWS with the rights of undo roles, which the undo function's own role may assume.
 * @param clients with the undo function's rights
 * @param connect makes clients with other credentials
 */
export const assumeUndoRole =
  (
    clients: Clients,
    called: Called,
    connect: (credentials: () => Promise<AwsCredentialIdentity>) => Clients,
  ) =>
  (unit: string, account: string): Clients =>
    // Renewed for each undo: it lives an hour, an undo minutes.
    connect(async () => {
      const RoleArn = arnsOf(called, { account }).undoRole(unit);
      const { Credentials: assumed } = await clients
        .get(STSClient, called.home)
        .send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "undo" }));
      if (!assumed) throw new Error(`${RoleArn} gave no credentials`);
      return {
        accessKeyId: assumed.AccessKeyId,
        secretAccessKey: assumed.SecretAccessKey,
        sessionToken: assumed.SessionToken,
        expiration: assumed.Expiration,
      };
    });
