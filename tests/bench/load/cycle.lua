-- Whole recordings: acquire, start, query, stop; what follows is read from the answer before.
local headers = {
  ["Authorization"] = "Basic a2V5OnNlY3JldA==",
  ["Content-Type"] = "application/json",
}
local base = "/v1/apps/" .. string.rep("a", 32) .. "/cloud_recording"
local details, seed
local number, waiting, first, last = 0, {}, 1, 0
threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  details = args[1]
  number = tonumber(args[2])
  stopped, refused = 0, 0
end

local function who(cname, uid)
  return '{"cname":"' .. cname .. '","uid":"' .. uid .. '","clientRequest":'
end

local function later(method, path, body)
  last = last + 1
  waiting[last] = wrk.format(method, path, headers, body)
end

function request()
  if first <= last then
    local following = waiting[first]
    waiting[first] = nil
    first = first + 1
    return following
  end
  number = number + 1
  local body = who("room" .. number, number % 4000000000 + 1) .. "{}}"
  return wrk.format("POST", base .. "/acquire", headers, body)
end

function response(status, _, body)
  local resource = body:match('"resourceId":"([^"]+)"')
  if not resource or status >= 400 then
    refused = refused + 1
    return
  end
  local cname, uid = body:match('"cname":"([^"]+)","uid":"([^"]+)"')
  local sid = body:match('"sid":"([^"]+)"')
  local path = base .. "/resourceid/" .. resource
  if not sid then
    later("POST", path .. "/mode/mix/start", who(cname, uid) .. details .. "}")
    return
  end
  path = path .. "/sid/" .. sid .. "/mode/mix"
  if body:find('"uploadingStatus"', 1, true) or body:find('"code":435', 1, true) then
    stopped = stopped + 1
  elseif body:find('"serverResponse"', 1, true) then
    later("POST", path .. "/stop", who(cname, uid) .. '{"async_stop":true}}')
  else
    later("GET", path .. "/query", nil)
  end
end

function done(_, _, _)
  for _, thread in ipairs(threads) do
    io.write("stopped: " .. thread:get("stopped") .. "\n")
    io.write("refused: " .. thread:get("refused") .. "\n")
  end
end
