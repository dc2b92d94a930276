//! What traces call: helpers of the IR's table ([`Helper`]) and operations that machine code lowers to calls ([`OpHelper`]).
//!
//! Machine code calls them by address, the evaluator through [`call`]; so what a helper means is written once, and mostly in the
//! library function or the interpreter's routine that it shares.
//!
//! # Conventions
//! All are `unsafe extern "C" fn(vm, …)`, where `vm` is the state that runs and objects are live objects of its heap. An object or address
//! is passed as such, *int* as `i32`, *num* as `f64`, *any* as a [`Value`]. Nothing is collected meanwhile.
//!
//! A helper does all or nothing. When it can't (no memory, an error is due, metamethods or portions would be needed) it says so as its
//! [`Trap`] in the table; the trace is left, and the interpreter does the instruction itself.
//!
//! # Fuel
//! Helpers that are pure, or only load or allocate, take no fuel: equal calls are merged, unused ones dropped. Where the library function would
//! charge for work on long texts or tables, the recorder either guards that they are short ([`FREE_BYTES`] bytes are free), or has
//! [`Helper::Pay`] charged behind the last guard of the instruction. Helpers that change tables charge by themselves, and fail if the budget
//! doesn't suffice. So the count is the interpreter's.
//!
//! [`FREE_BYTES`]: crate::stdlib::string::build::FREE_BYTES

mod closure;
mod coroutine;
mod math;
pub(crate) mod ops;
mod pattern;
mod string;
mod table;
#[cfg(test)]
mod tests;

use core::ptr;

use perilune_ir::eval::{self, Val};
use perilune_ir::ins::ObjId;
use perilune_ir::literal::Helper;
use perilune_ir::types::IrType;
use perilune_jit_x86::runtime::{HelperEntry, OpHelper, Trap, encoding};

use crate::gc::Object;
use crate::value::{Gc, Value};
use crate::vm::Vm;

pub(crate) use closure::open_upvalue;
pub(crate) use coroutine::Switch;
pub(crate) use pattern::{Found, MatchResults, match_flags, preview};
pub(crate) use string::{PayKind, Stretch};

/// The nil that failed lookups give, for loads only.
static NIL_SLOT: Value = Value::NIL;

/// Its address.
pub(crate) fn nil_slot() -> *const Value {
    &raw const NIL_SLOT
}

/// The Rust type of an argument or result of an IR type.
macro_rules! rust_type {
    (Str) => { Gc<crate::value::Str> };
    (Tab) => { Gc<crate::value::Table> };
    (Func) => { Gc<crate::value::Function> };
    (NewFunc) => { Option<Gc<crate::value::Function>> };
    (OptTab) => { Option<Gc<crate::value::Table>> };
    (OptStr) => { Option<Gc<crate::value::Str>> };
    (Num) => { f64 };
    (Int) => { i32 };
    (Any) => { Value };
    (Place) => { *const Value };
    (ValueAt) => { *mut Value };
    (NewUpvalue) => { *mut Value };
    (Proto) => { Gc<crate::bytecode::Proto> };
    (NewStr) => { Option<Gc<crate::value::Str>> };
    (NewTab) => { Option<Gc<crate::value::Table>> };
    (NewThread) => { Option<Gc<crate::value::Thread>> };
    (Count) => { i64 };
    (Done) => { Done };
    (None) => { () };
}

/// The IR type, as the IR's table has it.
#[cfg(test)]
macro_rules! ir_type {
    (Str) => {
        IrType::Str
    };
    (NewStr) => {
        IrType::Str
    };
    (Tab) => {
        IrType::Tab
    };
    (OptStr) => {
        IrType::Str
    };
    (Func) => {
        IrType::Func
    };
    (NewFunc) => {
        IrType::Func
    };
    (OptTab) => {
        IrType::Tab
    };
    (NewTab) => {
        IrType::Tab
    };
    (NewThread) => {
        IrType::Thread
    };
    (Count) => {
        IrType::Int
    };
    (Num) => {
        IrType::Num
    };
    (Int) => {
        IrType::Int
    };
    (Place) => {
        IrType::Ptr
    };
    (ValueAt) => {
        IrType::Ptr
    };
    (NewUpvalue) => {
        IrType::Ptr
    };
    (Proto) => {
        IrType::Proto
    };
    (Any) => {
        IrType::Nil
    };
    (Done) => {
        IrType::Nil
    };
    (None) => {
        IrType::Nil
    };
}

/// An argument out of the evaluator's value.
macro_rules! argument {
    (Str, $v:expr) => {
        object($v)?
    };
    (Tab, $v:expr) => {
        object($v)?
    };
    (Func, $v:expr) => {
        object($v)?
    };
    (Proto, $v:expr) => {
        object($v)?
    };
    (ValueAt, $v:expr) => {
        match $v {
            Val::Ptr(at) => ptr::with_exposed_provenance_mut(at as usize),
            _ => return None,
        }
    };
    (OptTab, $v:expr) => {
        match $v {
            Val::Gc(_, ObjId(0)) => None,
            v => Some(object(v)?),
        }
    };
    (OptStr, $v:expr) => {
        match $v {
            Val::Gc(_, ObjId(0)) => None,
            v => Some(object(v)?),
        }
    };
    (Num, $v:expr) => {
        match $v {
            Val::Num(n) => n,
            _ => return None,
        }
    };
    (Int, $v:expr) => {
        match $v {
            Val::Int(i) => i,
            _ => return None,
        }
    };
    (Any, $v:expr) => {
        value_of($v)?
    };
}

/// The evaluator's value out of a result.
macro_rules! result {
    (Num, $r:expr) => {
        Ok(Val::Num($r))
    };
    (Int, $r:expr) => {
        Ok(Val::Int($r))
    };
    (Any, $r:expr) => {
        Ok(val_of($r))
    };
    (Place, $r:expr) => {
        Ok(Val::Ptr(place($r)))
    };
    (NewUpvalue, $r:expr) => {
        match place($r) {
            0 => Err(eval::Trap::OutOfMemory),
            at => Ok(Val::Ptr(at)),
        }
    };
    (NewStr, $r:expr) => {
        new_object(IrType::Str, $r)
    };
    (NewTab, $r:expr) => {
        new_object(IrType::Tab, $r)
    };
    (NewFunc, $r:expr) => {
        new_object(IrType::Func, $r)
    };
    (NewThread, $r:expr) => {
        new_object(IrType::Thread, $r)
    };
    (Count, $r:expr) => {
        match i32::try_from($r) {
            Ok(i) if i >= 0 => Ok(Val::Int(i)),
            _ => Err(eval::Trap::Error),
        }
    };
    (Done, $r:expr) => {
        if $r.0 == 0 {
            Err(eval::Trap::Error)
        } else {
            Ok(Val::NIL)
        }
    };
    (None, $r:expr) => {{
        let () = $r;
        Ok(Val::NIL)
    }};
}

/// How a result says that the helper failed.
macro_rules! trap {
    (NewStr) => {
        Trap::Zero
    };
    (NewTab) => {
        Trap::Zero
    };
    (NewFunc) => {
        Trap::Zero
    };
    (NewUpvalue) => {
        Trap::Zero
    };
    (NewThread) => {
        Trap::Zero
    };
    (Count) => {
        Trap::Negative
    };
    (Done) => {
        Trap::Zero
    };
    ($other:ident) => {
        Trap::Never
    };
}

macro_rules! helpers {
    ($($name:ident = $code:path, ($($arg:ident $ty:ident),*) -> $ret:ident $($sync:ident)?;)*) => {
        /// How to call a helper.
        pub(crate) fn entry(helper: Helper) -> HelperEntry {
            match helper { $(Helper::$name => {
                let code: unsafe extern "C" fn(*mut Vm, $(rust_type!($ty)),*) -> rust_type!($ret) = $code;
                HelperEntry { address: code as usize, trap: trap!($ret), sync: false $(|| stringify!($sync) == "sync")? }
            })* }
        }

        /// Calls a helper; nothing if the arguments have the wrong types.
        ///
        /// # Safety
        /// `vm` is the running state, and objects among the arguments are live.
        pub(crate) unsafe fn call(vm: *mut Vm, helper: Helper, args: &[Val]) -> Option<Result<Val, eval::Trap>> {
            match helper { $(Helper::$name => {
                let &[$($arg),*] = args else { return None };
                // SAFETY: the caller's promise.
                let result = unsafe { $code(vm, $(argument!($ty, $arg)),*) };
                Some(result!($ret, result))
            })* }
        }

        /// Arguments and result as implemented.
        #[cfg(test)]
        pub(crate) fn signature(helper: Helper) -> (&'static [IrType], IrType) {
            match helper { $(Helper::$name => (&[$(ir_type!($ty)),*], ir_type!($ret)),)* }
        }
    };
}

helpers! {
    StrCmp = string::compare, (a Str, b Str) -> Int;
    StrFind = string::find, (s Str, wanted Str, init Int) -> Int;
    StrRep = string::rep, (s Str, n Int) -> NewStr;
    StrRepSep = string::rep_separated, (s Str, n Int, separator Str) -> NewStr;
    StrReverse = string::reverse, (s Str) -> NewStr;
    StrLower = string::lower, (s Str) -> NewStr;
    StrUpper = string::upper, (s Str) -> NewStr;
    ToNumber = string::to_number, (s Str, base Int) -> Any;
    ToString = string::to_string, (v Any) -> NewStr;
    ToHex = string::to_hex, (x Int, digits Int) -> NewStr;
    Format = string::format, (template Str, stretch Int, a Any, b Any, c Any) -> NewStr;
    Sin = math::sin, (x Num) -> Num;
    Cos = math::cos, (x Num) -> Num;
    Tan = math::tan, (x Num) -> Num;
    Asin = math::asin, (x Num) -> Num;
    Acos = math::acos, (x Num) -> Num;
    Atan = math::atan, (x Num) -> Num;
    Atan2 = math::atan2, (y Num, x Num) -> Num;
    Sinh = math::sinh, (x Num) -> Num;
    Cosh = math::cosh, (x Num) -> Num;
    Tanh = math::tanh, (x Num) -> Num;
    Exp = math::exp, (x Num) -> Num;
    Log = math::log, (x Num) -> Num;
    Log2 = math::log2, (x Num) -> Num;
    Log10 = math::log10, (x Num) -> Num;
    Fmod = math::fmod, (x Num, y Num) -> Num;
    Scale = math::scale, (x Num, exponent Num) -> Num;
    Mantissa = math::mantissa, (x Num) -> Num;
    Exponent = math::exponent, (x Num) -> Int;
    Whole = math::whole, (x Num) -> Num;
    Fraction = math::fraction, (x Num) -> Num;
    StrMatch = pattern::find_or_match, (s Str, p Str, init Int, flags Int) -> Count sync;
    GmatchNew = pattern::gmatch, (s Str, p Str) -> NewFunc;
    GmatchNext = pattern::gmatch_next, (iterator Func, flags Int) -> Count sync;
    GmatchStep = pattern::gmatch_step, (iterator Func, results Int) -> None;
    Gsub = pattern::gsub, (s Str, p Str, replacement Any, limit Int, flags Int) -> Count sync;
    MatchResult = pattern::result, (results Int, i Int) -> Any;
    MatchCost = pattern::cost, (results Int) -> Int;
    FuncOpen = ops::new_function, (proto Proto, parent Func, base ValueAt) -> NewFunc;
    TabNext = table::next, (t Tab, from Int) -> Int;
    TabKeyAt = table::key_at, (t Tab, position Int) -> Any;
    TabPlaceAt = table::place_at, (t Tab, position Int) -> Place;
    TabKeyIndex = table::position_after, (t Tab, key Any) -> Int;
    TabGetInt = table::get_int, (t Tab, key Int) -> Place;
    TabGet = table::get, (t Tab, key Any) -> Place;
    TabMaxN = table::max_n, (t Tab) -> Any;
    UpvalueNew = closure::new_upvalue, (v Any) -> NewUpvalue;
    ClosureNew = closure::new_closure, (proto Proto, parent Func, first ValueAt, second ValueAt, third ValueAt) -> NewFunc;
    TabNew = table::new, (slots Int, keys Int) -> NewTab;
    TabConcat = table::concat, (t Tab, separator OptStr, first Int, last Int) -> NewStr;
    TabSet = table::set, (t Tab, key Any, value Any) -> Done;
    TabReserve = table::reserve, (t Tab, slots Int) -> Done;
    TabClear = table::clear, (t Tab) -> None sync;
    TabInsert = table::insert, (t Tab, position Int, value Any) -> Done sync;
    TabRemove = table::remove, (t Tab, position Int) -> Done sync;
    TabMove = table::move_range, (from Tab, first Int, last Int, start Int, to Tab) -> Done sync;
    SetMeta = table::set_metatable, (t Tab, metatable OptTab) -> None;
    Random = math::random, () -> Num;
    RandomSeed = math::random_seed, (seed Num) -> None;
    Pay = string::pay, (n Int, kind Int) -> Done sync;
    CoNew = coroutine::create, (f Func) -> NewThread;
    CoWrap = coroutine::wrap, (f Func) -> NewFunc;
    CoStart = coroutine::start, (base ValueAt, co Any, proto Proto, switch Int) -> Done sync;
    CoResume = coroutine::resume, (base ValueAt, co Any, proto Proto, link ValueAt, switch Int) -> Done sync;
    CoYield = coroutine::yield_, (base ValueAt, proto Proto, link ValueAt, switch Int) -> Done sync;
    CoReturn = coroutine::finish, (proto Proto, link ValueAt, switch Int) -> Done sync;
}

/// The address of an operation's helper.
pub(crate) fn op_address(op: OpHelper) -> usize {
    macro_rules! address {
        ($code:path, ($($ty:ty),*) -> $ret:ty) => {{
            let code: unsafe extern "C" fn(*mut Vm, $($ty),*) -> $ret = $code;
            code as usize
        }};
    }
    use crate::bytecode::Proto;
    use crate::gc::Header;
    use crate::value::{Buffer, Cdata, Function, Str, Table};
    match op {
        OpHelper::HashGet => address!(ops::hash_get, (Gc<Table>, Value) -> *const Value),
        OpHelper::NewKey => address!(ops::new_key, (Gc<Table>, Value) -> *const Value),
        OpHelper::TabLen => address!(ops::length, (Gc<Table>) -> i32),
        OpHelper::TabNew => address!(ops::new_table, (u32, u32) -> Option<Gc<Table>>),
        OpHelper::TabDup => address!(ops::duplicate, (Gc<Table>) -> Option<Gc<Table>>),
        OpHelper::FuncNew => {
            address!(ops::new_function, (Gc<Proto>, Gc<Function>, *mut Value) -> Option<Gc<Function>>)
        }
        OpHelper::UpvalueClose => address!(ops::close_upvalues, (*mut Value) -> ()),
        OpHelper::StrNew => address!(ops::new_str, (*const u8, i32) -> Option<Gc<Str>>),
        OpHelper::CdataNew => address!(ops::new_cdata, (i32, i32) -> Option<Gc<Cdata>>),
        OpHelper::CdataNewInit => address!(ops::new_cdata_of, (i32, u64) -> Option<Gc<Cdata>>),
        OpHelper::BufPut => address!(ops::put, (Gc<Buffer>, Gc<Str>) -> Option<Gc<Buffer>>),
        OpHelper::BufPutInt => address!(ops::put_int, (Gc<Buffer>, i32) -> Option<Gc<Buffer>>),
        OpHelper::BufPutNum => address!(ops::put_number, (Gc<Buffer>, f64) -> Option<Gc<Buffer>>),
        OpHelper::BufStr => address!(ops::str_of_buffer, (Gc<Buffer>) -> Option<Gc<Str>>),
        OpHelper::StrOfInt => address!(ops::str_of_int, (i32) -> Option<Gc<Str>>),
        OpHelper::StrOfNum => address!(ops::str_of_number, (f64) -> Option<Gc<Str>>),
        OpHelper::StrOfChar => address!(ops::str_of_char, (i32) -> Option<Gc<Str>>),
        OpHelper::NumOfStr => address!(ops::number_of_str, (Gc<Str>) -> Value),
        OpHelper::Pow => address!(ops::pow, (f64, f64) -> f64),
        OpHelper::Mod => address!(ops::modulo, (f64, f64) -> f64),
        OpHelper::Ldexp => address!(ops::ldexp, (f64, i32) -> f64),
        OpHelper::Floor => address!(ops::floor, (f64) -> f64),
        OpHelper::Ceil => address!(ops::ceil, (f64) -> f64),
        OpHelper::Trunc => address!(ops::trunc, (f64) -> f64),
        OpHelper::Barrier => address!(ops::barrier, (Gc<Header>) -> ()),
    }
}

/// Success, or 0.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Done(u64);

impl From<bool> for Done {
    #[inline(always)]
    fn from(done: bool) -> Done {
        Done(done.into())
    }
}

/// The object behind a value of the evaluator. The null pointer is none.
pub(crate) fn object<T: Object>(v: Val) -> Option<Gc<T>> {
    let (Val::Gc(_, ObjId(address)) | Val::Ptr(address)) = v else {
        return None;
    };
    if address == 0 {
        return None;
    }
    let object = ptr::with_exposed_provenance_mut(address as usize);
    // SAFETY: the evaluator's objects are live objects of the state, as the trace's recorder and the state's values give them.
    Some(unsafe { Gc::from_ptr(object) })
}

/// The evaluator's id of an object.
pub(crate) fn id_of<T>(object: Gc<T>) -> ObjId {
    ObjId(object.as_ptr().expose_provenance() as u64)
}

fn new_object<T>(ty: IrType, made: Option<Gc<T>>) -> Result<Val, eval::Trap> {
    match made {
        Some(object) => Ok(Val::Gc(ty, id_of(object))),
        None => Err(eval::Trap::OutOfMemory),
    }
}

/// The evaluator's form of the address of a slot: 0 for the nil that failed lookups give.
pub(crate) fn place(slot: *const Value) -> u64 {
    if slot == nil_slot() {
        0
    } else {
        slot.expose_provenance() as u64
    }
}

/// The IR type of a value. Numbers are `num`, whatever their value.
pub(crate) fn type_of(v: Value) -> IrType {
    use crate::value::Type;
    match v.type_of() {
        Type::Nil => IrType::Nil,
        Type::Boolean if v == Value::TRUE => IrType::True,
        Type::Boolean => IrType::False,
        Type::LightUserdata => IrType::LightUd,
        Type::Number => IrType::Num,
        Type::String => IrType::Str,
        Type::Table => IrType::Tab,
        Type::Function => IrType::Func,
        Type::Userdata => IrType::Udata,
        Type::Thread => IrType::Thread,
        Type::Proto => IrType::Proto,
        Type::Cdata => IrType::Cdata,
    }
}

/// A value as the evaluator has it.
pub(crate) fn val_of(v: Value) -> Val {
    match (type_of(v), v.as_object()) {
        (IrType::Num, _) => Val::Num(v.as_number_unchecked()),
        (IrType::LightUd, _) => Val::Light(v.as_light().unwrap_or(0)),
        (ty, Some(object)) => Val::Gc(ty, id_of(object)),
        (ty, None) => Val::Pri(ty),
    }
}

/// A value out of one of the evaluator, if a variable can hold it.
pub(crate) fn value_of(v: Val) -> Option<Value> {
    Some(match v {
        Val::Pri(IrType::False) => Value::FALSE,
        Val::Pri(IrType::True) => Value::TRUE,
        Val::Pri(_) => Value::NIL,
        Val::Num(n) => Value::number(n),
        Val::Int(i) => Value::int(i),
        Val::Light(payload) => Value::light(payload),
        Val::Gc(ty, ObjId(address)) => {
            let tag = encoding::tag(ty)?;
            let payload = address & ((1 << encoding::TAG_SHIFT) - 1);
            // SAFETY: the object is live and of this type.
            unsafe { Value::from_bits(u64::from(tag) << encoding::TAG_SHIFT | payload) }
        }
        Val::I64(_) | Val::U64(_) | Val::Float(_) | Val::Ptr(_) => return None,
    })
}

// The encoding that machine code knows is this one.
const _: () = {
    use crate::value::Tag;
    assert!(encoding::OTHER == Tag::Other as u16 && encoding::LIGHT == Tag::Light as u16);
    assert!(encoding::USERDATA == Tag::Userdata as u16 && encoding::TABLE == Tag::Table as u16);
    assert!(encoding::FUNCTION == Tag::Function as u16 && encoding::STRING == Tag::Str as u16);
    assert!(encoding::PRIMITIVE == Tag::Primitive as u16);
    assert!(encoding::NIL == Value::NIL.to_bits() && encoding::FALSE == Value::FALSE.to_bits());
    assert!(encoding::TRUE == Value::TRUE.to_bits());
    assert!((encoding::FIRST_TAG as u64) << encoding::TAG_SHIFT == crate::value::FIRST_TAGGED);
};
