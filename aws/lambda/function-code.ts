/**
 * Functions and layers with their code, for backups of it. Lambda hands code out by an address that
 * lets whoever has it in, for ten minutes: it is asked here, and is in no answer that is kept.
 */
import {
  GetFunctionCommand,
  GetLayerVersionCommand,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { type Conditions, type Read, read, type SdkClient } from "../../sdk/call.ts";
import { type Download, downloadFrom } from "./code-download.ts";

/** One page, for whoever goes on at `Marker` later. */
/* @__NO_SIDE_EFFECTS__ */
export const functionsPage = () => read("lambda:ListFunctions", LambdaClient, ListFunctionsCommand);

const throughFunctions: Conditions = {
  StringLike: { "kms:ViaService": "lambda.*.amazonaws.com*" },
};

/** What is answered, with what its address leads to in place of the address. */
export type WithCode<O> = O & { readonly download?: Download };

interface Answered {
  readonly Code?: { readonly Location?: string };
  readonly Content?: { readonly Location?: string };
}

/** Takes the address out of the answer. */
/* @__NO_SIDE_EFFECTS__ */
const handingOut = <Op extends string, I extends object, O>(plainly: Read<Op, I, O>) =>
  Object.assign((input: I) => plainly(input), {
    ...plainly,
    async ask(client: SdkClient, input: I) {
      const answer = (await plainly.ask(client, input)) as (O & Answered) | undefined;
      const held = answer?.Code ?? answer?.Content;
      const { Location, ...rest } = held ?? {};
      if (!answer || Location === undefined) return answer;
      const download = downloadFrom(client, Location);
      return { ...answer, [answer.Code ? "Code" : "Content"]: rest, download };
    },
  }) as unknown as Read<Op, I, WithCode<NonNullable<O>> | undefined>;

/**
 * One that is gone is absent. Values of its environment that a key of one's own encrypts are decrypted
 * only where the settings name a key for what they are written to.
 */
/* @__NO_SIDE_EFFECTS__ */
export const functionWithCode = () =>
  handingOut(
    read("lambda:GetFunction", LambdaClient, GetFunctionCommand, {
      on: "function:{named_code_functions}",
      absent: ["ResourceNotFoundException"],
      also: { "kms:Decrypt": { on: "key/{named_secret_variables}", when: throughFunctions } },
    }),
  );

/** One that was deleted is absent, though functions that have it go on with it. */
/* @__NO_SIDE_EFFECTS__ */
export const layerWithCode = () =>
  handingOut(
    read("lambda:GetLayerVersion", LambdaClient, GetLayerVersionCommand, {
      on: "layer:{named_code_functions}:*",
      absent: ["ResourceNotFoundException"],
    }),
  );
