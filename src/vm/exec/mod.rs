//! The handlers, by group of instructions, and the tables that dispatch goes through.
//!
//! # Safety
//! All handlers rely on the same contract, which `bytecode::verify` and the frames establish: every slot operand lies in the frame
//! (`frame_size` was checked against the stack's limit when the function was entered), constant and upvalue operands
//! exist and have the kind that the opcode table says, jumps stay in the code, a JMP follows a condition. The macro
//! [`handler`] opens one unsafe block per handler on the strength of this contract.

use crate::bytecode::{Bc, Ins};
use crate::vm::dispatch::{Handler, HandlerFn};

/// Defines handlers. The body sees the five registers and ends in `next!`, `enter!` or a tail call.
macro_rules! handler {
    ($(#[$attr:meta])* fn $name:ident($vm:ident, $base:ident, $pc:ident, $ins:ident, $k:ident) $body:block) => {
        $(#[$attr])*
        #[allow(unused_variables, unused_mut, clippy::needless_return)]
        pub(super) unsafe extern "C" fn $name(
            $vm: *mut $crate::vm::Vm,
            mut $base: *mut $crate::value::Value,
            mut $pc: *const $crate::bytecode::Ins,
            $ins: $crate::bytecode::Ins,
            $k: *const $crate::value::Value,
        ) -> $crate::vm::dispatch::Exit {
            // SAFETY: the module's contract.
            unsafe { $body }
        }
    };
}

/// Goes on with the instruction at `pc`.
macro_rules! next {
    ($vm:ident, $base:expr, $pc:expr, $k:expr) => {{
        #[cfg(not(any(debug_assertions, feature = "loop-dispatch")))]
        {
            let pc = $pc;
            let ins = *pc;
            let handler = (*$vm).handlers.as_ptr().add(ins.op_index());
            return ((*handler).0)($vm, $base, pc.add(1), ins, $k);
        }
        #[cfg(any(debug_assertions, feature = "loop-dispatch"))]
        {
            (*$vm).registers = $crate::vm::dispatch::Registers {
                base: $base,
                pc: $pc,
                k: $k,
            };
            return $crate::vm::dispatch::Exit::Continue;
        }
    }};
}

/// Enters the function whose header is at `pc`, with `nargs` arguments at `base`.
macro_rules! enter {
    ($vm:ident, $base:expr, $pc:expr, $nargs:expr) => {
        next!(
            $vm,
            $base,
            $pc,
            core::ptr::without_provenance::<$crate::value::Value>($nargs)
        )
    };
}

/// Goes on as a step of the state says: see [`Next`](crate::vm::call::Next).
///
/// Functions that say so to a handler are never inlined: a local of theirs whose address is taken would keep the jump
/// to the next handler from being a tail call.
macro_rules! follow {
    ($vm:ident, $next:expr) => {
        match $next.step() {
            $crate::vm::call::Step::Resume => {
                let base = (*$vm).base;
                next!($vm, base, (*$vm).pc, $crate::vm::exec::constants_of(base))
            }
            $crate::vm::call::Step::Enter { pc, nargs } => {
                enter!($vm, (*$vm).base, pc, nargs)
            }
            $crate::vm::call::Step::Exit(exit) => return exit,
        }
    };
}

/// Saves what the state's functions need to know, before one of them is called.
macro_rules! save {
    ($vm:ident, $base:ident, $pc:ident) => {
        (*$vm).base = $base;
        (*$vm).pc = $pc;
    };
}

mod arith;
mod bits;
pub(super) mod builtins;
mod calls;
#[cfg(feature = "paranoid")]
pub(super) mod check;
mod compare;
mod constants;
#[macro_use]
mod loops;
mod tables;
#[cfg(feature = "jit")]
mod traced;
mod upvalues;

use crate::bytecode::Proto;
use crate::value::Value;
use crate::vm::frame::Frame;
use builtins::HANDLER_COUNT;

/// The constants of the Lua function whose frame is at `base`.
///
/// # Safety
/// `base` is a complete Lua frame.
#[inline(always)]
pub(super) unsafe fn constants_of(base: *mut Value) -> *const Value {
    // SAFETY: the caller's promise; a Lua function's pc is its prototype's code.
    unsafe {
        let function = Frame(base).function();
        Proto::of_code(function.pc.get()).constants
    }
}

/// A dispatch table.
pub(crate) type Table = [Handler; HANDLER_COUNT];

/// The dispatch table: one handler per opcode, and those of the builtins.
pub(crate) static HANDLERS: [Handler; HANDLER_COUNT] = {
    let mut table = [Handler(calls::func_c); HANDLER_COUNT];
    let mut i = 0;
    while i < Bc::ALL.len() {
        table[i] = Handler(handler_of(Bc::ALL[i]));
        i += 1;
    }
    table[Ins::BREAKPOINT as usize] = Handler(calls::breakpoint);
    builtins::append(table)
};

/// The table while the JIT looks for hot loops and functions.
#[cfg(feature = "jit")]
pub(crate) static COUNTING: [Handler; HANDLER_COUNT] = traced::count(HANDLERS);

/// The table while a trace is recorded: all instructions go there first.
#[cfg(feature = "jit")]
pub(crate) static RECORDING: [Handler; HANDLER_COUNT] = [Handler(traced::recorded); HANDLER_COUNT];

/// The table while a hook is set: all instructions go there first.
pub(crate) static HOOKED: [Handler; HANDLER_COUNT] = [Handler(calls::hooked); HANDLER_COUNT];

/// The table while events are to be told: all instructions go there first.
pub(crate) static TOLD: [Handler; HANDLER_COUNT] = [Handler(calls::told); HANDLER_COUNT];

const fn handler_of(op: Bc) -> HandlerFn {
    match op {
        Bc::IsLt => compare::is_lt,
        Bc::IsGe => compare::is_ge,
        Bc::IsLe => compare::is_le,
        Bc::IsGt => compare::is_gt,
        Bc::IsEqV => compare::is_eq_v,
        Bc::IsNeV => compare::is_ne_v,
        Bc::IsEqS => compare::is_eq_s,
        Bc::IsNeS => compare::is_ne_s,
        Bc::IsEqN => compare::is_eq_n,
        Bc::IsNeN => compare::is_ne_n,
        Bc::IsEqP => compare::is_eq_p,
        Bc::IsNeP => compare::is_ne_p,
        Bc::IsTc => compare::is_tc,
        Bc::IsFc => compare::is_fc,
        Bc::IsT => compare::is_t,
        Bc::IsF => compare::is_f,
        Bc::Mov => constants::mov,
        Bc::Not => constants::not,
        Bc::Unm => arith::unm,
        Bc::Len => tables::len,
        Bc::AddVN => arith::add_vn,
        Bc::SubVN => arith::sub_vn,
        Bc::MulVN => arith::mul_vn,
        Bc::DivVN => arith::div_vn,
        Bc::ModVN => arith::mod_vn,
        Bc::AddNV => arith::add_nv,
        Bc::SubNV => arith::sub_nv,
        Bc::MulNV => arith::mul_nv,
        Bc::DivNV => arith::div_nv,
        Bc::ModNV => arith::mod_nv,
        Bc::AddVV => arith::add_vv,
        Bc::SubVV => arith::sub_vv,
        Bc::MulVV => arith::mul_vv,
        Bc::DivVV => arith::div_vv,
        Bc::ModVV => arith::mod_vv,
        Bc::Pow => arith::pow,
        Bc::Cat => arith::cat,
        Bc::BNot => bits::bnot,
        Bc::BAnd => bits::band,
        Bc::BOr => bits::bor,
        Bc::BXor => bits::bxor,
        Bc::BShl => bits::bshl,
        Bc::BShr => bits::bshr,
        Bc::BSar => bits::bsar,
        Bc::KStr => constants::k_object,
        Bc::KCdata => constants::k_object,
        Bc::KShort => constants::k_short,
        Bc::KNum => constants::k_num,
        Bc::KPri => constants::k_pri,
        Bc::KNil => constants::k_nil,
        Bc::UGet => upvalues::uget,
        Bc::USetV => upvalues::uset_v,
        Bc::USetS => upvalues::uset_s,
        Bc::USetN => upvalues::uset_n,
        Bc::USetP => upvalues::uset_p,
        Bc::UClo => upvalues::uclo,
        Bc::FNew => upvalues::fnew,
        Bc::TNew => tables::tnew,
        Bc::TDup => tables::tdup,
        Bc::GGet => tables::gget,
        Bc::GSet => tables::gset,
        Bc::TGetV => tables::tget_v,
        Bc::TGetS => tables::tget_s,
        Bc::TGetB => tables::tget_b,
        Bc::TGetR => tables::tget_r,
        Bc::TSetV => tables::tset_v,
        Bc::TSetS => tables::tset_s,
        Bc::TSetB => tables::tset_b,
        Bc::TSetM => tables::tset_m,
        Bc::TSetR => tables::tset_r,
        Bc::CallM => calls::call_m,
        Bc::Call => calls::call,
        Bc::CallMT => calls::call_mt,
        Bc::CallT => calls::call_t,
        Bc::IterC => calls::iter_c,
        Bc::IterN => loops::iter_n,
        Bc::VArg => calls::varg,
        Bc::IsNext => loops::is_next,
        Bc::RetM => calls::ret_m,
        Bc::Ret => calls::ret,
        Bc::Ret0 => calls::ret0,
        Bc::Ret1 => calls::ret1,
        Bc::ForI => loops::for_i,
        Bc::ForL | Bc::IForL => loops::for_l,
        Bc::IterL | Bc::IIterL => loops::iter_l,
        Bc::Loop | Bc::ILoop => loops::loop_head,
        Bc::Jmp => loops::jmp,
        Bc::FuncF | Bc::IFuncF => calls::func_f,
        Bc::FuncV | Bc::IFuncV => calls::func_v,
        Bc::FuncC => calls::func_c,
        #[cfg(feature = "jit")]
        Bc::JForI => traced::for_i,
        #[cfg(feature = "jit")]
        Bc::JForL => traced::for_l,
        #[cfg(feature = "jit")]
        Bc::JIterL => traced::iter_l,
        #[cfg(feature = "jit")]
        Bc::JLoop => traced::loop_head,
        #[cfg(feature = "jit")]
        Bc::JFuncF => traced::func_f,
        #[cfg(feature = "jit")]
        Bc::JFuncV => traced::func_v,
        // Nothing puts them into code.
        #[cfg(not(feature = "jit"))]
        Bc::JForI | Bc::JForL | Bc::JIterL | Bc::JLoop | Bc::JFuncF | Bc::JFuncV => loops::jmp,
    }
}
