-- Records what reference LuaJIT says to the sources of this folder's lists:
--   luajit record.lua < errors.txt > new.txt && mv new.txt errors.txt
-- errors52.txt is recorded the same way by a LuaJIT built with LUAJIT_ENABLE_LUA52COMPAT.
-- A line is a source, a tab, the message or "ok". Sources are written with \n \r \t \\ \xNN, and \(text\)N; for N times text.
local function unescape(s)
  s = s:gsub("\\%((.-)\\%)(%d+);", function(text, n) return text:rep(tonumber(n)) end)
  s = s:gsub("\\(.)(%x?%x?)", function(c, hex)
    if c == "x" then return string.char(tonumber(hex, 16)) end
    return ({ n = "\n", r = "\r", t = "\t", ["\\"] = "\\" })[c] .. hex
  end)
  return s
end
local function escape(s)
  return (s:gsub("[%z\1-\31\\\127-\255]", function(c)
    local map = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\" }
    return map[c] or ("\\x%02x"):format(c:byte())
  end))
end
for line in io.lines() do
  if line == "" or line:sub(1, 2) == "# " then
    print(line)
  else
    local source = line:match("^[^\t]*")
    local f, message = loadstring(unescape(source), "=x")
    print(source .. "\t" .. (f and "ok" or escape(message)))
  end
end
