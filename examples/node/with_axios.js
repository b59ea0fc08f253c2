// A recording from its start to its files, with axios (npm install axios).

const { randomBytes } = require("node:crypto");
const axios = require("axios");
const { check, serving } = require("./serving.js");

const WHO = { cname: "class-7", uid: "527841" };
const STORAGE = { vendor: 1, region: 0, bucket: "lessons", accessKey: "key", secretKey: "secret" };

serving(async (url) => {
  const appId = randomBytes(16).toString("hex"); // a world of its own
  const service = axios.create({
    baseURL: `${url}/v1/apps/${appId}/cloud_recording`,
    auth: { username: "customer", password: "secret" },
  });
  const world = axios.create({ baseURL: `${url}/_mockrec/worlds/${appId}` });

  const acquired = await service.post("/acquire", { ...WHO, clientRequest: {} });
  const path = `/resourceid/${acquired.data.resourceId}`;
  const started = await service.post(`${path}/mode/mix/start`, {
    ...WHO,
    clientRequest: { recordingFileConfig: { avFileType: ["hls", "mp4"] }, storageConfig: STORAGE },
  });
  const { sid } = started.data;

  await world.post("/clock/advance", { by: "60s" });

  const { status } = (await service.get(`${path}/sid/${sid}/mode/mix/query`)).data.serverResponse;
  check(status === 5, `the status is ${status}, not 5: recording`);

  const stop = { ...WHO, clientRequest: {} };
  const stopped = (await service.post(`${path}/sid/${sid}/mode/mix/stop`, stop)).data.serverResponse;
  check(stopped.uploadingStatus === "uploaded", `uploading ended as ${JSON.stringify(stopped)}`);

  const names = (await world.get("/files")).data.files.map((file) => file.key);
  for (const { fileName } of stopped.fileList) {
    check(names.includes(fileName), `${fileName} was promised; there are ${names}`);
  }
  console.log(names.join("\n"));
});
