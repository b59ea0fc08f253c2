// A recording from its start to its files, with the fetch that Node brings.

const { randomBytes } = require("node:crypto");
const { check, serving } = require("./serving.js");

const WHO = { cname: "class-7", uid: "527841" };
const STORAGE = { vendor: 1, region: 0, bucket: "lessons", accessKey: "key", secretKey: "secret" };
const HEADERS = {
  Authorization: `Basic ${Buffer.from("customer:secret").toString("base64")}`,
  "Content-Type": "application/json",
};

async function call(method, address, body) {
  const answer = await fetch(address, { method, headers: HEADERS, body: JSON.stringify(body) });
  const text = await answer.text();
  check(answer.status === 200, `${address} answered ${answer.status} ${text}`);
  return JSON.parse(text);
}

serving(async (url) => {
  const appId = randomBytes(16).toString("hex"); // a world of its own
  const api = `${url}/v1/apps/${appId}/cloud_recording`;
  const world = `${url}/_mockrec/worlds/${appId}`;
  check((await call("GET", `${url}/_mockrec/health`)).status === "ok", "mockrec is not well");

  const { resourceId } = await call("POST", `${api}/acquire`, { ...WHO, clientRequest: {} });
  const path = `${api}/resourceid/${resourceId}`;
  const { sid } = await call("POST", `${path}/mode/mix/start`, {
    ...WHO,
    clientRequest: { recordingFileConfig: { avFileType: ["hls", "mp4"] }, storageConfig: STORAGE },
  });

  await call("POST", `${world}/clock/advance`, { by: "60s" });

  const { status } = (await call("GET", `${path}/sid/${sid}/mode/mix/query`)).serverResponse;
  check(status === 5, `the status is ${status}, not 5: recording`);

  const stop = { ...WHO, clientRequest: {} };
  const stopped = (await call("POST", `${path}/sid/${sid}/mode/mix/stop`, stop)).serverResponse;
  check(stopped.uploadingStatus === "uploaded", `uploading ended as ${JSON.stringify(stopped)}`);

  const names = (await call("GET", `${world}/files`)).files.map((file) => file.key);
  for (const { fileName } of stopped.fileList) {
    check(names.includes(fileName), `${fileName} was promised; there are ${names}`);
  }
  console.log(names.join("\n"));
});
