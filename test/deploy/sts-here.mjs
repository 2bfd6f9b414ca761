/**
 * Loaded into each worker before its own code: STS is the emulator. The code itself lets nothing lead it elsewhere, so its
 * way out is turned here. The emulator checks no signature; what our own code checks before it asks is checked all the same.
 */
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const { request } = https;
const endpoint = new URL(process.env.AWS_ENDPOINT_URL ?? "http://127.0.0.1");

https.request = (options, ...rest) => {
  if (!/^sts\.[\w-]+\.amazonaws\.com$/.test(options.hostname ?? ""))
    return request(options, ...rest);
  const here = { protocol: "http:", hostname: endpoint.hostname, port: endpoint.port };
  return http.request({ ...options, ...here }, ...rest);
};
syncBuiltinESMExports();
