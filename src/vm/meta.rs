//! Metamethods: events, their lookup, and the slow paths of the instructions that honour them.

use crate::number;
use crate::value::table::TableError;
use crate::value::{Gc, Str, Table, Tag, Type, Value};
use crate::vm::Vm;
use crate::vm::call::Next;
use crate::vm::convert::floor;
use crate::vm::frame::Cont;
use crate::vm::native::Raised;

/// What whoever modifies a read-only table gets to read.
pub(crate) const READONLY_ERROR: &str = "attempt to modify a readonly table";

macro_rules! events {
    ($($name:ident $text:literal)*) => {
        /// A metamethod event. The first eight have a bit in the tables' cache of absent metamethods.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Event { $($name,)* }
        impl Event {
            /// The metatable fields, in the order of the events.
            pub const NAMES: &'static [&'static str] = &[$($text),*];
            /// All events.
            pub const ALL: &'static [Event] = &[$(Event::$name),*];
            /// How many there are.
            pub const COUNT: usize = Event::NAMES.len();
        }
    };
}
events! {
    Index "__index" NewIndex "__newindex" Eq "__eq" Len "__len" Call "__call" Gc "__gc" Mode "__mode" Metatable "__metatable"
    Lt "__lt" Le "__le" Concat "__concat" Add "__add" Sub "__sub" Mul "__mul" Div "__div" Mod "__mod" Pow "__pow" Unm "__unm"
    ToString "__tostring" Pairs "__pairs" IPairs "__ipairs" Name "__name"
}

/// A bit operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum BitOp {
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Sar,
    Not,
}

/// Steps of a chain of `__index` or `__newindex` before it counts as a loop; LuaJIT's figure.
const MAX_INDEX_CHAIN: usize = 100;

impl Value {
    /// nil, false, true by number, as instructions name them.
    #[inline(always)]
    pub(crate) fn primitive(i: usize) -> Value {
        // SAFETY: the three largest patterns are the primitives; the verifier lets no other operand pass.
        unsafe { Value::from_bits(!(i as u64)) }
    }
    /// Can two values that aren't identical be equal through `__eq`, or as cdata?
    #[inline(always)]
    pub(crate) fn may_have_eq(a: Value, b: Value) -> bool {
        (a.is_table() && b.is_table())
            || (a.has_tag(Tag::Userdata) && b.has_tag(Tag::Userdata))
            || a.has_tag(Tag::Other)
            || b.has_tag(Tag::Other)
    }
}

impl Vm {
    /// The metatable of any value.
    #[inline]
    pub fn metatable_of(&self, v: Value) -> Option<Gc<Table>> {
        if let Some(t) = v.as_table() {
            t.metatable()
        } else if let Some(u) = v.as_userdata() {
            u.metatable.get()
        } else {
            self.base_metatables[v.type_of() as usize]
        }
    }

    /// A field of a metatable, nil where it is absent. Absence of the first events is cached in the metatable.
    #[inline]
    pub(crate) fn metatable_event(&self, metatable: Option<Gc<Table>>, event: Event) -> Value {
        let Some(mt) = metatable else {
            return Value::NIL;
        };
        let number = event as u32;
        if number >= 8 {
            return mt.get_str(self.event_names[event as usize]);
        }
        if mt.header.a.get() >> number & 1 != 0 {
            return Value::NIL;
        }
        let v = mt.get_str(self.event_names[event as usize]);
        if v.is_nil() {
            mt.header.a.set(mt.header.a.get() | 1 << number);
        }
        v
    }

    /// The metamethod of a value for an event, nil where there is none.
    #[inline]
    pub fn metamethod(&self, v: Value, event: Event) -> Value {
        self.metatable_event(self.metatable_of(v), event)
    }

    /// Stores the result of an instruction and goes on.
    #[inline]
    fn store(&mut self, a: usize, v: Value) -> Next {
        // SAFETY: `a` is an operand of the instruction before `pc`.
        unsafe { *self.base.add(a) = v };
        Next::RESUME
    }

    // ---- reads ----

    /// `A = object[key]`
    #[inline(never)]
    pub(crate) fn op_get(&mut self, object: Value, key: Value, a: usize) -> Next {
        match self.lookup(object, key) {
            Ok(Ok(v)) => self.store(a, v),
            Ok(Err((handler, object))) => {
                let next = self.call_meta(Cont::Store, handler, &[object, key]);
                self.finish(next)
            }
            Err(raised) => self.finish(Err(raised)),
        }
    }

    /// Looks a key up along the chain of `__index`: a value, or the function to call and its first argument.
    pub(crate) fn lookup(
        &mut self,
        object: Value,
        key: Value,
    ) -> Result<Result<Value, (Value, Value)>, Raised> {
        let mut object = object;
        for _ in 0..MAX_INDEX_CHAIN {
            let handler;
            if let Some(t) = object.as_table() {
                let v = t.get(key);
                if !v.is_nil() {
                    return Ok(Ok(v));
                }
                handler = self.metatable_event(t.metatable(), Event::Index);
                if handler.is_nil() {
                    return Ok(Ok(Value::NIL));
                }
            } else {
                handler = self.metamethod(object, Event::Index);
                if handler.is_nil() {
                    return Err(self.index_error(object, key));
                }
            }
            if handler.is_function() {
                return Ok(Err((handler, object)));
            }
            object = handler;
        }
        Err(self.error_here(format_args!("loop in gettable")))
    }

    /// `#object`, for values other than strings and plain tables.
    #[inline(never)]
    pub(crate) fn op_len(&mut self, object: Value) -> Next {
        // SAFETY: `pc` is behind the LEN instruction.
        let a = unsafe { (*self.pc.sub(1)).a() };
        let handler = self.metamethod(object, Event::Len);
        if !handler.is_nil() {
            let next = self.call_meta(Cont::Store, handler, &[object, object]);
            return self.finish(next);
        }
        if let Some(t) = object.as_table() {
            return self.store(a, Value::number(f64::from(t.len())));
        }
        if let Some(c) = object.as_cdata() {
            let name = c.ctype.name();
            let raised = self.error_here(format_args!("attempt to get length of '{name}'"));
            return self.finish(Err(raised));
        }
        // SAFETY: as above; D is a slot.
        let slot = unsafe { self.base.add((*self.pc.sub(1)).d()) };
        let raised = self.operand_error(slot, object, "get length of");
        self.finish(Err(raised))
    }

    // ---- writes ----

    /// `object[key] = value`
    #[inline(never)]
    pub(crate) fn op_set(&mut self, object: Value, key: Value, value: Value) -> Next {
        match self.assign(object, key, value) {
            Ok(None) => self.safepoint(),
            Ok(Some((handler, object))) => {
                let next = self.call_meta(Cont::Drop, handler, &[object, key, value]);
                self.finish(next)
            }
            Err(raised) => self.finish(Err(raised)),
        }
    }

    /// `t[i] = value` without metamethods.
    #[inline(never)]
    pub(crate) fn op_set_raw(&mut self, t: Gc<Table>, i: i32, value: Value) -> Next {
        match self.raw_set_int(t, i, value) {
            Ok(()) => self.safepoint(),
            Err(raised) => self.finish(Err(raised)),
        }
    }

    /// Stores along the chain of `__newindex`: done, or the function to call and its first argument.
    pub(crate) fn assign(
        &mut self,
        object: Value,
        key: Value,
        value: Value,
    ) -> Result<Option<(Value, Value)>, Raised> {
        let mut object = object;
        for _ in 0..MAX_INDEX_CHAIN {
            let handler;
            if let Some(t) = object.as_table() {
                let handled = if t.metatable().is_none() {
                    Value::NIL
                } else {
                    match t.slot(key) {
                        Some(slot) if !slot.get().is_nil() => Value::NIL,
                        _ => self.metatable_event(t.metatable(), Event::NewIndex),
                    }
                };
                if handled.is_nil() {
                    return self.raw_set(t, key, value).map(|()| None);
                }
                handler = handled;
            } else {
                handler = self.metamethod(object, Event::NewIndex);
                if handler.is_nil() {
                    return Err(self.index_error(object, key));
                }
            }
            if handler.is_function() {
                return Ok(Some((handler, object)));
            }
            object = handler;
        }
        Err(self.error_here(format_args!("loop in settable")))
    }

    /// Raises an error if a table is read-only.
    #[inline]
    pub fn check_writable(&mut self, t: Gc<Table>) -> Result<(), Raised> {
        match t.is_readonly() {
            true => Err(self.error_here(format_args!("{READONLY_ERROR}"))),
            false => Ok(()),
        }
    }

    /// Makes a table read-only, or writable again.
    pub fn set_readonly(&mut self, t: Gc<Table>, readonly: bool) {
        if readonly && !self.has_readonly {
            // Traces have not asked so far.
            self.has_readonly = true;
            self.forget_traces();
        }
        t.set_readonly(readonly);
    }

    /// `rawset(t, key, value)` with its errors.
    pub fn raw_set(&mut self, t: Gc<Table>, key: Value, value: Value) -> Result<(), Raised> {
        self.check_writable(t)?;
        t.header.a.set(0);
        match self.heap.set(t, key, value) {
            Ok(()) => Ok(()),
            Err(TableError::NilKey) => Err(self.error_here(format_args!("table index is nil"))),
            Err(TableError::NanKey) => Err(self.error_here(format_args!("table index is NaN"))),
            Err(TableError::Memory(_)) => Err(self.memory_error()),
        }
    }

    /// TSETM: the open results from `values` on go to the table before them.
    #[inline(never)]
    pub(crate) fn op_tset_m(&mut self, values: *mut Value, first: f64) -> Next {
        // SAFETY: the verifier found a table constructor's slot before the values, and an open call before the instruction.
        let (table, n) = unsafe { (*values.sub(1), self.open_results) };
        let Some(t) = table.as_table() else {
            let raised = self.index_error(table, Value::number(first));
            return self.finish(Err(raised));
        };
        if n == 0 {
            return self.safepoint();
        }
        // The index lies in the low bits of a number with a large exponent.
        let first = first.to_bits() as i32;
        if self
            .heap
            .write(t)
            .reserve_list(&mut self.heap, (first as u32).saturating_add(n as u32))
            .is_err()
        {
            let raised = self.memory_error();
            return self.finish(Err(raised));
        }
        for i in 0..n {
            // SAFETY: `n` open results lie there.
            let v = unsafe { *values.add(i) };
            if self
                .heap
                .write(t)
                .set_int(&mut self.heap, first.wrapping_add(i as i32), v)
                .is_err()
            {
                let raised = self.memory_error();
                return self.finish(Err(raised));
            }
        }
        self.safepoint()
    }

    /// TNEW
    #[inline(never)]
    pub(crate) fn op_tnew(&mut self, a: usize, d: usize) -> Next {
        let narray = match d & 0x7FF {
            0x7FF => 0x801,
            n => n,
        };
        let nhash = match d >> 11 {
            0 => 0,
            log2 => 1 << log2,
        };
        match Table::new(&mut self.heap, narray as u32, nhash) {
            Ok(t) => {
                self.store(a, t.into());
                self.safepoint()
            }
            Err(_) => {
                let raised = self.memory_error();
                self.finish(Err(raised))
            }
        }
    }

    /// TDUP
    #[inline(never)]
    pub(crate) fn op_tdup(&mut self, a: usize, template: Gc<Table>) -> Next {
        match Table::duplicate(&mut self.heap, template) {
            Ok(t) => {
                self.store(a, t.into());
                self.safepoint()
            }
            Err(_) => {
                let raised = self.memory_error();
                self.finish(Err(raised))
            }
        }
    }

    // ---- arithmetic ----

    /// A number, from a number or a numeric string.
    #[inline]
    pub fn to_number(v: Value) -> Option<f64> {
        match v.as_str() {
            Some(s) => number::parse(s.as_bytes()),
            None => v.as_number(),
        }
    }

    /// `x ^ y`
    #[inline(never)]
    pub(crate) fn pow(&mut self, x: f64, y: f64) -> Value {
        Value::number(self.host.math().pow(x, y))
    }

    /// An arithmetic instruction whose operands are not both numbers; its result goes to slot A.
    #[inline(never)]
    pub(crate) fn arith(&mut self, left: Value, right: Value, event: Event) -> Next {
        if let (Some(x), Some(y)) = (Self::to_number(left), Self::to_number(right)) {
            let v = match event {
                Event::Add => x + y,
                Event::Sub => x - y,
                Event::Mul => x * y,
                Event::Div => x / y,
                Event::Mod => x - floor(x / y) * y,
                Event::Unm => -x,
                _ => return self.store_at_a(|vm| vm.pow(x, y)),
            };
            return self.store_at_a(|_| Value::number(v));
        }
        if let Some(result) = self.cdata_arith(left, right, event) {
            return match result {
                Ok(v) => self.store_at_a(|_| v),
                Err(raised) => self.finish(Err(raised)),
            };
        }
        let mut handler = self.metamethod(left, event);
        if handler.is_nil() {
            handler = self.metamethod(right, event);
        }
        if handler.is_nil() {
            let raised = self.arith_error(left, right);
            return self.finish(Err(raised));
        }
        let next = self.call_meta(Cont::Store, handler, &[left, right]);
        self.finish(next)
    }

    fn store_at_a(&mut self, value: impl FnOnce(&mut Vm) -> Value) -> Next {
        let v = value(self);
        // SAFETY: `pc` is behind the instruction whose slot A gets the result.
        let a = unsafe { (*self.pc.sub(1)).a() };
        self.store(a, v)
    }

    /// A bit operator whose operands are not both numbers.
    #[inline(never)]
    pub(crate) fn bit_operator(&mut self, left: Value, right: Value, op: BitOp) -> Next {
        match self.cdata_bits(left, right, op) {
            Some(Ok(v)) => self.store_at_a(|_| v),
            Some(Err(raised)) => self.finish(Err(raised)),
            None => {
                let raised = self.bit_error(left, right);
                self.finish(Err(raised))
            }
        }
    }

    // ---- comparisons; `pc` is at the JMP ----

    fn jump_if(&mut self, taken: bool) -> Next {
        // SAFETY: the verifier found a JMP behind the comparison.
        unsafe {
            self.pc = if taken {
                self.pc.offset((*self.pc).jump() + 1)
            } else {
                self.pc.add(1)
            };
        }
        Next::RESUME
    }

    /// `left < right` or `left <= right`, and the jump behind it.
    #[inline(never)]
    pub(crate) fn compare(
        &mut self,
        left: Value,
        right: Value,
        event: Event,
        negate: bool,
    ) -> Next {
        if let (Some(x), Some(y)) = (left.as_str(), right.as_str()) {
            self.charge_for_bytes(x.len().min(y.len()));
            let order = x.as_bytes().cmp(y.as_bytes());
            let holds = if event == Event::Lt {
                order.is_lt()
            } else {
                order.is_le()
            };
            return self.jump_if(holds != negate);
        }
        if let Some(holds) = self.cdata_compare(left, right, event) {
            return self.jump_if(holds != negate);
        }
        match self.comparison_handler(left, right, event) {
            Some((handler, left, right, inverted)) => {
                let cont = if negate != inverted {
                    Cont::JumpIfFalse
                } else {
                    Cont::JumpIfTrue
                };
                let next = self.call_meta(cont, handler, &[left, right]);
                self.finish(next)
            }
            None => {
                let raised = self.compare_error(left, right);
                self.finish(Err(raised))
            }
        }
    }

    /// Whom to ask for an order, with which operands, and whether the answer is to be inverted (`a <= b` as `not (b < a)`).
    pub(crate) fn comparison_handler(
        &mut self,
        left: Value,
        right: Value,
        event: Event,
    ) -> Option<(Value, Value, Value, bool)> {
        let usable = |vm: &Vm, event: Event| -> Value {
            let handler = vm.metamethod(left, event);
            if vm.compat52 {
                return if handler.is_nil() {
                    vm.metamethod(right, event)
                } else {
                    handler
                };
            }
            // Both operands have to have the same metamethod.
            if !handler.is_nil()
                && left.type_of() == right.type_of()
                && handler.raw_equals(vm.metamethod(right, event))
            {
                handler
            } else {
                Value::NIL
            }
        };
        let handler = usable(self, event);
        if !handler.is_nil() {
            return Some((handler, left, right, false));
        }
        if event == Event::Le {
            let handler = usable(self, Event::Lt);
            if !handler.is_nil() {
                return Some((handler, right, left, true));
            }
        }
        None
    }

    /// Equality of two values that aren't identical, through `__eq` or as cdata, and the jump behind it.
    #[inline(never)]
    pub(crate) fn equal_objects(&mut self, left: Value, right: Value, negate: bool) -> Next {
        if left == right {
            return self.jump_if(!negate);
        }
        if let Some(result) = self.cdata_equal(left, right) {
            return self.jump_if(result != negate);
        }
        let same_kind = (left.is_table() && right.is_table())
            || (left.has_tag(Tag::Userdata) && right.has_tag(Tag::Userdata));
        if same_kind {
            let (m1, m2) = (self.metatable_of(left), self.metatable_of(right));
            let handler = self.metatable_event(m1, Event::Eq);
            let same = m1 == m2 || handler.raw_equals(self.metatable_event(m2, Event::Eq));
            if !handler.is_nil() && same {
                let cont = if negate {
                    Cont::JumpIfFalse
                } else {
                    Cont::JumpIfTrue
                };
                let next = self.call_meta(cont, handler, &[left, right]);
                return self.finish(next);
            }
        }
        self.jump_if(negate)
    }

    // ---- concatenation ----

    /// CAT: `*first .. … .. *last`, right to left.
    #[inline(never)]
    pub(crate) fn concat(&mut self, first: *mut Value, last: *mut Value) -> Next {
        match self.try_concat(first, last) {
            Ok(next) => next,
            Err(raised) => self.finish(Err(raised)),
        }
    }

    fn try_concat(&mut self, first: *mut Value, last: *mut Value) -> Result<Next, Raised> {
        let mut last = last;
        loop {
            // SAFETY: `first` and `last` are slots of the frame, the instruction's operands, and `last` moves down to `first` at most.
            unsafe {
                if last == first {
                    let result = *first;
                    self.store_at_a(|_| result);
                    return Ok(self.safepoint());
                }
                let mut low = last;
                while low >= first && is_concatenable(*low) {
                    low = low.sub(1);
                }
                let run = last.offset_from(low) as usize;
                if run >= 2 {
                    low = low.add(1);
                    *low = self.join(low, run)?;
                    last = low;
                    continue;
                }
                let (left, right) = (*last.sub(1), *last);
                let mut handler = self.metamethod(left, Event::Concat);
                if handler.is_nil() {
                    handler = self.metamethod(right, Event::Concat);
                }
                if handler.is_nil() {
                    return Err(self.concat_error(last.sub(1), left, last, right));
                }
                // Right behind the right operand, so that the place tells how far the concatenation has come.
                return self.call_meta_at(last.add(1), Cont::Concat, handler, &[left, right]);
            }
        }
    }

    /// The metamethod of a concatenation returned: the result takes the place of the two operands, of which `last` was the left.
    pub(crate) fn concat_go_on(&mut self, last: *mut Value, result: Value) -> Next {
        // SAFETY: `pc` is behind the CAT instruction, whose operand B is the first slot; `last` lies in the frame.
        unsafe {
            let last = last.sub(1);
            *last = result;
            let first = self.base.add((*self.pc.sub(1)).b());
            self.concat(first, last)
        }
    }

    /// Joins `n` strings and numbers.
    ///
    /// # Safety
    /// `n` slots at `first` hold strings and numbers.
    unsafe fn join(&mut self, first: *const Value, n: usize) -> Result<Value, Raised> {
        let scratch = self.scratch;
        scratch.clear();
        let mut buffer = number::TextBuffer::default();
        for i in 0..n {
            // SAFETY: the caller's promise.
            let v = unsafe { *first.add(i) };
            let pushed = match v.as_str() {
                Some(s) => scratch.push_bytes(&mut self.heap, s.as_bytes()),
                None => scratch.push_bytes(
                    &mut self.heap,
                    number::to_text(v.as_number_unchecked(), &mut buffer),
                ),
            };
            if pushed.is_err() {
                return Err(self.memory_error());
            }
        }
        self.new_str_from(scratch)
    }

    // ---- loops ----

    /// FORI whose three values aren't all numbers: strings are converted, all else is an error.
    #[inline(never)]
    pub(crate) fn op_for_prepare(&mut self, values: *mut Value) -> Next {
        const MESSAGES: [&str; 3] = [
            "'for' initial value must be a number",
            "'for' limit must be a number",
            "'for' step must be a number",
        ];
        for (i, message) in MESSAGES.iter().enumerate() {
            // SAFETY: FORI's operand A has four slots.
            unsafe {
                let slot = values.add(i);
                match Self::to_number(*slot) {
                    Some(n) => *slot = Value::number(n),
                    None => {
                        let raised = self.error_here(format_args!("{message}"));
                        return self.finish(Err(raised));
                    }
                }
            }
        }
        // Once more, with numbers.
        self.pc = self.pc.wrapping_sub(1);
        Next::RESUME
    }

    /// The string that a number or string is; numbers are formatted.
    pub fn to_str(&mut self, v: Value) -> Result<Option<Gc<Str>>, Raised> {
        if let Some(s) = v.as_str() {
            return Ok(Some(s));
        }
        let Some(n) = v.as_number() else {
            return Ok(None);
        };
        let mut buffer = number::TextBuffer::default();
        match self.heap.intern(number::to_text(n, &mut buffer)) {
            Ok(s) => Ok(Some(s)),
            Err(_) => Err(self.memory_error()),
        }
    }
}

fn is_concatenable(v: Value) -> bool {
    matches!(v.type_of(), Type::String | Type::Number)
}
