--- 1 local t = {}
local t = {}
--- 2 local t = {1}
local t = {1}
--- 3 local t = {1, 2, 3}
local t = {1, 2, 3}
--- 4 local t = {x}
local t = {x}
--- 5 local t = {x, y, z}
local t = {x, y, z}
--- 6 local t = {1, x, 3}
local t = {1, x, 3}
--- 7 local t = {x, 1}
local t = {x, 1}
--- 8 local t = {x = 1}
local t = {x = 1}
--- 9 local t = {x = 1, y = 2, z = "s"}
local t = {x = 1, y = 2, z = "s"}
--- 10 local t = {x = y}
local t = {x = y}
--- 11 local t = {x = y, z = 1}
local t = {x = y, z = 1}
--- 12 local t = {["x"] = 1, [1] = 2, [2.5] = 3, [true] =
local t = {["x"] = 1, [1] = 2, [2.5] = 3, [true] = 4}
--- 13 local t = {[x] = 1}
local t = {[x] = 1}
--- 14 local t = {[x] = y, [z] = w}
local t = {[x] = y, [z] = w}
--- 15 local t = {[x.y] = 1, [f()] = 2}
local t = {[x.y] = 1, [f()] = 2}
--- 16 local t = {[1] = x, [0] = y, [255] = z, [256] = w,
local t = {[1] = x, [0] = y, [255] = z, [256] = w, [-1] = v, [1.5] = u}
--- 17 local t = {[0] = 1}
local t = {[0] = 1}
--- 18 local t = {[0] = x}
local t = {[0] = x}
--- 19 local t = {nil}
local t = {nil}
--- 20 local t = {nil, nil, 1}
local t = {nil, nil, 1}
--- 21 local t = {1, nil, 3, x = nil}
local t = {1, nil, 3, x = nil}
--- 22 local t = {x = nil}
local t = {x = nil}
--- 23 local t = {x = nil, x = 1}
local t = {x = nil, x = 1}
--- 24 local t = {x = 1, x = nil}
local t = {x = 1, x = nil}
--- 25 local t = {x = f(), x = 1}
local t = {x = f(), x = 1}
--- 26 local t = {f()}
local t = {f()}
--- 27 local t = {f(), g()}
local t = {f(), g()}
--- 28 local t = {f(), nil}
local t = {f(), nil}
--- 29 local t = {(f())}
local t = {(f())}
--- 30 local t = {...}
local t = {...}
--- 31 local t = {1, 2, ...}
local t = {1, 2, ...}
--- 32 local t = {1, f()}
local t = {1, f()}
--- 33 local t = {x = f()}
local t = {x = f()}
--- 34 local t = {f(), x = 1}
local t = {f(), x = 1}
--- 35 local t = {x = 1, f()}
local t = {x = 1, f()}
--- 36 local t = {f(), [1] = 2}
local t = {f(), [1] = 2}
--- 37 local t = {{}, {}, {1}, {x = {y = {}}}}
local t = {{}, {}, {1}, {x = {y = {}}}}
--- 38 local t = {function() end, f = function(x) return 
local t = {function() end, f = function(x) return x end}
--- 39 local t = {x and y, x or y, x == y, not x}
local t = {x and y, x or y, x == y, not x}
--- 40 local t = {x = a and b, y = 1 + 2, z = 1 .. 2}
local t = {x = a and b, y = 1 + 2, z = 1 .. 2}
--- 41 local t = {[nil] = 1}
local t = {[nil] = 1}
--- 42 local t = {[nil] = x}
local t = {[nil] = x}
--- 43 local t = {1; 2; 3;}
local t = {1; 2; 3;}
--- 44 local t = {1, 2, 3,}
local t = {1, 2, 3,}
--- 45 local t = {true, false, nil, "s", 1.5}
local t = {true, false, nil, "s", 1.5}
--- 46 local a, b; local t = {a, b, a = b, [a] = b, [b] =
local a, b; local t = {a, b, a = b, [a] = b, [b] = a}
--- 47 local t = {} t.x = 1 t[1] = 2 t["y"] = 3 t[t] = 4 
local t = {} t.x = 1 t[1] = 2 t["y"] = 3 t[t] = 4 t[1.5] = 5 t[256] = 6 t[-1] = 7 t[255] = 8
--- 48 local t = {} local a = t.x a = t[1] a = t["y"] a =
local t = {} local a = t.x a = t[1] a = t["y"] a = t[t] a = t[1.5] a = t[256] a = t[-1] a = t[true] a = t[nil]
--- 49 return {}
return {}
--- 50 return {1, 2}
return {1, 2}
--- 51 return {x = 1}
return {x = 1}
--- 52 f({}, {1}, {x})
f({}, {1}, {x})
--- 53 x = {}
x = {}
--- 54 x.y = {z = 1}
x.y = {z = 1}
--- 55 x.y.z = {}
x.y.z = {}
--- 56 local t = {a = {b = {c = 1}}}
local t = {a = {b = {c = 1}}}
--- 57 t = {f{}, g{x}}
t = {f{}, g{x}}
--- 58 local t = {-1, - 1, 1 + 1, #"x", -x}
local t = {-1, - 1, 1 + 1, #"x", -x}
--- 59 local t = {["a" .. "b"] = 1, [1 + 1] = 2, [not nil
local t = {["a" .. "b"] = 1, [1 + 1] = 2, [not nil] = 3, ["a" == "b"] = 4}
--- 60 local t = {[1LL] = 2LL}
local t = {[1LL] = 2LL}
--- 61 local t = {x ? y : z, x ?? y}
local t = {x ? y : z, x ?? y}
--- 62 local t = {x -> x, |a, b| -> a, k = || -> 1}
local t = {x -> x, |a, b| -> a, k = || -> 1}
--- 63 local t = {goto = 1, continue = 2, const = 3}
local t = {goto = 1, continue = 2, const = 3}
--- 64 local t = {a = 1, b = 2, c = 3, d = 4, e = 5, f = 
local t = {a = 1, b = 2, c = 3, d = 4, e = 5, f = x}
--- 65 local t = {1, 2, 3, 4, 5, 6, 7, 8, 9, x}
local t = {1, 2, 3, 4, 5, 6, 7, 8, 9, x}
--- 66 local t = {x, x, x, x, x, x, x, x, x, x}
local t = {x, x, x, x, x, x, x, x, x, x}
--- 67 local t = {[1] = 1, [2] = 2, 3}
local t = {[1] = 1, [2] = 2, 3}
--- 68 local t = {f(), f(), f(), f()}
local t = {f(), f(), f(), f()}
--- 69 local t = {[f()] = g(), [h()] = i()}
local t = {[f()] = g(), [h()] = i()}
--- 70 local t = {[x] = f()}
local t = {[x] = f()}
--- 71 local t = {[x or y] = z}
local t = {[x or y] = z}
--- 72 local t = {[x and 1] = z, ["k"] = x or y}
local t = {[x and 1] = z, ["k"] = x or y}
--- 73 local a = {}.x; a = ({}).x; a = ({1,2})[1]; a = #{
local a = {}.x; a = ({}).x; a = ({1,2})[1]; a = #{1}; a = {} == {}
--- 74 local t = {
local t = {
  1, 2,
  x = 3,
  y = z,
  f(),
}
