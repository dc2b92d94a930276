//! The command's options, streams and exit codes, as LuaJIT has them.

mod support;

use support::{Run, folder, perilune};

fn check(run: Run, stdout: &str, stderr: &str, code: i32) {
    assert_eq!(run.stdout, stdout);
    assert_eq!(run.stderr, stderr);
    assert_eq!(run.code, code);
}

#[test]
fn chunks_and_scripts() {
    check(perilune(&["-e", "print(1)"]).run(), "1\n", "", 0);
    check(
        perilune(&["-eprint(1)", "-e", "print(2)"]).run(),
        "1\n2\n",
        "",
        0,
    );
    check(perilune(&["-"]).stdin("print(...)").run(), "\n", "", 0);
    check(perilune(&[]).stdin("print('in')").run(), "in\n", "", 0);
    let dir = folder("scripts");
    dir.write(
        "s.lua",
        "#!/usr/bin/env perilune\nprint(select('#', ...), ...)",
    );
    check(
        perilune(&["s.lua", "a", "-v"]).dir(&dir).run(),
        "2\ta\t-v\n",
        "",
        0,
    );
    check(
        perilune(&["-e", "x = 1", "s.lua"]).dir(&dir).run(),
        "0\n",
        "",
        0,
    );
    dir.write("-", "print('dash')");
    check(perilune(&["--", "-"]).dir(&dir).run(), "dash\n", "", 0);
}

#[test]
fn the_arg_table() {
    let show = "for i = -4, 3 do io.write(i, '=', tostring(arg[i]):match('[^/]*$'), ' ') end";
    let run = perilune(&["-e", "y = 1", "-", "a", "b"]).stdin(show).run();
    check(
        run,
        "-4=nil -3=perilune -2=-e -1=y = 1 0=- 1=a 2=b 3=nil ",
        "",
        0,
    );
    let run = perilune(&["-e", "arg = {7, 8}", "-", "a"])
        .stdin("print(...)")
        .run();
    check(run, "7\t8\n", "", 0);
    let run = perilune(&["-e", "arg = nil", "-", "a"])
        .stdin("print(...)")
        .run();
    check(run, "\n", "", 0);
    // Without a script, index 0 is what would follow the options.
    let run = perilune(&["-e", "print(arg[-1], arg[0], #arg)"]).run();
    check(run, "print(arg[-1], arg[0], #arg)\tnil\t0\n", "", 0);
}

#[test]
fn bad_options_get_the_usage() {
    for args in [
        &["-x"][..],
        &["-e"],
        &["-l"],
        &["-j"],
        &["-ix"],
        &["-vx"],
        &["-v", "-bl", "x"],
        &["--help"],
    ] {
        let run = perilune(args).run();
        assert!(
            run.stderr.starts_with("usage: perilune [options]... "),
            "{}",
            run.stderr
        );
        assert_eq!((run.stdout.as_str(), run.code), ("", 1));
    }
}

#[test]
fn version() {
    let run = perilune(&["-v"]).run();
    assert!(run.stdout.starts_with("Perilune "), "{}", run.stdout);
    assert_eq!(run.code, 0);
    let run = perilune(&["-v", "-e", "print(1)"]).run();
    assert!(run.stdout.ends_with("\n1\n"));
}

#[test]
fn errors_have_a_traceback() {
    let run = perilune(&["-e", "local function f() error('no') end f()"]).run();
    assert_eq!(
        run.stderr.lines().take(5).collect::<Vec<_>>(),
        [
            "perilune: (command line):1: no",
            "stack traceback:",
            "\t[C]: in function 'error'",
            "\t(command line):1: in function 'f'",
            "\t(command line):1: in main chunk",
        ]
    );
    assert_eq!(run.code, 1);
}

#[test]
fn error_values() {
    check(perilune(&["-e", "error()"]).run(), "", "", 1);
    check(perilune(&["-e", "error(nil)"]).run(), "", "", 1);
    let plain = "perilune: (error object is not a string)\n";
    check(perilune(&["-e", "error({})"]).run(), "", plain, 1);
    let run = perilune(&[
        "-e",
        "error(setmetatable({}, {__tostring = function() return 'hi' end}))",
    ])
    .run();
    assert!(
        run.stderr
            .starts_with("perilune: hi\nstack traceback:\n\t[C]: in function 'error'\n")
    );
    let run = perilune(&[
        "-e",
        "error(setmetatable({}, {__tostring = function() return {} end}))",
    ])
    .run();
    check(run, "", plain, 1);
    let run = perilune(&["-e", "error(setmetatable({}, {__tostring = error}))"]).run();
    check(run, "", "perilune: error in error handling\n", 1);
    let run = perilune(&["-e", "error(12)"]).run();
    assert!(
        run.stderr
            .starts_with("perilune: (command line):1: 12\nstack traceback:"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_cannot_be_loaded() {
    let dir = folder("loading");
    let run = |args: &[&str]| perilune(args).dir(&dir).run();
    check(
        run(&["no.lua"]),
        "",
        "perilune: cannot open no.lua: No such file or directory\n",
        1,
    );
    check(
        run(&["."]),
        "",
        "perilune: cannot read .: Is a directory\n",
        1,
    );
    check(
        run(&["-e", "x ="]),
        "",
        "perilune: (command line):1: unexpected symbol near '<eof>'\n",
        1,
    );
    let missing = run(&["-l", "nothing"]);
    assert!(missing.stderr.starts_with("perilune: module 'nothing' not found:\n\tno field package.preload['nothing']\n\tno file './nothing.lua'\n"));
    assert_eq!(missing.code, 1);
    check(
        run(&["-jnothing"]),
        "",
        "perilune: unknown luaJIT command or jit.* modules not installed\n",
        1,
    );
    check(
        run(&["-Onothing"]),
        "",
        "perilune: unknown or malformed optimization flag 'nothing'\n",
        1,
    );
    // As with LuaJIT, a failing standard input is no failure of the command unless `-` asks for it.
    let run = perilune(&[]).stdin("error('x', 0)").run();
    assert!(run.stderr.starts_with("perilune: x\nstack traceback:"));
    assert_eq!(run.code, 0);
    assert_eq!(perilune(&["-"]).stdin("error('x')").run().code, 1);
}

#[test]
fn jit_options() {
    check(
        perilune(&["-jon", "-joff", "-jflush", "-e", "print(jit.status())"])
            .run()
            .first_word(),
        "false",
        "",
        0,
    );
    check(
        perilune(&["-O3", "-O+fold,-cse,hotloop=10", "-e", "print(1)"]).run(),
        "1\n",
        "",
        0,
    );
}

#[test]
fn environment() {
    let run = perilune(&["-e", "print(1)"])
        .env("LUA_INIT", "print('init')")
        .run();
    check(run, "init\n1\n", "", 0);
    let run = perilune(&["-E", "-e", "print(1)"])
        .env("LUA_INIT", "print('init')")
        .run();
    check(run, "1\n", "", 0);
    let run = perilune(&["-e", "print(1)"])
        .env("LUA_INIT", "print(")
        .run();
    check(
        run,
        "",
        "perilune: LUA_INIT:1: unexpected symbol near '<eof>'\n",
        1,
    );
    let dir = folder("environment");
    dir.write("init.lua", "x = 'from file'");
    let run = perilune(&["-e", "print(x)"])
        .dir(&dir)
        .env("LUA_INIT", "@init.lua")
        .run();
    check(run, "from file\n", "", 0);
    let path = "./?.lua;/usr/local/share/luajit-2.1/?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/share/lua/5.1/?/init.lua";
    let run = perilune(&["-e", "print(package.path)"])
        .env("LUA_PATH", "a;;b")
        .run();
    check(run, &format!("a;{path};b\n"), "", 0);
    let run = perilune(&["-E", "-e", "print(package.path)"])
        .env("LUA_PATH", "a")
        .run();
    check(run, &format!("{path}\n"), "", 0);
    dir.write("m.lua", "return {name = ...}");
    let run = perilune(&["-l", "m", "-e", "print(require('m').name)"])
        .dir(&dir)
        .run();
    check(run, "m\n", "", 0);
}

#[test]
fn exits() {
    for (chunk, code) in [
        ("os.exit()", 0),
        ("os.exit(3)", 3),
        ("os.exit(true)", 0),
        ("os.exit(false)", 1),
        ("os.exit(256 + 7)", 7),
        ("os.exit(5, true)", 5),
        ("pcall(os.exit, 6, true) print('not reached')", 6),
        ("coroutine.wrap(function() os.exit(4, true) end)()", 4),
    ] {
        let run = perilune(&["-e", &format!("io.write('out') {chunk}")]).run();
        check(run, "out", "", code);
    }
}

#[test]
fn compatibility_with_5_2() {
    let chunk = "print(#setmetatable({}, {__len = function() return 7 end}), arg[-2])";
    check(
        perilune(&["--52compat", "-e", chunk]).run(),
        "7\t-e\n",
        "",
        0,
    );
    check(perilune(&["-e", chunk]).run(), "0\t-e\n", "", 0);
}

#[test]
fn a_closed_pipe_ends_the_command() {
    let run = perilune(&[
        "-e",
        "local p = io.popen(arg[-3] .. ' -e \"while true do print(1) end\" | head -n 2') print(p:read('*a'))",
    ])
    .env("PATH", "/bin:/usr/bin")
    .program_path()
    .run();
    check(run, "1\n1\n\n", "", 0);
}

#[test]
fn bytecode() {
    let dir = folder("bytecode");
    dir.write("t.lua", "print('from bytecode', ...)");
    let run = |args: &[&str]| perilune(args).dir(&dir).run();
    check(
        run(&["-bl", "t.lua"]),
        "-- BYTECODE -- t.lua:0-1\n0001    GGET     0   0      ; \"print\"\n0002    KSTR     2   1      ; \"from bytecode\"\n0003    VARG     3   0   0\n0004    CALLM    0   1   1\n0005    RET0     0   1\n\n",
        "",
        0,
    );
    check(run(&["-b", "t.lua", "t.raw"]), "", "", 0);
    check(run(&["t.raw", "x"]), "from bytecode\tx\n", "", 0);
    check(run(&["-bg", "t.lua", "t.h"]), "", "", 0);
    assert!(dir.read("t.h").starts_with("#define perilune_BC_t_SIZE "));
    check(
        run(&["-bl", "no.lua"]),
        "",
        "perilune: cannot open no.lua: No such file or directory\n",
        1,
    );
    let usage = run(&["-b"]);
    assert!(usage.stderr.starts_with("Save or list bytecode: "));
    assert_eq!(usage.code, 1);
}

#[test]
fn the_usage_tells_of_options_that_luajit_lacks() {
    let run = perilune(&["--help"]).run();
    assert_eq!((run.stdout.as_str(), run.code), ("", 1));
    for option in ["--dap[=port]", "--profile file", "--perf-map", "  -e chunk"] {
        assert!(run.stderr.contains(option), "{}", run.stderr);
    }
}
