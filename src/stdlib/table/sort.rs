//! `sort`: the quicksort of Lua 5.1.
//!
//! Scripts see in which order their comparison function is called, so the algorithm is that of the Lua 5.1 manual's
//! implementation, step by step: median of the first, middle and last element, two scans towards each other, the
//! smaller part first.
//!
//! It is here twice. Where functions are called (a comparison function, or `__lt` for the first comparison), an inner function
//! (`sort.lua`) sorts, so that they are compiled together with it. Else a state machine does, which asks for one comparison at a time, for
//! some elements may have `__lt` yet; the machine's variables lie in slots while a comparison is under way.

use super::sorted;
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::inner::Inner;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeResult, Raised};

/// Slots: the table, the comparison function, or nil and the machine's.
const COMPARATOR: usize = 1;
const LOW: usize = 2;
const HIGH: usize = 3;
const UP: usize = 4;
const DOWN: usize = 5;
const PIVOT: usize = 6;
const X: usize = 7;
const Y: usize = 8;
/// Above lie the ranges that are still to be sorted, two slots each.
const PENDING: usize = 9;

/// How many comparisons are made before the state may check limits.
const PORTION: i32 = 4096;

/// Which comparison is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Last element below the first?
    Ends = 1,
    /// Middle element below the first?
    MiddleLow,
    /// Last element below the middle?
    MiddleHigh,
    /// Element from below less than the pivot?
    ScanUp,
    /// Pivot less than the element from above?
    ScanDown,
}

/// Added to a phase's number: the comparison has not been made yet.
const ASK: u32 = 8;

/// The inner function sorts.
const INNER: u32 = 16;

impl Phase {
    fn from_step(step: u32) -> Phase {
        match step {
            1 => Phase::Ends,
            2 => Phase::MiddleLow,
            3 => Phase::MiddleHigh,
            4 => Phase::ScanUp,
            _ => Phase::ScanDown,
        }
    }
}

/// `sort(t [, less])`
pub(super) fn sort(vm: &mut Vm) -> NativeResult {
    if vm.step() == 0 {
        let t = vm.check_table(0)?;
        vm.check_writable(t)?;
        let len = t.len() as i32;
        vm.set_nargs(2)?;
        let less = vm.arg(COMPARATOR);
        if !less.is_nil() {
            vm.check_function(COMPARATOR)?;
        }
        vm.charge(len.clamp(0, PORTION) as u32 / 16)?;
        if len <= 1 {
            return Ok(Flow::Return(0));
        }
        if !less.is_nil() {
            let arguments = [t.into(), less, Value::int(len)];
            return vm.call_inner(Inner::Sort, INNER, less, &arguments);
        }
        if let Less::Call(handler) = less_than(vm, t.get_int(len), t.get_int(1))? {
            let arguments = [t.into(), Value::int(len)];
            return vm.call_inner(Inner::SortOrdered, INNER, handler, &arguments);
        }
        vm.set_nargs(PENDING)?;
        let mut machine = Machine::new(t, 1, len);
        return match machine.begin_range(vm) {
            Some(phase) => machine.run(vm, phase),
            None => Ok(Flow::Return(0)),
        };
    }
    let t = vm.check_table(0)?;
    if vm.step() == INNER {
        return if vm.results() == 0 {
            Ok(Flow::Return(0))
        } else {
            Err(order_error(vm))
        };
    }
    let (phase, answer) = if vm.step() >= ASK {
        vm.charge(PORTION as u32 / 16)?;
        (Phase::from_step(vm.step() - ASK), None)
    } else {
        let less = !vm.result(0).is_falsy();
        vm.truncate(vm.nargs() - vm.results() as usize);
        (Phase::from_step(vm.step()), Some(less))
    };
    let mut machine = Machine::load(vm, t);
    let phase = match answer {
        None => Some(phase),
        Some(less) => machine.advance(vm, phase, less)?,
    };
    match phase {
        Some(phase) => machine.run(vm, phase),
        None => Ok(Flow::Return(0)),
    }
}

/// What is known about `a < b`.
enum Less {
    Known(bool),
    Call(Value),
}

struct Machine {
    table: Gc<Table>,
    /// More has changed since the variables were loaded than one step of a scan changes.
    changed: bool,
    /// Comparisons that may be made before the state may check limits.
    left: i32,
    low: i32,
    high: i32,
    up: i32,
    down: i32,
    pivot: Value,
    x: Value,
    y: Value,
}

impl Machine {
    fn new(table: Gc<Table>, low: i32, high: i32) -> Machine {
        Machine {
            table,
            changed: true,
            left: PORTION,
            low,
            high,
            up: 0,
            down: 0,
            pivot: Value::NIL,
            x: Value::NIL,
            y: Value::NIL,
        }
    }

    fn load(vm: &Vm, table: Gc<Table>) -> Machine {
        let int = |i| vm.arg(i).as_int().unwrap_or(0);
        Machine {
            table,
            changed: false,
            left: PORTION,
            low: int(LOW),
            high: int(HIGH),
            up: int(UP),
            down: int(DOWN),
            pivot: vm.arg(PIVOT),
            x: vm.arg(X),
            y: vm.arg(Y),
        }
    }

    /// Saves the variables. One step of a scan changes only two.
    fn store(&self, vm: &mut Vm, phase: Phase) {
        match phase {
            Phase::ScanUp if !self.changed => {
                vm.set_arg(UP, Value::int(self.up));
                vm.set_arg(X, self.x);
            }
            Phase::ScanDown if !self.changed => {
                vm.set_arg(DOWN, Value::int(self.down));
                vm.set_arg(Y, self.y);
            }
            _ => {
                vm.set_arg(LOW, Value::int(self.low));
                vm.set_arg(HIGH, Value::int(self.high));
                vm.set_arg(UP, Value::int(self.up));
                vm.set_arg(DOWN, Value::int(self.down));
                vm.set_arg(PIVOT, self.pivot);
                vm.set_arg(X, self.x);
                vm.set_arg(Y, self.y);
            }
        }
    }

    fn get(&self, i: i32) -> Value {
        self.table.get_int(i)
    }

    fn set(&self, vm: &mut Vm, i: i32, value: Value) -> Result<(), Raised> {
        if let Some(slot) = self.table.slot_int(i) {
            vm.heap.write(self.table);
            slot.set(value);
            Ok(())
        } else {
            vm.raw_set_int(self.table, i, value)
        }
    }

    /// Makes comparisons until one needs a call, the sort is done, or it is time to check limits.
    fn run(&mut self, vm: &mut Vm, phase: Phase) -> NativeResult {
        let mut phase = phase;
        while self.left > 0 {
            self.left -= 1;
            let (a, b) = match phase {
                Phase::Ends | Phase::MiddleHigh => (self.y, self.x),
                Phase::MiddleLow => (self.x, self.y),
                Phase::ScanUp => (self.x, self.pivot),
                Phase::ScanDown => (self.pivot, self.y),
            };
            match less_than(vm, a, b)? {
                Less::Call(function) => {
                    self.store(vm, phase);
                    vm.begin_call(function, phase as u32)?;
                    vm.push(a)?;
                    vm.push(b)?;
                    return Ok(Flow::Call { nargs: 2 });
                }
                Less::Known(less) => {
                    self.changed = true;
                    match self.advance(vm, phase, less)? {
                        Some(next) => phase = next,
                        None => return Ok(Flow::Return(0)),
                    }
                }
            }
        }
        self.store(vm, phase);
        vm.charge_units(PORTION as u32 / 4);
        Ok(Flow::Again {
            step: phase as u32 + ASK,
        })
    }

    /// Takes the answer to a comparison, moves elements, and says which comparison comes next.
    fn advance(&mut self, vm: &mut Vm, phase: Phase, less: bool) -> Result<Option<Phase>, Raised> {
        match phase {
            Phase::Ends => {
                if less {
                    self.set(vm, self.low, self.y)?;
                    self.set(vm, self.high, self.x)?;
                }
                if self.high - self.low == 1 {
                    return Ok(self.end_range(vm));
                }
                self.up = (self.low + self.high) / 2;
                self.x = self.get(self.up);
                self.y = self.get(self.low);
                Ok(Some(Phase::MiddleLow))
            }
            Phase::MiddleLow => {
                if less {
                    self.set(vm, self.up, self.y)?;
                    self.set(vm, self.low, self.x)?;
                    return self.begin_scans(vm);
                }
                self.y = self.get(self.high);
                Ok(Some(Phase::MiddleHigh))
            }
            Phase::MiddleHigh => {
                if less {
                    self.set(vm, self.up, self.y)?;
                    self.set(vm, self.high, self.x)?;
                }
                self.begin_scans(vm)
            }
            Phase::ScanUp => {
                if less {
                    if self.up >= self.high {
                        return Err(order_error(vm));
                    }
                    return Ok(Some(self.scan_up()));
                }
                Ok(Some(self.scan_down()))
            }
            Phase::ScanDown => {
                if less {
                    if self.down <= self.low {
                        return Err(order_error(vm));
                    }
                    return Ok(Some(self.scan_down()));
                }
                if self.down < self.up {
                    return self.split(vm);
                }
                self.set(vm, self.up, self.y)?;
                self.set(vm, self.down, self.x)?;
                Ok(Some(self.scan_up()))
            }
        }
    }

    /// The first comparison of the range `low..=high`, or of one that is pending.
    fn begin_range(&mut self, vm: &mut Vm) -> Option<Phase> {
        self.changed = true;
        while self.low >= self.high || self.sort_at_a_stretch(vm) {
            let n = vm.nargs();
            if n < PENDING + 2 {
                return None;
            }
            self.low = vm.arg(n - 2).as_int().unwrap_or(0);
            self.high = vm.arg(n - 1).as_int().unwrap_or(0);
            vm.truncate(n - 2);
        }
        self.x = self.get(self.low);
        self.y = self.get(self.high);
        Some(Phase::Ends)
    }

    /// Sorts the range `low..=high` if nobody can tell how.
    fn sort_at_a_stretch(&mut self, vm: &mut Vm) -> bool {
        let sorted = sorted::sort_plain(vm, self.table, self.low, self.high);
        if sorted {
            self.left -= self.high - self.low;
        }
        sorted
    }

    /// The range is done: goes on with a pending one.
    fn end_range(&mut self, vm: &mut Vm) -> Option<Phase> {
        self.low = self.high;
        self.begin_range(vm)
    }

    /// The three elements are in order: puts the middle one aside as pivot.
    fn begin_scans(&mut self, vm: &mut Vm) -> Result<Option<Phase>, Raised> {
        if self.high - self.low == 2 {
            return Ok(self.end_range(vm));
        }
        self.changed = true;
        self.pivot = self.get(self.up);
        let before_last = self.get(self.high - 1);
        self.set(vm, self.up, before_last)?;
        self.set(vm, self.high - 1, self.pivot)?;
        self.up = self.low;
        self.down = self.high - 1;
        Ok(Some(self.scan_up()))
    }

    fn scan_up(&mut self) -> Phase {
        self.up += 1;
        self.x = self.get(self.up);
        Phase::ScanUp
    }

    fn scan_down(&mut self) -> Phase {
        self.down -= 1;
        self.y = self.get(self.down);
        Phase::ScanDown
    }

    /// The scans have met: puts the pivot in its place, the larger part on the pile, and begins the smaller one.
    fn split(&mut self, vm: &mut Vm) -> Result<Option<Phase>, Raised> {
        let pivot = self.get(self.high - 1);
        let at = self.get(self.up);
        self.set(vm, self.high - 1, at)?;
        self.set(vm, self.up, pivot)?;
        let below = (self.low, self.up - 1);
        let above = (self.up + 1, self.high);
        let (smaller, larger) = if self.up - self.low < self.high - self.up {
            (below, above)
        } else {
            (above, below)
        };
        vm.push(Value::int(larger.0))?;
        vm.push(Value::int(larger.1))?;
        (self.low, self.high) = smaller;
        Ok(self.begin_range(vm))
    }
}

#[cold]
fn order_error(vm: &mut Vm) -> Raised {
    vm.error(format_args!("invalid order function for sorting"))
}

/// `a < b` with `__lt`.
fn less_than(vm: &mut Vm, a: Value, b: Value) -> Result<Less, Raised> {
    if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
        return Ok(Less::Known(x < y));
    }
    if let (Some(x), Some(y)) = (a.as_str(), b.as_str()) {
        return Ok(Less::Known(x.as_bytes() < y.as_bytes()));
    }
    if let Some(less) = vm.cdata_compare(a, b, Event::Lt) {
        return Ok(Less::Known(less));
    }
    match vm.comparison_handler(a, b, Event::Lt) {
        Some((handler, ..)) => Ok(Less::Call(handler)),
        None => Err(vm.compare_error(a, b)),
    }
}
