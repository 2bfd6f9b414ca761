/** A step's clients that answer what a test says, without a request: for accounts of any size. */
import type { Write } from "../../sdk/call.ts";

type Answers = Readonly<Record<string, (input: never) => unknown>>;

interface Command {
  readonly input: object;
}

/**
 * Sends a step made of several requests.
 * @param answers by operations' names; what a test names no answer for is answered by nothing
 */
export function sendStubbed<O>(
  step: Write<string, never, O>,
  input: object,
  answers: Answers,
): Promise<O> {
  const client = {
    async send(command: Command): Promise<unknown> {
      const name = command.constructor.name.replace(/Command$/, "");
      return answers[name]?.(command.input as never) ?? {};
    },
  };
  return step.send({ config: {}, client: () => client } as never, input as never) as Promise<O>;
}

/** As CloudFormation and others say that they refuse. */
export const refusing = (name: string, message: string) => (): never => {
  throw Object.assign(new Error(message), { name });
};
