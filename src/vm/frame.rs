//! Frames on a Lua stack.
//!
//! A frame's slots begin at `base`. Below them lie the function and the link:
//!
//! ```text
//!            Lua or native frame                    continuation frame
//!   base-4                                          continuation number
//!   base-3                                          its operand: the caller's pc, or a native function's step
//!   base-2   function                               function
//!   base-1   link                                   link
//!   base     first slot                             first slot
//! ```
//! A link's two low bits tell how the frame was entered:
//!
//! * [`LUA`]: by a call instruction. The link is the return address, the instruction after the call, whose operand A
//!   tells how far below the caller's base is.
//! * [`ENTRY`]: from the host, or as the first frame of a coroutine. Nothing lies below that this run may return to.
//! * [`CONT`]: by the state itself, on behalf of the frame `delta` slots below: a metamethod, a call by a native function, a protected
//!   call. The [`Cont`] number says what happens with the results.
//! * [`VARG`]: the copy of a frame that `FUNCV` made above its extra arguments; the original is `delta` slots below.
//!
//! Links and continuation slots are raw words, not values; the collector sees small denormal numbers or primitives in them and
//! passes over them.

use crate::bytecode::Ins;
use crate::value::{Function, Gc, Value};

/// Entered by a call instruction.
pub const LUA: u64 = 0;
/// Entered from the host.
pub const ENTRY: u64 = 1;
/// Entered by the state.
pub const CONT: u64 = 2;
/// A vararg function's upper frame.
pub const VARG: u64 = 3;

/// Slots between a caller's arguments and the callee's base: function and link.
pub const FRAME_SLOTS: usize = 2;
/// The same for a continuation frame.
pub const CONT_SLOTS: usize = 4;

const DELTA_SHIFT: u32 = 3;

/// What is done with the results of a continuation frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Cont {
    /// Store the first result in slot A of the instruction before pc.
    Store,
    /// Drop the results.
    Drop,
    /// Jump at pc if the first result is true.
    JumpIfTrue,
    /// Jump at pc if the first result is false.
    JumpIfFalse,
    /// Go on concatenating.
    Concat,
    /// Re-enter the native function.
    Native,
    /// Return true and the results from the `pcall` frame. Catches errors.
    Pcall,
    /// The same for `xpcall`.
    Xpcall,
    /// The message handler of an `xpcall` returned: its result is what the `xpcall` returns.
    Handler,
    /// A finalizer ran. Catches errors and drops them.
    Finalizer,
    /// A debug hook ran; go on with the instruction at pc.
    Hook,
    /// A callback of `jit.attach` ran; go on with the instruction at pc. Catches errors.
    Event,
    /// Re-enter the native function whatever happens: errors are dropped.
    NativeQuiet,
}

impl Cont {
    const ALL: [Cont; 13] = [
        Cont::Store,
        Cont::Drop,
        Cont::JumpIfTrue,
        Cont::JumpIfFalse,
        Cont::Concat,
        Cont::Native,
        Cont::Pcall,
        Cont::Xpcall,
        Cont::Handler,
        Cont::Finalizer,
        Cont::Hook,
        Cont::Event,
        Cont::NativeQuiet,
    ];

    fn from_bits(bits: u64) -> Cont {
        Cont::ALL[bits as usize]
    }
}

/// A frame's link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Link(u64);

impl Link {
    /// The link of a frame that a call instruction enters.
    #[inline(always)]
    pub fn lua(return_pc: *const Ins) -> Link {
        Link(return_pc as u64)
    }
    /// The link of a run's or coroutine's first frame.
    pub const fn entry() -> Link {
        Link(ENTRY)
    }
    /// The link of a frame `delta` slots above the frame it returns to.
    #[inline(always)]
    pub const fn delta(kind: u64, delta: usize) -> Link {
        Link((delta as u64) << DELTA_SHIFT | kind)
    }
    /// The link that a word is.
    #[cfg(feature = "jit")]
    pub(crate) const fn from_bits(bits: u64) -> Link {
        Link(bits)
    }
    /// The word in the frame.
    #[cfg(feature = "jit")]
    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }
    /// How the frame was entered.
    #[inline(always)]
    pub const fn kind(self) -> u64 {
        self.0 & 3
    }
    /// The return address of a [`LUA`] link.
    #[inline(always)]
    pub const fn return_pc(self) -> *const Ins {
        core::ptr::with_exposed_provenance(self.0 as usize)
    }
    /// The distance of the frame below, for [`CONT`] and [`VARG`].
    #[inline(always)]
    pub const fn slots(self) -> usize {
        (self.0 >> DELTA_SHIFT) as usize
    }
}

/// The code address that a continuation's operand is.
#[inline(always)]
pub(crate) fn pc_of(operand: Value) -> *const Ins {
    core::ptr::with_exposed_provenance(operand.to_bits() as usize)
}

/// A frame: the address of its first slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Frame(pub(crate) *mut Value);

/// Reading and writing what lies below a frame's base.
///
/// The methods are unsafe for one reason only: the address must be the base of a frame on a live stack of the state.
impl Frame {
    /// # Safety
    /// See the impl block.
    #[inline(always)]
    pub unsafe fn link(self) -> Link {
        // SAFETY: a frame has its link below its base.
        Link(unsafe { (*self.0.sub(1)).to_bits() })
    }
    /// # Safety
    /// See the impl block.
    #[inline(always)]
    pub unsafe fn set_link(self, link: Link) {
        // SAFETY: as in `link`. The word is never read as a value of an object.
        unsafe { *self.0.sub(1) = Value::from_bits(link.0) }
    }
    /// # Safety
    /// See the impl block.
    #[inline(always)]
    pub unsafe fn function_value(self) -> Value {
        // SAFETY: a frame has its function two slots below its base.
        unsafe { *self.0.sub(2) }
    }
    /// # Safety
    /// See the impl block; the frame is complete, so that its function slot holds a function.
    #[inline(always)]
    pub unsafe fn function(self) -> Gc<Function> {
        // SAFETY: calls put only functions there.
        unsafe { self.function_value().as_function().unwrap_unchecked() }
    }
    /// The continuation of a [`CONT`] frame.
    ///
    /// # Safety
    /// See the impl block; the frame is a continuation frame.
    pub unsafe fn cont(self) -> Cont {
        // SAFETY: a continuation frame has its number four slots below its base.
        Cont::from_bits(unsafe { (*self.0.sub(4)).to_bits() })
    }
    /// The continuation's operand.
    ///
    /// # Safety
    /// See the impl block; the frame is a continuation frame.
    pub unsafe fn cont_operand(self) -> u64 {
        // SAFETY: a continuation frame has its operand three slots below its base.
        unsafe { (*self.0.sub(3)).to_bits() }
    }
    /// Writes the four slots of a continuation frame.
    ///
    /// # Safety
    /// The four slots below lie on a live stack and are free.
    pub unsafe fn make_cont(self, cont: Cont, operand: u64, function: Value, delta: usize) {
        // SAFETY: the caller's promise; the raw words are no object tags (small numbers, code addresses).
        unsafe {
            *self.0.sub(4) = Value::from_bits(cont as u64);
            *self.0.sub(3) = Value::from_bits(operand);
            *self.0.sub(2) = function;
            self.set_link(Link::delta(CONT, delta));
        }
    }
    /// The frame below, and the pc at which it goes on if it is a Lua frame and known from this link. `None` for an entry frame.
    ///
    /// # Safety
    /// See the impl block.
    pub unsafe fn below(self) -> Option<(Frame, Option<*const Ins>)> {
        // SAFETY: links are well formed on a live stack.
        unsafe {
            let link = self.link();
            match link.kind() {
                LUA => {
                    let pc = link.return_pc();
                    let a = (*pc.sub(1)).a();
                    Some((Frame(self.0.sub(FRAME_SLOTS + a)), Some(pc)))
                }
                CONT => {
                    let below = Frame(self.0.sub(link.slots()));
                    let pc = match self.cont() {
                        Cont::Native | Cont::NativeQuiet | Cont::Pcall | Cont::Xpcall => None,
                        _ => Some(core::ptr::with_exposed_provenance(
                            self.cont_operand() as usize
                        )),
                    };
                    Some((below, pc))
                }
                VARG => Some((Frame(self.0.sub(link.slots())), None)),
                _ => None,
            }
        }
    }
}
