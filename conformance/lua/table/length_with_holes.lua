-- Lengths of arrays with holes, after appending, removing at the end and storing anywhere.
-- LuaJIT's compiler finds other borders than its interpreter; the latter counts here.
jit.off()
local seed=7
local function r(n) seed=(seed*16807)%2147483647 return seed%n end
local h=0
for round=1,60 do
  local t={}
  local n=2^r(12)+r(40)
  for i=1,n do
    local k=r(8)
    if k<5 then t[#t+1]=i elseif k==5 then t[#t]=nil elseif k==6 then t[r(n)+1]=i else t[r(n)+1]=nil end
    h=(h*31+#t)%16777213
  end
end
print(h)
