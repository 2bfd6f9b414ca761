/**
 * A rotation has succeeded when the secret says that it was rotated at that time or later; a secret
 * is restored when no deletion waits for it. What is deleted for good needs no rotation.
 */
import { describeSecret } from "../../../aws/secretsmanager/secret.ts";
import { confirmation } from "../../../sdk/signal.ts";
import { minutes } from "../../../sdk/time.ts";
import { type SecretEvent, secretNamed } from "./secret-named.ts";

/** How much earlier than its event a rotation may say that it was. */
const apart = minutes(15).seconds * 1000;

export default confirmation({
  reads: [describeSecret],
  async over(event: SecretEvent & { readonly eventName: string }, { read, at }) {
    const SecretId = secretNamed(event);
    if (!SecretId) throw new Error("the event names no secret");
    const secret = await read(describeSecret({ SecretId }));
    if (event.eventName === "RestoreSecret")
      return secret !== undefined && secret.DeletedDate === undefined;
    if (!secret) return true;
    return (secret.LastRotatedDate?.getTime() ?? 0) >= at.getTime() - apart;
  },
});
