//! The table library under limits: interrupted at any point and resumed, and stopped in work that would take for ever.

mod limits;

use limits::run;

/// Every function that works in portions or calls back, on tables that take several portions.
const SCRIPT: &str = r##"
    local out = {}
    local function put(...) out[#out + 1] = table.concat({ ... }, ",") end
    local function numbers(n, step)
        local t, x = {}, 1
        for i = 1, n do x = x * step % 65537 t[i] = x end
        return t
    end
    local t = numbers(20000, 75)
    table.sort(t)
    put(t[1], t[2], t[10000], t[19999], t[20000])
    for i = 2, #t do if t[i] < t[i - 1] then put("disorder", i) end end
    t[5] = 0 / 0
    put(select(2, pcall(table.sort, t)) or "sorted")
    local s = {}
    for i, v in ipairs(numbers(9000, 33)) do s[i] = "k" .. v end
    table.sort(s)
    put(s[1], s[4500], s[9000])
    local r = numbers(300, 17)
    table.sort(r, function(a, b) return a > b end)
    put(r[1], r[150], r[300])
    put(#table.concat(t, ", "), #table.concat(s), #table.concat(r, "-"))
    for i = 1, 3 do table.insert(t, 1, -i) end
    put(t[1], t[2], t[3], #t, table.remove(t, 1), table.remove(t, 2), #t)
    put(#table.move(t, 1, #t, 5), #table.move(t, 9, #t, 1), #table.move(t, 1, #t, 1, {}))
    put(table.maxn(t))
    local sum = 0
    table.foreach(s, function(k, v) sum = sum + k end)
    table.foreachi(r, function(k, v) sum = sum + v end)
    put(sum)
    return table.concat(out, "\n")
"##;

#[test]
fn runs_that_stop_anywhere_end_alike() {
    let (expected, _) = run(SCRIPT, None, 0);
    assert!(expected.starts_with("7,8,32821,"), "{expected}");
    // The longest portion of the library costs 512.
    for fuel in [600, 601, 602, 777, 1009, 4099, 65537] {
        let (result, stops) = run(SCRIPT, Some(fuel), 100_000);
        assert_eq!(result, expected, "with {fuel}");
        assert!(stops > 0, "no stop with {fuel}");
    }
}

#[test]
fn endless_work_stops() {
    for script in [
        "table.move({}, 1, 2^31 - 1, 2)",
        "table.insert({ 1, 2, 3 }, -2^31, 4)",
        "table.sort({ 3, 2, 1 }, function() while true do end end)",
        "table.foreach({ 1 }, function() while true do end end)",
    ] {
        let script = format!("{script} return 'ended'");
        assert_eq!(run(&script, Some(1_000_000), 0).0, "stopped", "{script}");
    }
}

#[test]
fn huge_results_are_errors() {
    for script in [
        "local t = {} for i = 1, 100 do t[i] = ('x'):rep(1e6) end return select(2, pcall(table.concat, t))",
        "local t = {} for i = 1, 1e5 do t[i] = 'x' end return select(2, pcall(table.concat, t, ('y'):rep(1e4)))",
    ] {
        let (result, _) = run(script, None, 0);
        assert_eq!(result, "not enough memory", "{script}");
    }
}
