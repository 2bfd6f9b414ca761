/** What units are tested with. */
export { type Embedded, findEmbedded, startEmbedded } from "../testing/embedded.ts";
export { embeddedAccount, embeddedCredentials, useEmbedded } from "../testing/environment.ts";
export { type Fault, type FaultProxy, startFaultProxy } from "../testing/fault-proxy.ts";
