//! Profiles: flame graphs, folded stacks, LuaJIT's texts, the map for perf, and `jit.profile`.

mod support;

use std::process::{Command, Stdio};

use support::{Folder, folder, perilune};

/// A script that takes half a second of the processor's time, most of it in line 3.
const HOT: &str = "local function hot()
  local n = 0
  for i = 1, 1e5 do n = n + i % 7 end
  return n
end
while os.clock() < 0.5 do hot() end
os.exit(3)
";

fn hot(name: &str) -> Folder {
    let dir = folder(name);
    dir.write("hot.lua", HOT);
    dir
}

#[test]
fn folded_stacks_name_lines_and_traces() {
    let dir = hot("profile-folded");
    let run = perilune(&["--profile=out.folded", "hot.lua"])
        .dir(&dir)
        .run();
    assert_eq!((run.stderr.as_str(), run.code), ("", 3));
    let folded = dir.read("out.folded");
    let count = |part: &str| -> u64 {
        let lines = folded.lines().filter(|line| line.contains(part));
        lines
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok())
            .sum()
    };
    let all = count("main chunk (hot.lua);hot (hot.lua:1);hot.lua:3;");
    assert!(all * 10 > count("") * 8 && all > 50, "{folded}");
    assert!(count("hot.lua:3;[trace ") * 10 > all * 8, "{folded}");
}

#[test]
fn flame_graphs() {
    let dir = hot("profile-svg");
    perilune(&["--profile", "out.svg", "hot.lua"])
        .dir(&dir)
        .run();
    let svg = dir.read("out.svg");
    assert!(svg.starts_with("<?xml") && svg.contains("hot (hot.lua:1)"));
}

#[test]
fn texts_are_those_of_luajit() {
    let dir = hot("profile-text");
    let text = |option: &str| perilune(&[option, "hot.lua"]).dir(&dir).run().stdout;
    let lines = text("-jp=l");
    assert!(
        lines
            .lines()
            .next()
            .is_some_and(|l| l.ends_with("%  hot.lua:3")),
        "{lines}"
    );
    let states = text("-jp=vfi2");
    let mut both = states.lines();
    assert!(
        both.next().is_some_and(|l| l.ends_with("%  Compiled")),
        "{states}"
    );
    assert!(
        both.next()
            .is_some_and(|l| l.starts_with("  -- ") && l.ends_with("%  hot")),
        "{states}"
    );
    let annotated = text("-jp=a");
    assert!(
        annotated.contains("% |   for i = 1, 1e5 do n = n + i % 7 end"),
        "{annotated}"
    );
    let raw = text("-jp=G,out.txt");
    assert_eq!(raw, "");
    assert!(
        dir.read("out.txt")
            .lines()
            .all(|l| l.contains(';') || l.starts_with('@'))
    );
    let none = perilune(&["-jp", "-e", "x = 1"]).run().stdout;
    assert_eq!(none, "[No samples collected]\n");
}

#[test]
fn scripts_sample_themselves() {
    let script = "local profile = require 'jit.profile'
local seen, total = {}, 0
profile.start('li2', function(thread, samples, state)
  total = total + samples
  local line = profile.dumpstack(thread, 'lZ;', 1)
  seen[line] = (seen[line] or 0) + samples
  assert(#state == 1 and type(thread) == 'thread')
end)
local n = 0
while os.clock() < 0.4 do
  for i = 1, 1e5 do n = n + i % 7 end
end
profile.stop()
local before = total
for i = 1, 1e7 do n = n + i end
print(total == before, total > 20, (seen['self.lua:11'] or 0) > total / 2)
print((profile.dumpstack('fZ < ', 2):gsub('0x%x+', 'ADDRESS')))
local function named() return (profile.dumpstack('F|', 3)) end
print((named():gsub('@0x%x+', 'ADDRESS')))
";
    let dir = folder("profile-script");
    dir.write("self.lua", script);
    let run = perilune(&["self.lua"]).dir(&dir).run();
    assert_eq!(run.stderr, "");
    let mut lines = run.stdout.lines();
    assert_eq!(lines.next(), Some("true\ttrue\ttrue"));
    assert_eq!(lines.next(), Some("dumpstack < self.lua:0"));
    assert_eq!(lines.next(), Some("dumpstack|self.lua:named|self.lua:0|"));
}

#[test]
fn perf_is_told_the_names_of_traces() {
    let dir = hot("profile-perf");
    let child = Command::new(env!("CARGO_BIN_EXE_perilune"))
        .args(["--perf-map", "hot.lua"])
        .current_dir(dir.path(""))
        .stdout(Stdio::null())
        .spawn()
        .expect("the command");
    let file = format!("/tmp/perf-{}.map", child.id());
    let mut child = child;
    child.wait().expect("its end");
    let map = std::fs::read_to_string(&file).expect("the map");
    std::fs::remove_file(&file).expect("removing it");
    let names: Vec<&str> = map.lines().filter_map(|l| l.split(' ').nth(2)).collect();
    assert!(names.contains(&"TRACE_1::hot.lua:3"), "{map}");
}
