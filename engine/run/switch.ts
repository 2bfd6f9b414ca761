/** The kill switch: one SSM parameter in the home region. */
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { NotPossible } from "../../sdk/errors.ts";
import type { Deployed } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import type { Clients } from "./clients.ts";

/**
 * Reads its value, afresh each time.
 * @throws {NotPossible} when it is missing: a guard that cannot be evaluated holds
 */
export async function readSwitch(clients: Clients, deployed: Deployed): Promise<string> {
  const { home } = deployed;
  const { killSwitch } = namesOf(deployed);
  try {
    const { Parameter } = await clients
      .get(SSMClient, home)
      .send(new GetParameterCommand({ Name: killSwitch }));
    return Parameter?.Value ?? "";
  } catch (error) {
    if (error instanceof Error && error.name === "ParameterNotFound")
      throw new NotPossible(
        `the kill switch ${killSwitch} is missing in ${home}: deploy Nightshift, or set it with \`npx nightshift resume\``,
      );
    throw error;
  }
}

/** @param overwrite `false`: only where there is none yet */
export async function writeSwitch(
  clients: Clients,
  deployed: Deployed,
  value: string,
  overwrite = true,
): Promise<void> {
  try {
    await clients.get(SSMClient, deployed.home).send(
      new PutParameterCommand({
        Name: namesOf(deployed).killSwitch,
        Value: value,
        Type: "String",
        Overwrite: overwrite,
        ...(!overwrite && {
          Description: "Nightshift's kill switch: run, stop, or stop and the ids that it stops",
        }),
      }),
    );
  } catch (error) {
    if (!overwrite && error instanceof Error && error.name === "ParameterAlreadyExists") return;
    throw error;
  }
}
