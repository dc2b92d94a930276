//! What one run of a script left behind, and the text form in which runs are compared.

use std::fmt::Write;

/// Output and end of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// Everything written to standard output.
    pub stdout: Vec<u8>,
    /// Everything written to standard error.
    pub stderr: Vec<u8>,
    /// How the process ended.
    pub end: End,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It returned an exit code.
    Code(i32),
    /// A signal killed it.
    Signal(i32),
    /// It was killed because it took too long.
    Timeout,
}

impl Transcript {
    /// The text form: standard output, then whatever else is out of the ordinary.
    ///
    /// It is normalised in exactly two ways: a line that starts with the command's own name,
    /// `perilune: `, gets `luajit: ` instead, and the addresses that LuaJIT prints in tracebacks
    /// (`[C]: at 0x…`, `[builtin#1]: at 0x…`) become `0x?`. Bytes that are no printable
    /// text are shown as `\xNN`.
    pub fn render(&self) -> String {
        let mut text = normalise(&self.stdout);
        if !self.stderr.is_empty() {
            begin_section(&mut text, "stderr");
            text.push_str(&normalise(&self.stderr));
        }
        match self.end {
            End::Code(0) => {}
            End::Code(code) => begin_section(&mut text, &format!("exit {code}")),
            End::Signal(signal) => begin_section(&mut text, &format!("signal {signal}")),
            End::Timeout => begin_section(&mut text, "timeout"),
        }
        text
    }
}

fn begin_section(text: &mut String, title: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str("\\(no newline)\n");
    }
    let _ = writeln!(text, "--- {title} ---");
}

fn normalise(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let (prefix, rest) = match line.strip_prefix(b"perilune: ") {
            Some(rest) => ("luajit: ", rest),
            None => ("", line),
        };
        text.push_str(prefix);
        let mut shown = String::with_capacity(rest.len());
        for &byte in rest {
            match byte {
                b'\n' | b'\t' | b' '..=b'~' => shown.push(byte.into()),
                _ => {
                    let _ = write!(shown, "\\x{byte:02X}");
                }
            }
        }
        text.push_str(&hide_address(shown));
    }
    text
}

/// Replaces the address at the end of a traceback line.
fn hide_address(line: String) -> String {
    const MARK: &str = "]: at 0x";
    match line.find(MARK) {
        Some(at) => {
            let (head, digits) = line.split_at(at + MARK.len());
            let rest = digits.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
            format!("{head}?{rest}")
        }
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_name_and_address_only() {
        let transcript = Transcript {
            stdout: b"perilune: x\n a perilune: y\xff".to_vec(),
            stderr: b"\t[C]: at 0x55d0aa\n0x55d0aa\n".to_vec(),
            end: End::Code(1),
        };
        let expected = "luajit: x\n a perilune: y\\xFF\\(no newline)\n--- stderr ---\n\
                        \t[C]: at 0x?\n0x55d0aa\n--- exit 1 ---\n";
        assert_eq!(transcript.render(), expected);
    }
}
