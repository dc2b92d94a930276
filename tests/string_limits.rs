//! The string library under limits: interrupted at any point and resumed, and out of memory at any allocation.

mod limits;

use limits::run;

/// Every kind of call that comes back into a function of the library, with subjects that cost fuel.
const SCRIPT: &str = r##"
    local out = {}
    local function put(...)
        local values = {...}
        for i = 1, select("#", ...) do values[i] = tostring(values[i]) end
        out[#out + 1] = table.concat(values, ",")
    end
    local long = ("abc "):rep(100)
    put(long:gsub("%w+", function(w) return w:upper() .. #out end))
    put(long:gsub("%a", setmetatable({b = "B"}, {__index = function(t, k) return k == "c" and (k:rep(2)) end})))
    put(long:gsub("(%w)(%w)", "%2%1", 50))
    local shown = setmetatable({}, {__tostring = function() return (long:gsub("b", function() return nil end)) end})
    put(string.format("%s|%10s|%q", shown, shown, shown))
    for a, b in long:gmatch("(%w)%w(%w)") do out[#out + 1] = a .. b end
    put(long:find("c a.-bc abc $"), (long:match(".*b(.-)$")))
    put(#long:rep(3, "-"), long:reverse():upper():sub(1, 9))
    return table.concat(out, "\n")
"##;

#[test]
fn runs_that_stop_anywhere_end_alike() {
    let (expected, _) = run(SCRIPT, None, 0);
    assert!(expected.starts_with("ABC0 ABC0 "), "{expected}");
    // A step of the library begins anew when it is resumed, so the fuel has to do for one.
    for fuel in 150..250 {
        let (result, stops) = run(SCRIPT, Some(fuel), 1000);
        assert_eq!(result, expected, "with {fuel}");
        assert!(stops > 1, "{stops} stops with {fuel}");
    }
}

#[test]
fn exponential_patterns_stop() {
    let script = r#"return ("a"):rep(40):find(".-.-.-.-.-.-.-.-.-b") or "none""#;
    assert_eq!(run(script, Some(100_000), 0).0, "stopped");
    let script = r#"return (("a"):rep(40):gsub(".-.-.-.-.-.-.-.-.-b", function() end))"#;
    assert_eq!(run(script, Some(100_000), 0).0, "stopped");
}

#[test]
fn huge_results_are_errors() {
    for script in [
        "return select(2, pcall(string.rep, 'x', 1e9))",
        "return select(2, pcall(string.rep, 'x', 2^31))",
        "return select(2, pcall(string.rep, 'x', 1e300))",
        "return select(2, pcall(string.rep, ('x'):rep(1e6), 1e6, 'yy'))",
        "return select(2, pcall(string.gsub, ('x'):rep(1e6), 'x', ('y'):rep(100)))",
        "return select(2, pcall(string.format, ('%s'):rep(100), string.rep('x', 1e6)))",
    ] {
        let (result, _) = run(script, None, 0);
        assert!(
            result == "not enough memory" || result.contains("value expected"),
            "{script}: {result}"
        );
    }
}
