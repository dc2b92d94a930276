-- Last digits of the elementary functions.
math.randomseed(3)
local fs={'sin','cos','tan','asin','acos','atan','sinh','cosh','tanh','exp','log','log10','sqrt','floor','ceil','abs','frexp','modf'}
for _,n in ipairs(fs) do local f=math[n] for i=1,150 do local x=(math.random()-0.5)*10^math.random(-3,3) if n=='asin' or n=='acos' then x=math.random()*2-1 end local a,b=f(x) print(n,string.format("%.17g %s",a,tostring(b))) end end
for i=1,150 do local x,y=math.random()*50,(math.random()-0.5)*50 print(string.format(("%.17g "):rep(9),math.pow(x,y),x^y,math.atan2(x,y),math.fmod(x*1e5,y),math.ldexp(x,y),math.log(x,y),math.min(x,y),math.max(x,y,3),math.random(3,900))) end
