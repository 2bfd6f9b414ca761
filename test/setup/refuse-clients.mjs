// Preloaded into a process that must load no SDK client: it ends with the name of the first.
import { registerHooks } from "node:module";

registerHooks({
  load(url, context, next) {
    if (url.includes("/@aws-sdk/client-") || url.includes("/@aws-sdk/lib-"))
      throw new Error(`an SDK client is loaded: ${url}`);
    return next(url, context);
  },
});
