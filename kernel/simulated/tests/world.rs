//! What scripts find, and what they don't; arguments and results; state from run to run.

mod support;

use perilune_kernel::{Errno, Limits};
use perilune_kernel_simulated::{Loaded, Outcome, Value};
use support::{eval, failure, load, number, process, returned, text};

#[test]
fn arguments_and_results_are_passed() {
    let script = load("return select('#', ...), ...");
    let given = [
        Value::Nil,
        Value::Boolean(true),
        Value::Boolean(false),
        number(-1.5),
        text("a\0b"),
        text(""),
    ];
    let results = returned(&script, &given);
    assert_eq!(results[0], number(6));
    assert_eq!(results[1..], given);
}

#[test]
fn what_cannot_leave_is_named() {
    let results = eval("return {}, print, coroutine.create(print), sys.buffer(1)");
    let names = ["table", "function", "thread", "userdata"];
    assert_eq!(
        results,
        names.map(|name| Value::Other(name.as_bytes().to_vec()))
    );
}

#[test]
fn addresses_tell_nothing() {
    let near = |source: &str| {
        let code = "local function of(t) return SOURCE end
            local t = {} assert(of(t) == of(t))
            local kept, last, near = {}, 0, 0
            for i = 1, 100 do
              kept[i] = {}
              local told = tonumber(of(kept[i]):match('0x(%x+)'), 16)
              if math.abs(told - last) < 2^32 then near = near + 1 end
              last = told
            end
            return near";
        eval(&code.replace("SOURCE", source))
    };
    for source in ["tostring(t)", "('%p'):format(t)", "('%s'):format(t)"] {
        assert_eq!(near(source), [number(0)], "{source}");
    }
}

#[test]
fn long_strings_come_back_whole() {
    assert_eq!(
        eval("return ('x'):rep(10000)"),
        [Value::String(vec![b'x'; 10000])]
    );
}

#[test]
fn globals_stay_from_run_to_run() {
    let script = load("count = (count or 0) + 1 return count");
    for n in 1..=3 {
        assert_eq!(returned(&script, &[]), [number(n)]);
    }
}

#[test]
fn a_handler_takes_the_script_s_place() {
    let script = load("local n = 0 sys.handler(function(k) n = n + k return n end) return 'ready'");
    assert_eq!(returned(&script, &[]), [text("ready")]);
    assert_eq!(returned(&script, &[number(2)]), [number(2)]);
    assert_eq!(returned(&script, &[number(3)]), [number(5)]);
}

#[test]
fn there_is_nothing_that_reaches_outside() {
    let absent = [
        "io",
        "os",
        "package",
        "require",
        "module",
        "debug",
        "ffi",
        "jit",
        "loadfile",
        "dofile",
        "newproxy",
        "string.dump",
    ];
    for name in absent {
        assert_eq!(eval(&format!("return {name}")), [Value::Nil], "{name}");
    }
    assert_eq!(
        eval("return load('\\27Lua')"),
        [Value::Nil, text("attempt to load chunk with wrong mode")]
    );
    assert_eq!(eval("return load('return 7')()"), [number(7)]);
}

#[test]
fn text_that_is_no_lua_is_refused_with_a_message() {
    let refused = |source: &[u8]| match Loaded::load(&process(), source, Limits::DEFAULT) {
        Err(failure) => failure,
        Ok(_) => panic!("it was loaded"),
    };
    let failure = refused(b"x = = 1");
    assert_eq!(failure.errno, Errno::ENOEXEC);
    assert_eq!(failure.message, "script:1: unexpected symbol near '='");
    let failure = refused(b"\x1bLJ\x02");
    assert_eq!(failure.errno, Errno::ENOEXEC);
    assert_eq!(failure.message, "attempt to load chunk with wrong mode");
    let long = vec![b' '; Limits::DEFAULT.source + 1];
    assert_eq!(refused(&long).errno, Errno::E2BIG);
}

#[test]
fn errors_are_results() {
    let script = load("error('no')");
    assert_eq!(failure(&script.run(&[]).unwrap()), "script:1: no");
    let run = load("error({})").run(&[]).unwrap();
    assert_eq!(run.outcome, Outcome::Failed);
    assert_eq!(run.results, [Value::Other(b"table".to_vec())]);
}

#[test]
fn what_is_printed_is_kept_up_to_a_limit() {
    let script = load("print('a', 1) print 'b'");
    returned(&script, &[]);
    assert_eq!(script.log().unwrap(), b"a\t1\nb\n");
    assert_eq!(script.log().unwrap(), b"");
    let script = load("for i = 1, 100000 do print 'x' end");
    returned(&script, &[]);
    assert_eq!(script.log().unwrap().len(), Limits::DEFAULT.log);
}

#[test]
fn metatables_of_views_are_hidden() {
    assert_eq!(
        eval("return getmetatable(sys.buffer(1)), getmetatable(sys.batch(1, 1))"),
        [Value::Boolean(false), Value::Boolean(false)]
    );
    let results = eval("return pcall(setmetatable, sys.buffer(1), {})");
    assert_eq!(results[0], Value::Boolean(false));
}
