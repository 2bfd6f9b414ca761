import { deploy } from "./ministack.ts";
const d = await deploy("test/deploy/settings.ts");
if (process.argv[2] === "auth") await d.evaluatePolicies();
console.log("deployed", d.endpoint, d.account);
Object.assign(process.env, d.environment);
await import("./zz.ts");
console.log(d.log().slice(-9000));
await d.stop();
