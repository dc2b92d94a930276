//! Limits, with LuaJIT's words for them, and trees whose depth only the heap bounds.

extern crate std;

use std::format;
use std::string::String;
use std::vec::Vec;

use super::compile_source;
use crate::gc::testing;

fn names(n: usize) -> String {
    let names: Vec<String> = (1..=n).map(|i| format!("a{i}")).collect();
    names.join(",")
}

fn lines(n: usize, line: impl Fn(usize) -> String) -> String {
    let lines: Vec<String> = (1..=n).map(line).collect();
    lines.join("\n")
}

#[track_caller]
fn check(source: &str, expected: &str) {
    let mut heap = testing::heap();
    let result = compile_source(&mut heap, source.as_bytes());
    assert_eq!(result.err().unwrap_or_else(|| "ok".into()), expected);
}

#[test]
fn locals() {
    check(&format!("local {}", names(200)), "ok");
    let main = "main function has more than 200 local variables";
    check(
        &format!("local {}", names(201)),
        &format!("t.lua:1: {main}"),
    );
    check(
        &format!("\n\nlocal {}\nlocal b", names(200)),
        &format!("t.lua:4: {main}"),
    );
    check(
        &format!("\nfunction f()\nlocal {} end", names(201)),
        "t.lua:3: function at line 2 has more than 200 local variables",
    );
    check(&format!("local {} for i=1,2 do end", names(196)), "ok");
    check(
        &format!("local {} for i=1,2 do end", names(197)),
        &format!("t.lua:1: {main}"),
    );
    check(
        &format!("local {} for i in f do end", names(198)),
        &format!("t.lua:1: {main}"),
    );
    check(
        &format!("local {} local function f() end", names(200)),
        &format!("t.lua:1: {main}"),
    );
}

#[test]
fn upvalues() {
    check(
        &format!("local {0} return function() return {0} end", names(60)),
        "ok",
    );
    check(
        &format!("local {0}\nreturn function()\nreturn {0} end", names(61)),
        "t.lua:3: function at line 2 has more than 60 upvalues",
    );
    check(
        &format!(
            "local {}\nreturn function()\nreturn {}\n,function() return a61 end end",
            names(61),
            names(60)
        ),
        "t.lua:4: function at line 2 has more than 60 upvalues",
    );
}

#[test]
fn slots() {
    let complex =
        |line, near| format!("t.lua:{line}: function or expression too complex near '{near}'");
    check(&format!("f({}1)", "1,".repeat(246)), "ok");
    check(&format!("f({}1)", "1,".repeat(247)), &complex(1, "<eof>"));
    check(
        &format!("f({}\nx,y)", "x,".repeat(246)),
        &complex(2, "<eof>"),
    );
    check(&format!("return {}x", "x,".repeat(248)), "ok");
    check(
        &format!("return {}x", "x,".repeat(249)),
        &complex(1, "<eof>"),
    );
}

#[test]
fn targets() {
    let error = "has more than 200 variable names";
    check(&format!("{} = 1", names(199)), "ok");
    check(
        &format!("{} = 1", names(200)),
        &format!("t.lua:1: main function {error}"),
    );
    check(&format!("do {} = 1 end", names(198)), "ok");
    check(
        &format!("do {} = 1 end", names(199)),
        &format!("t.lua:1: main function {error}"),
    );
    check(
        &format!("local f = function() {} = 1 end", names(197)),
        "ok",
    );
    check(
        &format!("local f = function() {} = 1 end", names(198)),
        &format!("t.lua:1: function at line 1 {error}"),
    );
}

#[test]
fn jumps() {
    let body = "a=b ".repeat(20000);
    let long = |line, near| format!("t.lua:{line}: control structure too long near '{near}'");
    check(&format!("while x do {body} end"), &long(1, "end"));
    check(&format!("for i=1,2 do {body} end"), &long(1, "end"));
    check(&format!("if x then {body} end f()"), &long(1, "("));
    check(&format!("repeat {body} until x\nf()"), &long(2, "f"));
    check(&format!("goto x {body} ::x:: f()"), &long(1, "("));
    check(&format!("for k in f do {body} end"), &long(1, "end"));
}

#[test]
fn constants() {
    let too_many = "t.lua:65537: main function has more than 65536 constants";
    check(&lines(65536, |i| format!("x={i}.5")), "ok");
    check(&lines(65537, |i| format!("x={i}.5")), too_many);
    check(&lines(65535, |i| format!("x='{i}'")), "ok");
    check(&lines(65537, |i| format!("x='{i}'")), too_many);
}

#[test]
fn entries() {
    let error = "chunk has more than 65476 local variables";
    check(&lines(65476, |_| "do local a end".into()), "ok");
    check(
        &lines(65477, |_| "do local a end".into()),
        &format!("t.lua:65477: {error}"),
    );
    check(
        &lines(65477, |i| format!("::l{i}:: x=1")),
        &format!("t.lua:65477: {error}"),
    );
}

#[test]
fn deep_trees() {
    // Chains nest the tree deeply without nesting the syntax.
    check(&format!("x = a{}", ".b".repeat(100_000)), "ok");
    check(&format!("x = a{}", "()".repeat(100_000)), "ok");
    check(&format!("x = a{}", " + b".repeat(100_000)), "ok");
    check(&format!("x = a{}", " and b".repeat(10_000)), "ok");
    check(&format!("if a {} then end", " or b".repeat(10_000)), "ok");
    check(
        &format!("local f = {}1{}", "{".repeat(190), "}".repeat(190)),
        "ok",
    );
    check(
        &format!("{}{}", "do ".repeat(190), "end ".repeat(190)),
        "ok",
    );
    check(
        &format!("{}{}", "f(function() ".repeat(60), "end) ".repeat(60)),
        "ok",
    );
}
