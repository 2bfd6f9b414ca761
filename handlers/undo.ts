import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { createClients } from "../engine/run/clients.ts";
import { ledgerOf } from "../engine/run/host.ts";
import { registry } from "../functions/registry.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import { arnsOf } from "../settings/arns.ts";
import { serve } from "./app/stack.ts";
import { undoHandler } from "./app/undo.ts";
import { functionParts, orderer, type SharedSettings, settingsBeside } from "./parts.ts";

const own = functionParts("undo");
const { settings, units: parted } = settingsBeside(import.meta.dirname) as SharedSettings;

const loaders: Readonly<Record<string, () => Promise<{ default: { kind: string } }>>> = registry;
const units = Object.fromEntries(
  Object.entries(parted).flatMap(([id, part]) => {
    const load = loaders[id];
    return load
      ? [
          [
            id,
            { settings: part, load: async () => (await load()).default as AnyAutomation },
          ] as const,
        ]
      : [];
  }),
);

/** Renewed for each undo: it lives an hour, an undo minutes. */
const assume = (unit: string, account: string) =>
  createClients(own.clock, {
    credentials: async () => {
      const RoleArn = arnsOf(settings, { account }).undoRole(unit);
      const { Credentials: given } = await own.clients
        .get(STSClient, settings.home)
        .send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "undo" }));
      if (!given) throw new Error(`${RoleArn} gave no credentials`);
      return {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        sessionToken: given.SessionToken,
        expiration: given.Expiration,
      };
    },
  });

export const handler = serve(
  own,
  undoHandler({
    ...own,
    units,
    store: ledgerOf(own.clients, settings, own.clock),
    assume,
    invoke: orderer(own.clients, settings),
  }),
);
