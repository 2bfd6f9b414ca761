/** What units are tested with. */

export { fakes } from "../channels/fakes.ts";
export { openAccount, type TestAccount } from "../testing/account.ts";
export { contractOf } from "../testing/contract.ts";
export { type Embedded, findEmbedded, startEmbedded } from "../testing/embedded.ts";
export { embeddedAccount, embeddedCredentials, useEmbedded } from "../testing/environment.ts";
export { type Fault, type FaultProxy, startFaultProxy } from "../testing/fault-proxy.ts";
export type { AutomationFixture, ReportFixture } from "../testing/fixture.ts";
export { type ProposeOptions, proposeFor } from "../testing/propose.ts";
export { unitsContract } from "../testing/units-contract.ts";
