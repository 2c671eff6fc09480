-- For wrk with as many threads as connections, so that a thread knows which request an answer is
-- for. Arguments: a photo, and the mean pause before a request in milliseconds (0: none).
-- Prints how many answers there were by status, and the latencies of those with 200.

local ffi = require("ffi")
ffi.cdef [[
  struct moment { long s; long ns; };
  int clock_gettime(int clock, struct moment *at);
]]
local at = ffi.new("struct moment")

local function now()
  ffi.C.clock_gettime(1, at)
  return tonumber(at.s) * 1e3 + tonumber(at.ns) / 1e6
end

local threads = {}

function setup(thread)
  thread:set("seed", #threads + 1)
  table.insert(threads, thread)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*a")
  wrk.headers["content-type"] = "image/jpeg"
  file:close()
  mean = tonumber(args[2])
  math.randomseed(seed)
  statuses, latencies = {}, {}
  whole = wrk.format()
  if mean == 0 then delay = nil end
end

-- Pauses as between independent clients.
function delay()
  return math.floor(-mean * math.log(1 - math.random()))
end

function request()
  started = now()
  return whole
end

function response(status)
  if status == 200 then table.insert(latencies, now() - started) end
  statuses[status] = (statuses[status] or 0) + 1
end

function done(summary)
  local counts, all = {}, {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("statuses")) do
      counts[status] = (counts[status] or 0) + count
    end
    for _, latency in ipairs(thread:get("latencies")) do table.insert(all, latency) end
  end
  table.sort(all)
  local function part(p) return all[math.max(1, math.ceil(p * #all))] or 0 end
  for status, count in pairs(counts) do io.write(("status %d: %d\n"):format(status, count)) end
  local errors = summary.errors
  io.write(("socket errors: %d\n"):format(errors.connect + errors.read + errors.write + errors.timeout))
  io.write(("seconds: %.1f\n"):format(summary.duration / 1e6))
  io.write(("accepted: p50 %.0f ms, p90 %.0f ms, p99 %.0f ms, most %.0f ms\n"):format(
    part(0.5), part(0.9), part(0.99), part(1)))
end
