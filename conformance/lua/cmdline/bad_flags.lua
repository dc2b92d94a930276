-- Unknown flags and missing operands.
local function sh(cmd, input)
  if input then
    local f = io.open("in.txt", "w")
    f:write(input)
    f:close()
    cmd = "(" .. cmd .. ") < in.txt"
  else cmd = "(" .. cmd .. ") < /dev/null" end
  local p = io.popen(cmd .. " 2>&1; echo \"[exit $?]\"")
  io.write("$ ", cmd, "\n", (p:read("*a"):gsub("at 0x%x+", "at 0x?")))
  p:close()
end
local function file(name, text) local f = io.open(name, "w") f:write(text) f:close() end
for _, c in ipairs{ "-x", "-xyz", "--help", "-h", "-e", "-l", "-ex", "-v -q", "-i5", "-iv", "-Ex", "--x", "-vv", "-1", "-?" } do
  local p = io.popen("luajit " .. c .. " < /dev/null > out.txt 2> err.txt; echo $?") local code = p:read("*l") p:close()
  local out, err = io.open("out.txt"):read("*a"), io.open("err.txt"):read("*a")
  print(c, code, #out > 0, #err > 0, err:match("^usage") or err:match("^[^\n]*"))
end
