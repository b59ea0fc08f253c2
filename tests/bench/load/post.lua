-- The requests of a file: path, tab, body; each once, and over again should they not suffice.
local headers = {
  ["Authorization"] = "Basic a2V5OnNlY3JldA==",
  ["Content-Type"] = "application/json",
}
local prepared, at, count = {}, 0, 0
threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1]) do
    local path, body = line:match("^(%S+)\t(.*)$")
    prepared[#prepared + 1] = wrk.format("POST", path, headers, body)
  end
  count = #prepared
  sent = 0
end

function request()
  at = at % count + 1
  sent = sent + 1
  return prepared[at]
end

function done(_, _, _)
  for _, thread in ipairs(threads) do
    io.write("sent: " .. thread:get("sent") .. "\n")
  end
end
