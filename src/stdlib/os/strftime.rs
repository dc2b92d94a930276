//! `strftime` in the C locale, with glibc's flags, widths and modifiers.
//!
//! A conversion is `%`, flags (`_` pad with spaces, `-` don't pad, `0` pad with zeros, `^` upper case, `#` other case),
//! a width, a modifier (`E` or `O`, which mean nothing in this locale) and a letter. What isn't a conversion is copied.

extern crate alloc;

use alloc::vec::Vec;

use super::calendar::Date;

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The output would exceed its limit, or there is no memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TooLong;

/// Formats a date. `epoch` is what `%s` prints.
pub(super) fn format(
    format: &[u8],
    date: &Date,
    epoch: i64,
    limit: usize,
) -> Result<Vec<u8>, TooLong> {
    let mut out = Output {
        bytes: Vec::new(),
        limit,
    };
    run(format, date, epoch, &mut out)?;
    Ok(out.bytes)
}

struct Output {
    bytes: Vec<u8>,
    limit: usize,
}

impl Output {
    fn fill(&mut self, byte: u8, count: usize) -> Result<(), TooLong> {
        if count > self.limit - self.bytes.len() {
            return Err(TooLong);
        }
        self.bytes.try_reserve(count).map_err(|_| TooLong)?;
        self.bytes.resize(self.bytes.len() + count, byte);
        Ok(())
    }
    fn write(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if bytes.len() > self.limit - self.bytes.len() {
            return Err(TooLong);
        }
        self.bytes.try_reserve(bytes.len()).map_err(|_| TooLong)?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    AsIs,
    Upper,
    Lower,
}

/// What stands between `%` and the letter.
struct Spec {
    /// `_`, `-`, `0`, or 0 where the conversion decides.
    pad: u8,
    case: Case,
    other_case: bool,
    width: usize,
    modifier: u8,
}

impl Spec {
    fn text(&self, text: &[u8], out: &mut Output) -> Result<(), TooLong> {
        let pad = if self.pad == b'0' { b'0' } else { b' ' };
        out.fill(pad, self.width.saturating_sub(text.len()))?;
        let start = out.bytes.len();
        out.write(text)?;
        match self.case {
            Case::AsIs => {}
            Case::Upper => out.bytes[start..].make_ascii_uppercase(),
            Case::Lower => out.bytes[start..].make_ascii_lowercase(),
        }
        Ok(())
    }

    /// A number of at least `digits` digits.
    fn number(&self, digits: usize, value: i64, out: &mut Output) -> Result<(), TooLong> {
        let mut buffer = [0u8; 20];
        let mut start = buffer.len();
        let mut rest = value.unsigned_abs();
        loop {
            start -= 1;
            buffer[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let text = &buffer[start..];
        let sign: &[u8] = if value < 0 { b"-" } else { b"" };
        let padding = digits
            .max(self.width)
            .saturating_sub(text.len() + sign.len());
        match self.pad {
            b'-' => out.fill(b' ', self.width.saturating_sub(text.len() + sign.len()))?,
            b'_' => out.fill(b' ', padding)?,
            _ => {}
        }
        out.write(sign)?;
        if self.pad != b'-' && self.pad != b'_' {
            out.fill(b'0', padding)?;
        }
        out.write(text)
    }

    /// A number padded with spaces unless a flag says otherwise.
    fn spaced(mut self, digits: usize, value: i32, out: &mut Output) -> Result<(), TooLong> {
        if self.pad == 0 {
            self.pad = b'_';
        }
        self.number(digits, i64::from(value), out)
    }

    /// A conversion that stands for several.
    fn sub_format(
        &self,
        format: &[u8],
        date: &Date,
        epoch: i64,
        out: &mut Output,
    ) -> Result<(), TooLong> {
        let start = out.bytes.len();
        run(format, date, epoch, out)?;
        let length = out.bytes.len() - start;
        let missing = self.width.saturating_sub(length);
        out.fill(if self.pad == b'0' { b'0' } else { b' ' }, missing)?;
        out.bytes[start..].rotate_right(missing);
        if self.case == Case::Upper {
            out.bytes[start..].make_ascii_uppercase();
        }
        Ok(())
    }
}

fn hour12(hour: i32) -> i32 {
    (hour + 11) % 12 + 1
}

fn run(format: &[u8], date: &Date, epoch: i64, out: &mut Output) -> Result<(), TooLong> {
    let mut rest = format;
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            rest = convert(rest, date, epoch, out)?;
        } else {
            out.write(&[byte])?;
            rest = tail;
        }
    }
    Ok(())
}

/// Is the modifier allowed before the letter? (glibc lets more pass than it documents.)
fn modifier_fits(modifier: u8, letter: u8) -> bool {
    match modifier {
        b'E' => !b"aAbBdDeFgGhHIjklmMSUVwW".contains(&letter),
        b'O' => !b"aAcDFxXY".contains(&letter),
        _ => true,
    }
}

/// Handles the conversion at the start of `input` and returns what follows it.
fn convert<'a>(
    input: &'a [u8],
    date: &Date,
    epoch: i64,
    out: &mut Output,
) -> Result<&'a [u8], TooLong> {
    let mut spec = Spec {
        pad: 0,
        case: Case::AsIs,
        other_case: false,
        width: 0,
        modifier: 0,
    };
    let mut at = 1;
    while let Some(&flag) = input.get(at) {
        match flag {
            b'_' | b'-' | b'0' => spec.pad = flag,
            b'^' => spec.case = Case::Upper,
            b'#' => spec.other_case = true,
            _ => break,
        }
        at += 1;
    }
    while let Some(digit @ b'0'..=b'9') = input.get(at) {
        spec.width = spec
            .width
            .saturating_mul(10)
            .saturating_add(usize::from(digit - b'0'));
        at += 1;
    }
    if let Some(&modifier @ (b'E' | b'O')) = input.get(at) {
        spec.modifier = modifier;
        at += 1;
    }
    let Some(&letter) = input.get(at) else {
        spec.text(input, out)?;
        return Ok(&[]);
    };
    let rest = &input[at + 1..];
    if modifier_fits(spec.modifier, letter) {
        conversion(letter, spec, &input[..=at], date, epoch, out)?;
    } else {
        spec.text(&input[..=at], out)?;
    }
    Ok(rest)
}

/// Writes one conversion; an unknown letter copies `source`.
fn conversion(
    letter: u8,
    mut spec: Spec,
    source: &[u8],
    date: &Date,
    epoch: i64,
    out: &mut Output,
) -> Result<(), TooLong> {
    let number = |digits, value: i32, spec: &Spec, out: &mut Output| {
        spec.number(digits, i64::from(value), out)
    };
    let day = DAYS[date.weekday.rem_euclid(7) as usize];
    let month = MONTHS[(date.month - 1).rem_euclid(12) as usize];
    let afternoon = date.hour > 11;
    if spec.other_case && b"aAbBh".contains(&letter) {
        spec.case = Case::Upper;
    }
    if spec.other_case && b"pZ".contains(&letter) {
        spec.case = Case::Lower;
    }
    match letter {
        b'a' => spec.text(&day.as_bytes()[..3], out),
        b'A' => spec.text(day.as_bytes(), out),
        b'b' | b'h' => spec.text(&month.as_bytes()[..3], out),
        b'B' => spec.text(month.as_bytes(), out),
        b'c' => spec.sub_format(b"%a %b %e %H:%M:%S %Y", date, epoch, out),
        b'C' => number(2, date.full_year().div_euclid(100), &spec, out),
        b'd' => number(2, date.day, &spec, out),
        b'D' | b'x' => spec.sub_format(b"%m/%d/%y", date, epoch, out),
        b'e' => spec.spaced(2, date.day, out),
        b'F' => spec.sub_format(b"%Y-%m-%d", date, epoch, out),
        b'g' => number(2, date.iso_week().0.rem_euclid(100), &spec, out),
        b'G' => number(1, date.iso_week().0, &spec, out),
        b'H' => number(2, date.hour, &spec, out),
        b'I' => number(2, hour12(date.hour), &spec, out),
        b'j' => number(3, date.yearday + 1, &spec, out),
        b'k' => spec.spaced(2, date.hour, out),
        b'l' => spec.spaced(2, hour12(date.hour), out),
        b'm' => number(2, date.month, &spec, out),
        b'M' => number(2, date.minute, &spec, out),
        b'n' => spec.text(b"\n", out),
        b'p' => spec.text(if afternoon { b"PM" } else { b"AM" }, out),
        b'P' => {
            spec.case = Case::Lower;
            spec.text(if afternoon { b"pm" } else { b"am" }, out)
        }
        b'r' => spec.sub_format(b"%I:%M:%S %p", date, epoch, out),
        b'R' => spec.sub_format(b"%H:%M", date, epoch, out),
        b's' => spec.number(1, epoch, out),
        b'S' => number(2, date.second, &spec, out),
        b't' => spec.text(b"\t", out),
        b'T' | b'X' => spec.sub_format(b"%H:%M:%S", date, epoch, out),
        b'u' => number(1, (date.weekday + 6) % 7 + 1, &spec, out),
        b'U' => number(2, (date.yearday - date.weekday + 7) / 7, &spec, out),
        b'V' => number(2, date.iso_week().1, &spec, out),
        b'w' => number(1, date.weekday, &spec, out),
        b'W' => number(
            2,
            (date.yearday - (date.weekday + 6) % 7 + 7) / 7,
            &spec,
            out,
        ),
        b'y' => number(2, date.year.rem_euclid(100), &spec, out),
        b'Y' => number(1, date.full_year(), &spec, out),
        b'z' => {
            let offset = date.zone.seconds;
            spec.text(if offset < 0 { b"-" } else { b"+" }, out)?;
            let minutes = offset.abs() / 60;
            number(4, minutes / 60 * 100 + minutes % 60, &spec, out)
        }
        b'Z' => {
            let name = &date.zone.abbreviation;
            let end = name.iter().position(|&b| b == 0).unwrap_or(name.len());
            spec.text(&name[..end], out)
        }
        b'%' => spec.text(b"%", out),
        _ => spec.text(source, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::ZoneOffset;

    fn at(moment: i64, pattern: &str) -> alloc::string::String {
        let date = Date::from_moment(moment, ZoneOffset::UTC).unwrap();
        let bytes = format(pattern.as_bytes(), &date, moment, 1000).unwrap();
        alloc::string::String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn plain_conversions() {
        assert_eq!(
            at(1_234_567_890, "%a %A %b %B %C %d %D %e %F %g %G %h %H %I"),
            "Fri Friday Feb February 20 13 02/13/09 13 2009-02-13 09 2009 Feb 23 11"
        );
        assert_eq!(
            at(
                1_234_567_890,
                "%j %k %l %m %M %p %P %r %R %s %S %T %u %U %V %w %W %x %X %y %Y %z"
            ),
            "044 23 11 02 31 PM pm 11:31:30 PM 23:31 1234567890 30 23:31:30 5 06 07 5 06 02/13/09 23:31:30 09 2009 +0000"
        );
        assert_eq!(at(0, "%c"), "Thu Jan  1 00:00:00 1970");
    }

    #[test]
    fn flags_and_widths() {
        for (pattern, expected) in [
            ("%10Y", "0000002009"),
            ("%_10d", "        13"),
            ("%-10d", "        13"),
            ("%010A", "0000Friday"),
            ("%#Z", "utc"),
            ("%#p", "pm"),
            ("%^c", "FRI FEB 13 23:31:30 2009"),
            ("%10D", "  02/13/09"),
            ("%_10z", "         +         0"),
            ("%-z", "+0"),
            ("%5%", "    %"),
            ("%0-5d", "   13"),
            ("%-j", "44"),
            ("%5Od", "00013"),
            ("%3e", " 13"),
        ] {
            assert_eq!(at(1_234_567_890, pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_conversion_is_copied() {
        for (pattern, expected) in [
            ("a%", "a%"),
            ("%3", " %3"),
            ("%Ea", "%Ea"),
            ("%Oc", "%Oc"),
            ("%O5d", "%O5d"),
            ("%+4Y", "%+4Y"),
            ("%Q", "%Q"),
            ("%E", "%E"),
        ] {
            assert_eq!(at(0, pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn endless_widths_are_refused() {
        let date = Date::from_moment(0, ZoneOffset::UTC).unwrap();
        assert_eq!(
            format(b"%99999999999999999999d", &date, 0, 1000),
            Err(TooLong)
        );
    }
}
