//! Calls of the string library with any arguments. Functions are found in a string: `s.byte` is `string.byte`.

use std::fmt::Write;

use arbitrary::{Arbitrary, Result, Unstructured};

/// A call of the library.
#[derive(Debug)]
pub struct Call(pub String);

/// Bytes that patterns and formats are made of more often than others.
const PIECES: [&str; 24] = [
    "%a", "%d", "%w", "%s", "%b()", "%f[%w]", "%1", "(", ")", "()", "[^a-c]", "[%]x]", ".", "*",
    "+", "-", "?", "^", "$", "%%", "a", "b1", "x y", "\\0",
];
const FORMATS: [&str; 14] = [
    "%d", "%5.2f", "%g", "%-8s|", "%q", "%x", "%c", "%i", "%e", "%a", "%05d", "%+.3g", "%.20s",
    "%%",
];

fn string(u: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    for _ in 0..u.int_in_range(0..=6)? {
        if u.ratio(1, 4)? {
            let _ = write!(text, "\\{}", u.arbitrary::<u8>()?);
            text.push_str(u.choose(&["", " ", "z"])?);
        } else {
            text.push_str(u.choose(&PIECES)?);
        }
    }
    Ok(format!("'{}'", text.replace('\'', "")))
}

fn number(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=5)? {
        0..=3 => u.int_in_range(-6..=12)?.to_string(),
        4 => format!("{}.5", u.int_in_range(-3..=9)?),
        _ => (*u.choose(&["1e9", "-1e9", "2^31", "-2^31", "0/0", "1/0", "1e300"])?).into(),
    })
}

fn value(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=9)? {
        0..=4 => string(u)?,
        5..=7 => number(u)?,
        8 => "nil".into(),
        _ => (*u.choose(&["true", "{}", "s", "i", "print"])?).into(),
    })
}

impl<'a> Arbitrary<'a> for Call {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Call> {
        let s = if u.ratio(1, 2)? {
            "s".into()
        } else {
            string(u)?
        };
        Ok(Call(match u.int_in_range(0..=13)? {
            0 => format!("s.byte({s}, {}, {})", number(u)?, number(u)?),
            1 => format!("s.sub({s}, {}, {})", number(u)?, number(u)?),
            2 => format!(
                "s.find({s}, {}, {}, {})",
                string(u)?,
                number(u)?,
                u.ratio(1, 3)?
            ),
            3 => format!("s.match({s}, {}, {})", string(u)?, number(u)?),
            4 => format!(
                "s.gsub({s}, {}, {}, {})",
                string(u)?,
                string(u)?,
                number(u)?
            ),
            5 => format!(
                "s.gsub({s}, {}, function(...) return (...) end)",
                string(u)?
            ),
            6 => format!("s.gsub({s}, {}, {{ a = 'A', [''] = 1 }})", string(u)?),
            7 => format!("s.rep({s}, {} % 20, {})", number(u)?, string(u)?),
            8 => format!(
                "s.format('{}{}', {}, {})",
                u.choose(&FORMATS)?,
                u.choose(&FORMATS)?,
                value(u)?,
                value(u)?
            ),
            9 => format!("s.char({} % 300, {} % 256)", number(u)?, number(u)?),
            10 => format!(
                "s.{}({s})",
                u.choose(&["upper", "lower", "reverse", "len"])?
            ),
            11 => format!("tostring({}) .. {s}", value(u)?),
            12 => format!(
                "tonumber({}, {})",
                value(u)?,
                u.choose(&["nil", "10", "16", "36", "2", "99"])?
            ),
            _ => format!(
                "table.concat({{ {}, {s}, {} }}, {})",
                value(u)?,
                number(u)?,
                string(u)?
            ),
        }))
    }
}

/// Four calls, each in a loop that is hot enough to be compiled.
#[derive(Arbitrary, Debug)]
pub struct Calls {
    /// How they run.
    pub mode: u8,
    /// The calls.
    pub calls: [Call; 4],
}

impl Calls {
    /// The script, which prints what the calls return.
    pub fn script(&self) -> String {
        let mut script = String::from("local s = 'a b1(x)y 12,0x1F %d'\n");
        for Call(call) in &self.calls {
            let _ = writeln!(
                script,
                "for i = 1, 12 do local t = {{ pcall(function() return {call} end) }} if i % 4 == 0 then for k = 1, #t do t[k] = tostring(t[k]):gsub('0x%x+', '') end print(table.concat(t, ' ')) end end"
            );
        }
        script
    }
}
