// An acquire by one of Node's HTTP clients, told nothing but the service's own URL.
"use strict";

const https = require("node:https");

const [, , way, url] = process.argv;
const headers = { Authorization: "Basic aWQ6c2VjcmV0", "Content-Type": "application/json" };
const body = JSON.stringify({ cname: "lesson", uid: "527841", clientRequest: {} });

const ways = {
  fetch: async () => (await fetch(url, { method: "POST", headers, body })).text(),
  https: () =>
    new Promise((resolve, reject) => {
      const request = https.request(url, { method: "POST", headers }, (answer) => {
        let text = "";
        answer.on("data", (data) => (text += data));
        answer.on("end", () => resolve(text));
      });
      request.on("error", reject).end(body);
    }),
  axios: async () => JSON.stringify((await require("axios").post(url, body, { headers })).data),
  "axios-0.21": async () => JSON.stringify((await require("axios-0.21").post(url, body, { headers })).data),
  undici: async () => {
    const { EnvHttpProxyAgent, request } = require("undici");
    const dispatcher = new EnvHttpProxyAgent();
    const answer = await request(url, { method: "POST", headers, body, dispatcher });
    return answer.body.text();
  },
  // What the official client does first: it asks a name server, whatever the hosts file says.
  lookup: () => require("node:dns").promises.resolve4(new URL(url).hostname).then(JSON.stringify),
};

ways[way]().then(console.log, (error) => {
  console.error(error);
  process.exit(1);
});
