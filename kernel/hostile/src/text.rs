//! Scripts: programs that use everything there is in ways that make no sense, and some that are no programs.

use std::fmt::Write as _;

use crate::choices::Choices;
use crate::descriptors;

/// Functions of `sys` and how many arguments they like.
const CALLS: &[(&str, usize)] = &[
    ("read", 4),
    ("write", 4),
    ("pread", 5),
    ("pwrite", 5),
    ("readv", 2),
    ("writev", 2),
    ("lseek", 3),
    ("recvfrom", 5),
    ("sendto", 6),
    ("recvmsg", 3),
    ("sendmsg", 4),
    ("recvmmsg", 4),
    ("sendmmsg", 5),
    ("address", 2),
    ("addressparts", 1),
    ("batch", 2),
    ("accept", 2),
    ("shutdown", 2),
    ("close", 1),
    ("buffer", 1),
    ("region", 0),
    ("window", 2),
    ("clock", 1),
    ("getpid", 0),
    ("getuid", 0),
    ("handler", 1),
    ("usage", 0),
];

/// Methods of views and batches.
const METHODS: &[&str] = &[
    "get",
    "set",
    "fill",
    "find",
    "sub",
    "u8",
    "i8",
    "u16",
    "i16",
    "u32",
    "i32",
    "u64",
    "f64",
    "u16be",
    "u32be",
    "view",
    "length",
    "setlength",
    "address",
];

/// Functions of the library, which get anything.
const FUNCTIONS: &[&str] = &[
    "string.rep",
    "string.sub",
    "string.byte",
    "string.format",
    "string.find",
    "string.gsub",
    "string.char",
    "table.concat",
    "table.insert",
    "table.sort",
    "table.remove",
    "math.floor",
    "math.random",
    "bit.band",
    "bit.lshift",
    "bit.tohex",
    "select",
    "tostring",
    "tonumber",
    "next",
    "rawset",
    "setmetatable",
    "getmetatable",
    "pcall",
    "xpcall",
    "error",
    "load",
    "collectgarbage",
    "coroutine.wrap",
    "coroutine.create",
    "coroutine.resume",
    "coroutine.yield",
    "unpack",
    "print",
    "setfenv",
];

const NAMES: [&str; 6] = ["a", "b", "c", "d", "t", "v"];

struct Writer<'c, 'b> {
    out: String,
    choices: &'c mut Choices<'b>,
}

impl Writer<'_, '_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }
    fn name(&mut self) {
        let name = self.choices.of(&NAMES);
        self.put(name);
    }
    fn number(&mut self) {
        let n = self.choices.number();
        let _ = match self.choices.below(6) {
            0 => write!(self.out, "-{n}"),
            1 => write!(self.out, "{n}.5"),
            2 => write!(
                self.out,
                "{}",
                self.choices
                    .of(&["0/0", "1/0", "-1/0", "-0.0", "2^53", "2^63"])
            ),
            _ => write!(self.out, "{n}"),
        };
    }
    /// A descriptor of those that are the attack's, or none.
    fn descriptor(&mut self) {
        let own = descriptors::FIRST + self.choices.below(descriptors::COUNT) as i32;
        let fd = match self.choices.below(10) {
            0 => -1,
            1 => 1 << 20,
            _ => own,
        };
        let _ = write!(self.out, "{fd}");
    }
    fn arguments(&mut self, depth: usize, count: usize) {
        self.put("(");
        for i in 0..count {
            if i > 0 {
                self.put(", ");
            }
            self.expression(depth);
        }
        self.put(")");
    }
    fn call(&mut self, depth: usize) {
        let (name, arity) = self.choices.of(CALLS);
        let _ = write!(self.out, "sys.{name}(");
        let count = match self.choices.below(6) {
            0 => self.choices.below(8),
            _ => self.choices.below(arity + 1).max(arity.min(1)),
        };
        // Other descriptors than the attack's own are left alone.
        let takes_descriptor = !matches!(
            name,
            "address"
                | "addressparts"
                | "batch"
                | "buffer"
                | "region"
                | "window"
                | "clock"
                | "handler"
                | "usage"
        );
        for i in 0..count {
            if i > 0 {
                self.put(", ");
            }
            match (i, takes_descriptor) {
                (0, true) => self.descriptor(),
                (1, _) if name == "window" => self.number(),
                _ => self.expression(depth),
            }
        }
        self.put(")");
    }
    /// Calls whose arguments may not be just anything, for they wait.
    fn careful_call(&mut self) {
        let fd = descriptors::FIRST + self.choices.below(descriptors::COUNT) as i32;
        let _ = match self.choices.below(4) {
            0 => write!(
                self.out,
                "sys.poll({{{{fd = {fd}, events = {}}}}}, {})",
                self.choices.below(64),
                self.choices.below(2)
            ),
            1 => write!(
                self.out,
                "sys.sleep({})",
                self.choices.of(&["0", "1e-6", "'x'", "-1", "0/0", "{}"])
            ),
            2 => write!(
                self.out,
                "sys.fcntl({fd}, '{}', sys.O_NONBLOCK)",
                self.choices.of(&["getfl", "setfl", "getfd", "x"])
            ),
            _ => write!(
                self.out,
                "sys.clock('{}')",
                self.choices.of(&["monotonic", "realtime", "thread", "x"])
            ),
        };
    }
    fn expression(&mut self, depth: usize) {
        if depth == 0 {
            return match self.choices.below(8) {
                0 => self.put("nil"),
                1 => self.put("true"),
                2 => self.put("'text'"),
                3 => self.put("..."),
                4 => self.number(),
                _ => self.name(),
            };
        }
        let depth = depth - 1;
        match self.choices.below(14) {
            0..3 => self.call(depth),
            3 => self.careful_call(),
            4 | 5 => {
                self.put("v:");
                let method = self.choices.of(METHODS);
                self.put(method);
                let count = self.choices.below(4);
                self.arguments(depth, count);
            }
            6 => {
                let function = self.choices.of(FUNCTIONS);
                self.put(function);
                let count = self.choices.below(4);
                self.arguments(depth, count);
            }
            7 => {
                self.put("{");
                self.expression(depth);
                self.put(", v, b, x = ");
                self.expression(depth);
                self.put("}");
            }
            8 => {
                self.put("function(...) ");
                self.statements(depth, 2);
                self.put(" end");
            }
            9 => {
                self.put("t[");
                self.expression(depth);
                self.put("]");
            }
            10 | 11 => {
                self.put("(");
                self.expression(depth);
                let operator = self
                    .choices
                    .of(&[" + ", " * ", " % ", " .. ", " < ", " == ", " and ", " or "]);
                self.put(operator);
                self.expression(depth);
                self.put(")");
            }
            12 => {
                self.put("#");
                self.name();
            }
            _ => self.expression(0),
        }
    }
    fn statement(&mut self, depth: usize) {
        let inner = depth.saturating_sub(1);
        match self.choices.below(if depth == 0 { 5 } else { 10 }) {
            0 | 1 => {
                self.name();
                self.put(" = ");
                self.expression(inner);
            }
            2 => {
                self.put("local x = ");
                self.expression(inner);
            }
            3 => {
                self.put("pcall(function(...) return ");
                self.expression(inner);
                self.put(" end, ...)");
            }
            4 => {
                self.put("t[");
                self.expression(0);
                self.put("] = ");
                self.expression(inner);
            }
            5 | 6 => {
                let times = self.choices.of(&[2, 20, 100, 300]);
                let _ = write!(self.out, "for i = 1, {times} do a = i ");
                self.statements(inner, 3);
                self.put(" end");
            }
            7 => {
                self.put("if ");
                self.expression(inner);
                self.put(" then ");
                self.statements(inner, 2);
                self.put(" end");
            }
            8 => {
                self.put("for k, x in pairs(t) do b = x ");
                self.statements(inner, 2);
                self.put(" end");
            }
            _ => {
                self.put("while true do ");
                self.statements(inner, 2);
                self.put(" end");
            }
        }
        self.put("\n");
    }
    fn statements(&mut self, depth: usize, most: usize) {
        for _ in 0..=self.choices.below(most) {
            self.statement(depth);
        }
    }
}

/// The longest script.
const MOST: usize = 0x2_0000;

/// A script.
pub(crate) fn script(choices: &mut Choices) -> Vec<u8> {
    let begin = choices.of(&[
        "v = v or sys.buffer(64)",
        "v = v or sys.batch(4, 32)",
        "v = sys.region() or sys.buffer(8)",
        "v = (v or sys.batch(3, 16)):view(2)",
    ]);
    let mut writer = Writer {
        out: String::new(),
        choices,
    };
    writer.put("a, b, c, d, t = 1, 'bytes', ..., print, t or {1, 2, 3}\n");
    writer.put(begin);
    writer.put("\n");
    writer.statements(4, 6);
    writer.put("return ");
    writer.expression(2);
    writer.put(", a, t, v");
    let mut bytes = writer.out.into_bytes();
    bytes.truncate(MOST);
    // Now and then something that isn't Lua.
    if choices.one_in(10) {
        for _ in 0..=choices.below(4) {
            let at = choices.below(bytes.len());
            bytes[at] = choices.below(256) as u8;
        }
        // Nothing that was a number may have become another descriptor, or a wait.
        if bytes.windows(4).any(|w| w == b"sys.") {
            bytes.retain(|b| !b.is_ascii_digit());
            bytes.splice(0..0, *b"sys = nil\n");
        }
    }
    bytes
}
