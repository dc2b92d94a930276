//! `os.date`, `os.time` and `os.difftime`.

use super::calendar::{Date, Parts};
use super::{strftime, unavailable};
use crate::host::ZoneOffset;
use crate::number;
use crate::stdlib::io::c_string;
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// What `%Z` prints for universal time.
const GMT: ZoneOffset = ZoneOffset {
    abbreviation: *b"GMT\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ..ZoneOffset::UTC
};

/// A number as a C `time_t`: what doesn't fit becomes a moment that no calendar has.
fn moment_from(n: f64) -> i64 {
    if n.is_nan() { i64::MIN } else { n as i64 }
}

fn zone_at(vm: &mut Vm, moment: i64) -> ZoneOffset {
    vm.host.zone_offset(moment).unwrap_or(ZoneOffset::UTC)
}

pub(super) fn date(vm: &mut Vm) -> NativeResult {
    let format = vm.opt_str(0)?;
    let format = format
        .as_ref()
        .map_or(&b"%c"[..], |format| c_string(format.as_bytes()));
    let moment = if vm.arg(1).is_nil() {
        match vm.host.wall_time() {
            Ok(now) => now.seconds,
            Err(error) => return unavailable(vm, "date", error),
        }
    } else {
        moment_from(vm.check_number(1)?)
    };
    let (format, zone) = match format.strip_prefix(b"!") {
        Some(format) => (format, GMT),
        None => (format, zone_at(vm, moment)),
    };
    let Some(date) = Date::from_moment(moment, zone) else {
        return vm.ret(Value::NIL);
    };
    if format == b"*t" {
        let table = date_table(vm, &date)?;
        return vm.ret(table.into());
    }
    // `%s` takes the date's parts for local time, whatever zone they came from.
    let epoch = Parts::from(&date)
        .to_moment(|moment| zone_at(vm, moment))
        .unwrap_or(-1);
    match strftime::format(format, &date, epoch, limit(format)) {
        Ok(text) if !text.is_empty() || format.is_empty() => {
            let text = vm.new_str(&text)?;
            vm.ret(text)
        }
        // LuaJIT gives up without pushing anything and returns what lies on top.
        _ => Ok(Flow::Return(1)),
    }
}

/// How long LuaJIT lets the result become before it gives up: it doubles a guess a few times.
fn limit(format: &[u8]) -> usize {
    let guess: usize = format.iter().map(|&b| if b == b'%' { 30 } else { 1 }).sum();
    (guess * 8 + 7).next_power_of_two() - 1
}

fn date_table(vm: &mut Vm, date: &Date) -> Result<Gc<Table>, Raised> {
    let table = vm.new_table(0, 9)?;
    for (name, value) in [
        ("sec", date.second),
        ("min", date.minute),
        ("hour", date.hour),
        ("day", date.day),
        ("month", date.month),
        ("year", date.full_year()),
        ("wday", date.weekday + 1),
        ("yday", date.yearday + 1),
    ] {
        vm.raw_set_name(table, name, Value::int(value))?;
    }
    vm.raw_set_name(table, "isdst", Value::boolean(date.zone.daylight))?;
    Ok(table)
}

impl From<&Date> for Parts {
    fn from(date: &Date) -> Parts {
        Parts {
            second: date.second,
            minute: date.minute,
            hour: date.hour,
            day: date.day,
            month: date.month - 1,
            year: date.year,
            daylight: Some(date.zone.daylight),
        }
    }
}

/// The fields that `os.time` reads, in this order, and what stands for an absent one.
const FIELDS: [(&str, Option<i32>); 6] = [
    ("sec", Some(0)),
    ("min", Some(0)),
    ("hour", Some(12)),
    ("day", None),
    ("month", None),
    ("year", None),
];

/// Reads the fields of its table with metamethods, which may be Lua functions: slot 0 is the table, and each field that
/// has been read follows. The step is the number of the field that a metamethod was called for, plus 1.
pub(super) fn time(vm: &mut Vm) -> NativeResult {
    if vm.step() == 0 {
        if vm.arg(0).is_nil() {
            return match vm.host.wall_time() {
                Ok(now) => vm.ret(Value::number(now.seconds as f64)),
                Err(error) => unavailable(vm, "time", error),
            };
        }
        vm.check_table(0)?;
        vm.set_nargs(1)?;
    } else {
        let field = vm.step() as usize - 1;
        let value = vm.result(0);
        vm.truncate(1 + field);
        accept_field(vm, field, value)?;
    }
    while vm.nargs() <= FIELDS.len() + 1 {
        let field = vm.nargs() - 1;
        let name = FIELDS.get(field).map_or("isdst", |(name, _)| name);
        let name = vm.new_str(name.as_bytes())?;
        match vm.lookup(vm.arg(0), name)? {
            Ok(value) => accept_field(vm, field, value)?,
            Err((handler, object)) => {
                vm.begin_call(handler, field as u32 + 1)?;
                vm.push(object)?;
                vm.push(name)?;
                return Ok(Flow::Call { nargs: 2 });
            }
        }
    }

    let number = |vm: &Vm, field: usize| vm.arg(field + 1).as_int().unwrap_or(0);
    let parts = Parts {
        second: number(vm, 0),
        minute: number(vm, 1),
        hour: number(vm, 2),
        day: number(vm, 3),
        month: number(vm, 4).wrapping_sub(1),
        year: number(vm, 5).wrapping_sub(1900),
        daylight: match vm.arg(FIELDS.len() + 1) {
            Value::NIL => None,
            value => Some(value != Value::FALSE),
        },
    };
    match parts.to_moment(|moment| zone_at(vm, moment)) {
        Some(moment) => vm.ret(Value::number(moment as f64)),
        None => vm.ret(Value::NIL),
    }
}

/// Puts a field into its slot: a 32-bit integer, but for `isdst`.
fn accept_field(vm: &mut Vm, field: usize, value: Value) -> Result<(), Raised> {
    let Some(&(name, default)) = FIELDS.get(field) else {
        return vm.push(value);
    };
    let number = value
        .as_number()
        .or_else(|| value.as_str().and_then(|s| number::parse(s.as_bytes())));
    // Truncated to 64 bits and then to 32, as the C code does it.
    match number.map(|n| moment_from(n) as i32).or(default) {
        Some(n) => vm.push(Value::int(n)),
        None => Err(vm.error(format_args!("field '{name}' missing in date table"))),
    }
}

pub(super) fn difftime(vm: &mut Vm) -> NativeResult {
    // The second argument is looked at first, as C's calling sequence has it.
    let earlier = moment_from(vm.opt_number(1, 0.0)?);
    let later = moment_from(vm.check_number(0)?);
    vm.ret(Value::number(
        (i128::from(later) - i128::from(earlier)) as f64,
    ))
}
