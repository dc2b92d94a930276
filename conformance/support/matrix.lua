-- Calls a function with every combination of the given arguments and prints each result.
--   dofile("matrix.lua")("string.rep", { { "x", 5 }, { 1, "2" }, { NONE, "," } })
-- Each list holds the candidates for one argument: source text, evaluated afresh for each call.
-- The combinations of the first 0, 1, 2… arguments are all called; a third parameter sets the least number.
local unpack, tostring, type, pcall, select = unpack, tostring, type, pcall, select
local format, gsub, concat, out, compile = string.format, string.gsub, table.concat, print, loadstring

local function show(v)
  if type(v) == "string" then
    return (gsub(gsub(format("%q", v), "\n", "n"), "[\128-\255]", "?"))
  elseif type(v) == "table" and next(v) and #v > 0 then
    local r = {}
    for i = 1, #v do r[i] = show(v[i]) end
    return "{" .. concat(r, ",") .. "}"
  elseif type(v) == "number" or v == nil or type(v) == "boolean" then
    return tostring(v)
  end
  return type(v)
end

return function(name, lists, least)
  local function call(args)
    local text = name .. "(" .. concat(args, ", ") .. ")"
    local f = assert(compile("return (function(...) return ... end)(" .. text .. ")", "=call"))
    local function finish(ok, ...)
      local r = {}
      for i = 1, select("#", ...) do r[i] = show((select(i, ...))) end
      if not ok then r = { type((...)) == "table" and "{}" or tostring((...)) } end
      out(text, ok and "->" or "!", concat(r, " "))
    end
    finish(pcall(f))
  end
  local function level(args, n, depth)
    if n > depth then return call(args) end
    for _, v in ipairs(lists[n]) do
      args[n] = v
      level(args, n + 1, depth)
      args[n] = nil
    end
  end
  for depth = least or 0, #lists do level({}, 1, depth) end
end
