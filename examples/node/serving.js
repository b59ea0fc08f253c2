// A mockrec as a process of its own, or the one at MOCKREC_URL.

const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");

const COMMAND = ["serve", "--port", "0", "--clock", "manual", "--storage", "memory"];

/** Call `use` with the address; end the process, and this one with what went wrong. */
async function serving(use) {
  let child;
  try {
    let url = process.env.MOCKREC_URL;
    if (!url) {
      child = spawn("mockrec", COMMAND, { stdio: ["ignore", "pipe", "inherit"] });
      url = await ready(child);
    }
    await use(url);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    child?.kill();
  }
}

function ready(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error("mockrec did not start")));
    createInterface({ input: child.stdout }).once("line", (line) => {
      const found = / ready on (\S+) in /.exec(line);
      found ? resolve(found[1]) : reject(new Error(`mockrec said: ${line}`));
    });
  });
}

/** Go on, or end with what is wrong. */
function check(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

module.exports = { serving, check };
