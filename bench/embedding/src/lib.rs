//! One module per library; each offers the same five things to measure.
//!
//! * `call_in`: the program calls a script's function with two integers and takes one back.
//! * `call_out`: a script calls a function of the program, [`BATCH`] times in a loop.
//! * `method`: a script calls a changing method of a value of the program, [`BATCH`] times.
//! * `create`: a state with the library's own safe set of functions, and its end.
//! * `empty_loop`: the script's loop without a call, to see what of the above is the loop.

pub mod mlua_luajit;
pub mod perilune_api;
pub mod piccolo_api;
pub mod rhai_api;

/// Calls per run of a script's loop.
pub const BATCH: i64 = 1000;

/// The script, for everything that speaks Lua.
pub const SCRIPT: &str = "
function add(a, b) return a + b end
function call_out(n) local s = 0 for i = 1, n do s = host_add(s, i) end return s end
function method(n) local c = counter for i = 1, n do c:add(i) end end
function empty_loop(n) local s = 0 for i = 1, n do s = s + i end return s end
";
