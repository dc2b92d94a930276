-- Strings as numbers in arithmetic, numbers as strings in concatenation, and where neither happens.
print("10" + 5, "10" * "2", "0x10" + 0, " 5 " - 1, "1e1" / 2, 10 % "3", "2" ^ "3", -"7", "3" .. 4, "10" + "-3",
  "0b11" + 0, ".5" + 0, "5." + 0)
for _, s in ipairs{ "", " ", "a", "1a", "0x", "1 2", "nan", "inf", "1e", "\0", "1\0", "0b", "1LL", "1_0" } do
  print(("%q"):format(s), pcall(function() return s + 1 end))
  print(("%q"):format(s), pcall(function() return 1 * s end))
end
print(pcall(function() return "10" < 5 end))
print("10" == 10, 10 == "10", "10" < "9", ({ [10] = "n", ["10"] = "s" })[10], ({ [10] = "n", ["10"] = "s" })["10"])
print(math.max("10", 9), math.floor("3.7"), ("x"):rep("3"), ("abc"):sub("2"), string.format("%d", "10"),
  string.format("%s", 10), #tostring(12.5), table.concat({ 1, "2", 3.5 }, 0))
print(pcall(math.max, "x")) print(pcall(string.rep, "x", "y")) print(pcall(string.rep, {}, 1)) print(pcall(string.sub, "x", {}))
for i = "1", "3" do print(i, math.type) end
