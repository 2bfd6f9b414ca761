import { deploy } from "./ministack.ts";
const d = await deploy({ settings: "test/deploy/settings.ts", auth: process.argv[2] === "auth" });
console.log("deployed", d.endpoint, d.account);
Object.assign(process.env, d.environment);
await import("./zz.ts");
console.log(d.log().slice(-9000));
await d.stop();
