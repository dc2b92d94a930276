//! Coroutines: they are made, and exchanged as the interpreter does it. The values that go from one to the other are none of the helpers' business.
//!
//! A thread that waits is in the frame of a native function, `coroutine.yield` or what resumed another thread, which a call instruction
//! of a Lua function made. It goes on in that function, as if the native function had returned; so does the trace.

use crate::bytecode::Proto;
use crate::stdlib::coroutine::create_wrapped;
use crate::value::thread::Status;
use crate::value::{Function, Gc, Thread, Value};
use crate::vm::Vm;
use crate::vm::coroutine::MAX_RESUME_DEPTH;
use crate::vm::frame::{FRAME_SLOTS, Frame};
use crate::vm::stack::{INITIAL_SLOTS, RESERVE};

use super::Done;

/// What a trace says of an exchange, in an int.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switch {
    /// How many arguments the native function has that is left.
    pub nargs: u8,
    /// How far the trace's base is below the frame of the native function that returns now: that of its caller, or of a frame further down
    /// that the trace knows. Less than 512.
    pub distance: u16,
    /// Was the thread that goes on left by calling a function of `coroutine.wrap`?
    pub wrapped: bool,
}

impl Switch {
    const DISTANCE: u32 = 8;
    const WRAPPED: i32 = 1 << 17;
    const TOP: u32 = 18;

    /// The int, for a trace that needs no slots.
    pub fn pack(self) -> i32 {
        let wrapped = if self.wrapped { Switch::WRAPPED } else { 0 };
        i32::from(self.nargs) | i32::from(self.distance) << Switch::DISTANCE | wrapped
    }
    /// The same for a trace that needs so many slots above its base.
    pub fn with_slots(packed: i32, slots: u16) -> i32 {
        packed & ((1 << Switch::TOP) - 1) | i32::from(slots) << Switch::TOP
    }
    fn unpack(packed: i32) -> (Switch, usize) {
        let switch = Switch {
            nargs: packed as u8,
            distance: (packed >> Switch::DISTANCE) as u16 & 0x1ff,
            wrapped: packed & Switch::WRAPPED != 0,
        };
        (switch, (packed >> Switch::TOP) as usize)
    }
}

/// `coroutine.create`
pub(super) unsafe extern "C" fn create(vm: *mut Vm, f: Gc<Function>) -> Option<Gc<Thread>> {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    if !vm.may_create_coroutine() {
        return None;
    }
    vm.create_coroutine(f.into()).ok()
}

/// `coroutine.wrap`
pub(super) unsafe extern "C" fn wrap(vm: *mut Vm, f: Gc<Function>) -> Option<Gc<Function>> {
    // SAFETY: the running state.
    create_wrapped(unsafe { &mut *vm }, f.into())
}

/// The thread that `coroutine.resume` or a function of `coroutine.wrap` resumes.
#[inline(always)]
fn thread_of(co: Value) -> Option<Gc<Thread>> {
    match co.as_function() {
        Some(wrapped) => wrapped.native_upvalue(0).as_thread(),
        None => co.as_thread(),
    }
}

/// Sees to it that a thread that doesn't run has room for so many slots above an address in its stack, which may move.
#[inline(always)]
fn has_room(vm: &mut Vm, thread: Gc<Thread>, base: *mut Value, slots: usize) -> bool {
    base.wrapping_add(slots) <= thread.limit.get() || make_room(vm, thread, base, slots)
}

#[cold]
fn make_room(vm: &mut Vm, thread: Gc<Thread>, base: *mut Value, slots: usize) -> bool {
    let above = |at: *mut Value| (at.addr() - thread.stack.get().addr()) / size_of::<Value>();
    let (needed, limit) = (above(base) + slots, above(thread.limit.get()));
    if needed > vm.max_stack {
        return false;
    }
    let size = (limit * 2).max(needed + INITIAL_SLOTS).min(vm.max_stack);
    let slots = u32::try_from(size + RESERVE);
    slots.is_ok_and(|slots| vm.heap.resize_stack(thread, slots).is_ok())
}

/// The coroutine of a value, if it has this status and nothing keeps it from being resumed.
#[inline(always)]
fn ready(vm: &Vm, co: Value, status: Status) -> Option<Gc<Thread>> {
    let is_deep = vm.resume_depth >= MAX_RESUME_DEPTH;
    thread_of(co).filter(|co| co.status() == status && co.parked.get().is_none() && !is_deep)
}

/// Resumes a coroutine that nothing keeps from it, leaving the frame at `base`.
#[inline(always)]
fn enter(vm: &mut Vm, base: *mut Value, nargs: u8, co: Gc<Thread>) {
    let _barrier = vm.heap.write(co);
    co.resumer.set(Some(vm.thread));
    vm.resume_depth += 1;
    vm.exchange_thread((base, base.wrapping_add(nargs.into())), Status::Normal, co);
}

/// Resumes a coroutine that has not begun and whose function is of this prototype. The native function's frame is at `base`.
pub(super) unsafe extern "C" fn start(
    vm: *mut Vm,
    base: *mut Value,
    co: Value,
    proto: Gc<Proto>,
    switch: i32,
) -> Done {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    let (switch, slots) = Switch::unpack(switch);
    let Some(co) = ready(vm, co, Status::Fresh) else {
        return false.into();
    };
    // SAFETY: the function of a coroutine that has not begun is its stack's first value.
    let function = unsafe { Frame(co.base.get()).function_value() }.as_function();
    let is_expected = function.and_then(|f| f.proto()) == Some(proto);
    if !is_expected || !has_room(vm, co, co.base.get(), slots) {
        return false.into();
    }
    enter(vm, base, switch.nargs, co);
    vm.base = co.base.get();
    true.into()
}

/// Resumes a coroutine that goes on where this link says. The native function's frame is at `base`.
pub(super) unsafe extern "C" fn resume(
    vm: *mut Vm,
    base: *mut Value,
    co: Value,
    _: Gc<Proto>,
    link: *mut Value,
    switch: i32,
) -> Done {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    let (switch, slots) = Switch::unpack(switch);
    let Some(co) = ready(vm, co, Status::Suspended) else {
        return false.into();
    };
    let distance = usize::from(switch.distance);
    // SAFETY: a thread that waits is in a complete frame, and what the link tells of its caller the recorder has seen.
    unsafe {
        if Frame(co.base.get()).link().to_bits() != link.addr() as u64
            || !has_room(vm, co, co.base.get().sub(distance), slots)
        {
            return false.into();
        }
        enter(vm, base, switch.nargs, co);
        vm.base = co.base.get().sub(distance);
    }
    true.into()
}

/// The thread to which the running one goes back, if it goes on where this link says, or the link is null.
#[inline(always)]
fn resumer(vm: &mut Vm, link: *mut Value, switch: Switch, slots: usize) -> Option<Gc<Thread>> {
    let resumer = vm.yields_to()?;
    // SAFETY: as for a coroutine that is resumed.
    unsafe {
        let frame = Frame(resumer.base.get());
        let is_expected = link.is_null()
            || frame.link().to_bits() == link.addr() as u64
                && (frame.function().upvalue_count() > 0) == switch.wrapped;
        let base = frame.0.sub(switch.distance.into());
        (is_expected && has_room(vm, resumer, base, slots)).then_some(resumer)
    }
}

/// Leaves the running thread, with these ends of its frame, for a resumer that goes on where this link says. A null link stands for one that
/// the trace left itself.
#[inline(always)]
fn go_back(
    vm: &mut Vm,
    registers: (*mut Value, *mut Value),
    status: Status,
    link: *mut Value,
    switch: i32,
) -> Done {
    let (switch, slots) = Switch::unpack(switch);
    let Some(resumer) = resumer(vm, link, switch, slots) else {
        return false.into();
    };
    vm.thread.resumer.set(None);
    vm.resume_depth -= 1;
    let _barrier = vm.heap.write(resumer);
    vm.exchange_thread(registers, status, resumer);
    let distance = usize::from(switch.distance);
    vm.base = resumer.base.get().wrapping_sub(distance);
    true.into()
}

/// `coroutine.yield`, whose frame is at `base`.
pub(super) unsafe extern "C" fn yield_(
    vm: *mut Vm,
    base: *mut Value,
    _: Gc<Proto>,
    link: *mut Value,
    switch: i32,
) -> Done {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    go_back(vm, (base, base), Status::Suspended, link, switch)
}

/// The first function of a coroutine returns.
pub(super) unsafe extern "C" fn finish(
    vm: *mut Vm,
    _: Gc<Proto>,
    link: *mut Value,
    switch: i32,
) -> Done {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    let stack = vm.thread.stack.get();
    let registers = (stack.wrapping_add(FRAME_SLOTS), stack);
    go_back(vm, registers, Status::Finished, link, switch)
}
