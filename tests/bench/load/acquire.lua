-- Resources for one channel and uid after the other, all in one world.
local headers = {
  ["Authorization"] = "Basic a2V5OnNlY3JldA==",
  ["Content-Type"] = "application/json",
}
local path = "/v1/apps/" .. string.rep("a", 32) .. "/cloud_recording/acquire"
local body = [[{"cname":"httpClient463224","uid":"527841","clientRequest":{}}]]
local prepared

function init(_)
  prepared = wrk.format("POST", path, headers, body)
end

function request()
  return prepared
end
