-- Which comparisons sort makes, in which order, with consistent, inconsistent and meddling functions.
local function logsort(t,cmp) local log={} local n=0
 local r={pcall(table.sort,t,function(a,b) n=n+1 if n<400 then log[n]=tostring(a)..'<'..tostring(b) end return cmp(a,b) end)}
 print(r[1],r[2],n) print(table.concat(log,' ',1,math.min(n,399))) local o={} for i=1,#t do o[i]=tostring(t[i]) end print(table.concat(o,' ')) end
math.randomseed(7)
for n=0,40 do local t={} for i=1,n do t[i]=math.random(n) end logsort(t,function(a,b) return a<b end) end
for n=1,30 do local t={} for i=1,n do t[i]=math.random(5) end logsort(t,function(a,b) return a>b end) end
-- inconsistent
for n=1,60 do local t={} for i=1,n do t[i]=math.random(n) end logsort(t,function(a,b) return true end) end
for n=1,60 do local t={} for i=1,n do t[i]=math.random(n) end logsort(t,function(a,b) return a<=b end) end
for n=1,60 do local t={} for i=1,n do t[i]=math.random(n) end logsort(t,function(a,b) return math.random(2)==1 end) end
for n=1,60 do local t={} for i=1,n do t[i]=math.random(n) end logsort(t,function(a,b) return nil end) end
-- modifying
for n=1,60 do local t={} for i=1,n do t[i]=math.random(n) end logsort(t,function(a,b) t[math.random(n)]=math.random(n) return a<b end) end
for n=1,60 do local t={} for i=1,n do t[i]=math.random(n) end logsort(t,function(a,b) t[math.random(n)]=nil return tostring(a)<tostring(b) end) end
-- no comparator: NaN, mixed zero, errors
for n=1,40 do local t={} for i=1,n do t[i]=math.random(n) end t[math.random(n)]=0/0 t[math.random(n)]=0/0 print(pcall(table.sort,t)) local o={} for i=1,#t do o[i]=tostring(t[i]) end print(table.concat(o,' ')) end
for n=1,40 do local t={} for i=1,n do t[i]=({0,-0,1,-1})[math.random(4)] end print(pcall(table.sort,t)) local o={} for i=1,#t do o[i]=tostring(t[i]) end print(table.concat(o,' ')) end
for n=1,40 do local t={} for i=1,n do t[i]=math.random(n) end if n>3 then t[math.random(n)]="x" end print(pcall(table.sort,t)) local o={} for i=1,#t do o[i]=tostring(t[i]) end print(table.concat(o,' ')) end
for _,n in ipairs{100,4095,4096,4097,8192,10000,20001} do local t={} for i=1,n do t[i]=math.random(n)+math.random(2)/2 end table.sort(t) local ok=true for i=2,n do if t[i]<t[i-1] then ok=false end end print(n,ok) t={} for i=1,n do t[i]="k"..math.random(n) end table.sort(t) for i=2,n do if t[i]<t[i-1] then ok=false end end print(n,ok,t[1],t[n],t[n/2-n/2%1]) end
local mt={__lt=function(a,b) return a.v<b.v end} local t={} for i=1,50 do t[i]=setmetatable({v=math.random(100)},mt) end table.sort(t) for i=1,50 do io.write(t[i].v,' ') end print()
print(pcall(table.sort,{setmetatable({},mt),{}})) print(pcall(table.sort,{1,2,3,nil,5})) print(pcall(table.sort,{3,1,2},nil)) print(pcall(table.sort,{true,false})) print(pcall(table.sort,{print,print}))
local t={5LL,3LL,4ULL,1LL} print(pcall(table.sort,t)) print(t[1],t[2],t[3],t[4]) local t={5LL,3,4,1LL} print(pcall(table.sort,t)) print(t[1],t[2],t[3],t[4])
print(pcall(table.sort,{3,2,1},function(a,b) error("in cmp") end)) print((pcall(table.sort,{3,2,1},function(a,b) error({}) end)))
local t=setmetatable({3,1,2},{__index=error,__newindex=error}) table.sort(t) print(t[1],t[2],t[3])
print(pcall(function() table.sort({3,1,2},function(a,b) return a.x<b end) end))
