//! The prompt, at a terminal of its own and without one.

mod support;

use std::process::Command;

use rexpect::session::{Options, PtySession, spawn_with_options};
use support::{folder, perilune};

/// How long something may take; generous, since tests share the machine.
const TIMEOUT: u64 = 20_000;

fn session(history: &str) -> PtySession {
    session_with(history, &[])
}

fn session_with(history: &str, environment: &[(&str, &str)]) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perilune"));
    command
        .env_clear()
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .env("PERILUNE_HISTORY", history)
        .envs(environment.iter().copied());
    let options = Options::default()
        .timeout_ms(Some(TIMEOUT))
        .strip_ansi_escape_codes(true);
    let mut session = spawn_with_options(command, options).expect("a terminal");
    session.exp_string("Perilune").expect("the version");
    session.exp_string(PROMPT).expect("the prompt");
    session
}

/// How an empty prompt looks when the editor has drawn it.
const PROMPT: &str = "\r> \r";
const CONTINUATION: &str = "\r>> \r";

/// Types a line and waits for this text.
fn say(session: &mut PtySession, line: &str, answer: &str) {
    session.send_line(line).expect("typing");
    session
        .exp_string(answer)
        .unwrap_or_else(|e| panic!("{line:?}: {e}"));
}

/// Presses keys.
fn keys(session: &mut PtySession, keys: &str) {
    session.send(keys).expect("typing");
    session.flush().expect("typing");
}

fn end(mut session: PtySession) {
    session.send_control('d').expect("typing");
    session.exp_eof().expect("the end");
}

#[test]
fn values_are_printed() {
    let mut p = session("");
    say(&mut p, "1 + 41", "\n42\r\n");
    say(&mut p, "= 'a' .. 'b', 7", "\nab\t7\r\n");
    say(&mut p, "x = 5", PROMPT);
    say(&mut p, "x, nil", "\n5\tnil\r\n");
    say(&mut p, "return x + 1", "\n6\r\n");
    say(&mut p, "local y = 3; print(y * 10)", "\n30\r\n");
    end(p);
}

#[test]
fn incomplete_input_goes_on() {
    let mut p = session("");
    say(&mut p, "for i = 1, 2 do", CONTINUATION);
    say(&mut p, "print('round ' .. i)", CONTINUATION);
    say(&mut p, "end", "round 2\r\n");
    say(&mut p, "{ 1,", CONTINUATION);
    say(&mut p, "2 }", "\n{ 1, 2 }\r\n");
    say(&mut p, "_PROMPT2 = 'more? '", PROMPT);
    say(&mut p, "(", "\rmore? \r");
    say(&mut p, "77)", "\n77\r\n");
    end(p);
}

#[test]
fn ctrl_c_returns_to_the_prompt() {
    let mut p = session("");
    say(&mut p, "function f(", CONTINUATION);
    p.send_control('c').expect("typing");
    p.exp_string(PROMPT).expect("the prompt");
    p.send_line("print('begun') while true do end")
        .expect("typing");
    p.exp_string("begun\r\n").expect("the loop");
    p.send_control('c').expect("typing");
    p.exp_string("interrupted!").expect("the message");
    say(&mut p, "'still ' .. 'here'", "\nstill here\r\n");
    for body in [
        "string.rep('x', 1e8):find(('x?'):rep(20) .. 'y')",
        "coroutine.wrap(function() while true do end end)()",
        "pcall(function() while true do end end) print('caught')",
        "io.read()",
    ] {
        p.send_line(&format!("print('be' .. 'gun') io.stdout:flush() {body}"))
            .expect("typing");
        p.exp_string("begun\r\n").expect("the loop");
        p.send_control('c').expect("typing");
        p.exp_string("interrupted!")
            .unwrap_or_else(|e| panic!("{body}: {e}"));
        p.exp_string(PROMPT).expect("the prompt");
    }
    end(p);
}

#[test]
fn errors_point_into_the_input() {
    let mut p = session("");
    say(
        &mut p,
        "x = = 1",
        "error: stdin:1: unexpected symbol near '='",
    );
    p.exp_string("1 | x = = 1").expect("the line");
    p.exp_string("    ^").expect("the place");
    say(
        &mut p,
        "local a = foo.bar",
        "attempt to index global 'foo' (a nil value)",
    );
    p.exp_string("          ^^^").expect("the place");
    p.exp_string("stack traceback:").expect("the traceback");
    say(&mut p, "error({})", "(error object is not a string)");
    end(p);
}

#[test]
fn colours_unless_they_are_unwanted() {
    let failure = |environment: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perilune"));
        command
            .env_clear()
            .env("TERM", "xterm")
            .env("PERILUNE_HISTORY", "")
            .envs(environment.iter().copied());
        let mut p = spawn_with_options(command, Options::default().timeout_ms(Some(TIMEOUT)))
            .expect("a terminal");
        p.exp_string("> ").expect("the prompt");
        p.send_line("x = = 1").expect("typing");
        p.exp_string("unexpected symbol").expect("the error")
    };
    assert!(failure(&[]).contains("\u{1b}[1m\u{1b}[91merror"));
    assert!(!failure(&[("NO_COLOR", "1")]).contains("\u{1b}[91m"));
}

#[test]
fn completion_never_runs_metamethods() {
    let mut p = session("");
    say(
        &mut p,
        "watched = setmetatable({inner = {value = 42}}, {__index = function() print('RUN') os.exit(9) end})",
        "> ",
    );
    keys(&mut p, "watched.inn\t.val\t\r");
    p.exp_string("\n42\r\n").expect("the value");
    keys(&mut p, "('x'):rep(2) .. str\t.ch\t(65)\r");
    p.exp_string("\nxxA\r\n").expect("the value");
    say(&mut p, "s = 'abc'", PROMPT);
    keys(&mut p, "s:upp\t()\r");
    p.exp_string("\nABC\r\n").expect("the value");
    keys(&mut p, "watched.zzz\t\u{15}");
    keys(&mut p, "retu\t 'key' .. 'word'\r");
    p.exp_string("\nkeyword\r\n").expect("the value");
    end(p);
}

#[test]
fn history_is_kept() {
    let dir = folder("history");
    let file = dir.path("kept/history");
    let file = file.to_str().expect("a path of text");
    let mut p = session(file);
    say(&mut p, "'first ' .. 1", "first 1\r\n");
    say(&mut p, "do", CONTINUATION);
    say(&mut p, "print('many ' .. 'lines') end", "many lines\r\n");
    end(p);
    let mut p = session(file);
    // Inside of an input of several lines, the key goes up a line.
    keys(&mut p, "\u{1b}[A\u{1b}[A\u{1b}[A\r");
    p.exp_string("\nfirst 1\r\n").expect("the earlier input");
    keys(&mut p, "\u{1b}[A\u{1b}[A\r");
    p.exp_string("\nmany lines\r\n").expect("the earlier input");
    end(p);
}

#[test]
fn without_a_terminal() {
    let run = perilune(&["-i"])
        .stdin("x = 2\n= x\nfor i=1,1 do\nprint('loop')\nend\nx +\n1\nerror('no', 0)\n")
        .run();
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("Perilune "));
    assert!(lines[1].starts_with("JIT: O"));
    assert_eq!(lines[2..], ["> > 2", "> >> >> loop", "> >> 3", "> > "]);
    assert!(
        run.stderr.starts_with("no\nstack traceback:"),
        "{}",
        run.stderr
    );
    assert_eq!(run.code, 0);
}

#[test]
fn exit_from_the_prompt() {
    let run = perilune(&["-i"]).stdin("os.exit(7, true)\n").run();
    assert_eq!(run.code, 7);
}

#[test]
fn tables_are_shown() {
    let mut p = session("");
    say(
        &mut p,
        "{ 1, x = { 'a' }, [true] = 2 }",
        "\n{ 1, x = { \"a\" }, [true] = 2 }\r\n",
    );
    say(&mut p, "t = { 1 }; t.t = t", PROMPT);
    say(&mut p, "t", "\n{ 1, t = <1 up> }\r\n");
    say(
        &mut p,
        "setmetatable({}, { __tostring = function() return 'own' end })",
        "\nown\r\n",
    );
    say(
        &mut p,
        "function print(...) io.write('mine ', select('#', ...), '\\n') end",
        PROMPT,
    );
    say(&mut p, "t", "\nmine 1\r\n");
    end(p);
}

#[test]
fn commands() {
    let mut p = session("");
    say(&mut p, ":help", "  :bytecode f ");
    say(&mut p, "function add(a, b) return a + b end", PROMPT);
    say(&mut p, ":bytecode add", "ADDVV");
    say(
        &mut p,
        ":why add",
        "the function at stdin:1: not hot so far",
    );
    say(&mut p, "for i = 1, 1000 do add(i, i) end", PROMPT);
    say(&mut p, ":trace", "stdin:1 loop,");
    say(&mut p, ":trace 1", "GGET     4   0      ; \"add\"");
    say(&mut p, ":trace 9", "there is no trace 9");
    say(&mut p, ":why add", "compiled in trace 1.");
    say(
        &mut p,
        "function env() for i = 1, 1000 do setfenv(1, getfenv(1)) end end env() env() env()",
        PROMPT,
    );
    say(&mut p, ":why env", "given up in line 1");
    say(&mut p, ":time add(20, 22)", "\n42\r\n");
    p.exp_string("of the processor").expect("a time");
    say(&mut p, ":mem", "\nused ");
    say(&mut p, ":gc", " after; ");
    say(&mut p, ":jit off", "JIT: OFF");
    say(&mut p, ":jit flush", "0 traces");
    say(&mut p, ":bytecode print", "is a function of the library");
    say(&mut p, ":nonsense", "no command ':nonsense'");
    // A label is none.
    say(&mut p, "::a:: print 'label'", "\nlabel\r\n");
    keys(&mut p, ":byt\t");
    p.exp_string(":bytecode").expect("its completion");
    keys(&mut p, "\x15");
    end(p);
}

#[test]
fn colours_and_history() {
    let history = folder("prompt-colours").path("history");
    let mut command = Command::new(env!("CARGO_BIN_EXE_perilune"));
    command
        .env_clear()
        .env("TERM", "xterm")
        .env("PERILUNE_HISTORY", &history);
    let options = Options::default().timeout_ms(Some(TIMEOUT));
    let mut p = spawn_with_options(command, options).expect("a terminal");
    p.exp_string("> ").expect("the prompt");
    say(&mut p, "local abc = 'text'", "\x1b[32m'text'\x1b[0m");
    say(
        &mut p,
        "(function() return 5 end)()",
        "\x1b[35mfunction\x1b[0m",
    );
    p.exp_string("5\r\n").expect("the value");
    // Page up finds what begins alike, Ctrl-R what contains a text.
    keys(&mut p, "loc\x1b[5~\r");
    p.exp_string("'text'").expect("the earlier line");
    keys(&mut p, "\x12return\r");
    p.exp_string("5\r\n").expect("the value again");
    p.exp_string("> ").expect("the prompt again");
    p.send_control('d').expect("typing");
    p.exp_eof().expect("the end");
}

#[test]
fn errors_of_scripts_point_into_their_files() {
    let dir = folder("prompt-errors");
    dir.write(
        "e.lua",
        "local t = {}\nlocal function f()\n  return t.x.y\nend\nf()\n",
    );
    dir.write("s.lua", "x = = 1\n");
    let run = |script: &str, no_color: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perilune"));
        command
            .arg(script)
            .current_dir(dir.path(""))
            .env_clear()
            .env("TERM", "xterm");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let options = Options::default().timeout_ms(Some(TIMEOUT));
        let mut p = spawn_with_options(command, options).expect("a terminal");
        p.exp_eof().expect("its output")
    };
    let shown = run("e.lua", true);
    assert!(!shown.contains('\x1b'), "{shown}");
    let message = shown
        .find("e.lua:3: attempt to index field 'x'")
        .expect("the message");
    let excerpt = shown
        .find("3 |   return t.x.y\r\n  |            ^")
        .expect("the excerpt");
    let traceback = shown
        .find("stack traceback:\r\n\te.lua:3: in function 'f'")
        .expect("the traceback");
    assert!(message < excerpt && excerpt < traceback, "{shown}");
    assert!(run("e.lua", false).contains("\x1b["), "colours");
    assert!(run("s.lua", true).contains("1 | x = = 1"));
    // Elsewhere it is LuaJIT's plain text.
    let plain = perilune(&["e.lua"]).dir(&dir).run().stderr;
    assert!(plain.starts_with(
        "perilune: e.lua:3: attempt to index field 'x' (a nil value)\nstack traceback:\n"
    ));
}
