//! Generates ordinary-looking Lua source, the same on every machine.
//!
//! The chunk is a bundle as packers make it: a table of module functions, each some
//! kilobytes long, with functions, methods, tables, loops, conditions, strings and comments in
//! about the proportions that people's programs have. It loads under Lua 5.1 and later.

use std::io::{self, Write};

const NOUNS: [&str; 24] = [
    "item", "node", "value", "key", "name", "index", "count", "buffer", "result", "state", "entry",
    "list", "parent", "child", "width", "height", "offset", "limit", "token", "event", "handler",
    "config", "path", "data",
];
const VERBS: [&str; 16] = [
    "get", "set", "add", "remove", "find", "update", "parse", "format", "create", "check", "merge",
    "read", "write", "visit", "apply", "reset",
];
const OPERATORS: [&str; 8] = ["+", "-", "*", "/", "..", "+", "-", "%"];
const COMPARISONS: [&str; 6] = ["==", "~=", "<", ">", "<=", ">="];

/// A pseudo-random sequence (the minimal standard generator of Park and Miller).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0 * 48271 % 0x7fff_ffff;
        self.0 % limit
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

struct Generator {
    random: Random,
    text: String,
    depth: usize,
}

/// Writes at least `bytes` of source; answers the bytes written and the number of modules.
pub fn write_source(out: &mut impl Write, bytes: u64) -> io::Result<(u64, u64)> {
    let mut generator = Generator {
        random: Random(20_240_607),
        text: "local modules = {}\n".to_owned(),
        depth: 0,
    };
    let (mut written, mut modules) = (0, 0);
    while written < bytes {
        modules += 1;
        generator.module(modules);
        out.write_all(generator.text.as_bytes())?;
        written += generator.text.len() as u64;
        generator.text.clear();
    }
    let end = b"return modules\n";
    out.write_all(end)?;
    Ok((written + end.len() as u64, modules))
}

impl Generator {
    fn line(&mut self, text: &str) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn open(&mut self, text: &str) {
        self.line(text);
        self.depth += 1;
    }

    fn close(&mut self, text: &str) {
        self.depth -= 1;
        self.line(text);
    }

    fn module(&mut self, number: u64) {
        self.line(&format!("\n-- Module {number}: generated."));
        self.open(&format!("modules[\"app.module_{number}\"] = function(...)"));
        self.line("local M, insert, floor = {}, table.insert, math.floor");
        self.constants();
        for function in 0..8 + self.random.below(8) {
            self.text.push('\n');
            self.function(function);
        }
        self.line("return M");
        self.close("end");
    }

    fn constants(&mut self) {
        self.open("M.defaults = {");
        for i in 0..4 + self.random.below(6) {
            let noun = self.noun();
            let value = self.literal();
            self.line(&format!("{noun}_{i} = {value},"));
        }
        let list: Vec<_> = (0..6)
            .map(|_| self.random.below(1000).to_string())
            .collect();
        self.line(&format!("list = {{ {} }},", list.join(", ")));
        self.close("}");
    }

    fn function(&mut self, number: u64) {
        let (verb, noun) = (self.random.pick(&VERBS), self.noun());
        if self.random.below(2) == 0 {
            self.line(&format!(
                "-- Tries to {verb} the {noun}; answers nil if it cannot."
            ));
        }
        let head = match self.random.below(4) {
            0 => format!("function M:{verb}_{noun}_{number}(a, b, options)"),
            1 => format!("M.{verb}_{noun}_{number} = function(self, a, b, options)"),
            2 => format!("local function {verb}_{noun}_{number}(self, a, b, options)"),
            _ => format!("function M.{verb}_{noun}_{number}(self, a, b, options)"),
        };
        self.open(&head);
        self.line("local result, count = {}, 0");
        self.line("options = options or M.defaults");
        for _ in 0..3 + self.random.below(5) {
            self.statement();
        }
        self.line("return result, count");
        self.close("end");
    }

    fn statement(&mut self) {
        // Blocks nest two deep at most; deeper, only simple statements follow.
        let kinds = if self.depth > 3 { 6 } else { 11 };
        let noun = self.noun();
        match self.random.below(kinds) {
            0 => {
                let value = self.expression(2);
                self.line(&format!("local {noun} = {value}"));
            }
            1 => {
                let value = self.expression(1);
                self.line(&format!("self.{noun} = {value}"));
            }
            2 => {
                let value = self.expression(1);
                self.line(&format!("result[#result + 1] = {value}"));
            }
            3 => {
                let (verb, argument) = (self.random.pick(&VERBS), self.expression(1));
                self.line(&format!("self:{verb}_{noun}(a, {argument})"));
            }
            4 => {
                let value = self.expression(1);
                self.line(&format!(
                    "insert(result, {{ {noun} = {value}, kind = \"{noun}\" }})"
                ));
            }
            5 => self.line("count = count + 1"),
            6 | 7 => {
                let condition = self.condition();
                self.open(&format!("if {condition} then"));
                self.block();
                if self.random.below(3) == 0 {
                    self.close("else");
                    self.depth += 1;
                    self.block();
                }
                self.close("end");
            }
            8 => {
                self.open(&format!("for i, {noun} in ipairs(a.{noun}s or {{}}) do"));
                self.block();
                self.close("end");
            }
            9 => {
                let limit = self.random.below(100);
                self.open(&format!("for k = 1, floor(count / 2) + {limit} do"));
                self.block();
                self.close("end");
            }
            _ => {
                let condition = self.condition();
                self.open(&format!("local {noun} = function(x, ...)"));
                self.line(&format!(
                    "if {condition} then return nil, \"bad {noun}\" end"
                ));
                let value = self.expression(1);
                self.line(&format!("return x, {value}, ..."));
                self.close("end");
            }
        }
    }

    fn block(&mut self) {
        for _ in 0..1 + self.random.below(3) {
            self.statement();
        }
    }

    /// An identifier of one word or two.
    fn noun(&mut self) -> String {
        let first = self.random.pick(&NOUNS);
        match self.random.below(3) {
            0 => format!("{first}_{}", self.random.pick(&NOUNS)),
            _ => first.to_owned(),
        }
    }

    fn literal(&mut self) -> String {
        let noun = self.noun();
        match self.random.below(7) {
            0 => self.random.below(10_000).to_string(),
            1 => format!("{}.{}", self.random.below(100), self.random.below(1000)),
            2 => format!("0x{:x}", self.random.below(65_536)),
            3 => "true".to_owned(),
            4 => format!("'{noun} of %d\\n'"),
            5 => format!("\"{noun} {}\"", self.random.below(500)),
            _ => self.random.below(10).to_string(),
        }
    }

    fn condition(&mut self) -> String {
        let left = self.expression(0);
        let compare = self.random.pick(&COMPARISONS);
        let right = self.expression(0);
        match self.random.below(4) {
            0 => format!("not self.{}", self.noun()),
            1 => format!("{left} {compare} {right} and options.{}", self.noun()),
            _ => format!("{left} {compare} {right}"),
        }
    }

    fn expression(&mut self, depth: u32) -> String {
        let noun = self.noun();
        match self.random.below(if depth == 0 { 5 } else { 9 }) {
            0 => "a".to_owned(),
            1 => format!("self.{noun}"),
            2 => format!("options.{noun}"),
            3 => "count".to_owned(),
            4 => self.literal(),
            5 => {
                let (left, right) = (self.expression(depth - 1), self.expression(depth - 1));
                format!("{left} {} {right}", self.random.pick(&OPERATORS))
            }
            6 => {
                let (left, right) = (self.expression(depth - 1), self.expression(depth - 1));
                format!("({left} {} {right}) * 2", self.random.pick(&OPERATORS))
            }
            7 => {
                let (verb, argument) = (self.random.pick(&VERBS), self.expression(depth - 1));
                format!("M.{verb}_{noun}(self, {argument})")
            }
            _ => {
                let index = self.expression(depth - 1);
                format!("b[{index}] or tostring(b)")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_is_deterministic_and_long_enough() {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let (bytes, modules) = write_source(&mut a, 100_000).unwrap();
        write_source(&mut b, 100_000).unwrap();
        assert_eq!(a, b);
        assert_eq!(bytes, a.len() as u64);
        assert!((100_000..130_000).contains(&bytes));
        let text = String::from_utf8(a).unwrap();
        assert_eq!(
            text.matches("modules[\"app.module_").count() as u64,
            modules
        );
    }
}
