//! Prototypes: a function's code, constants and debug information.

use core::cell::Cell;

use super::ins::Ins;
use crate::gc::Header;
use crate::value::{Gc, Str, Value};

/// The greatest number of upvalues of a function.
pub const MAX_UPVALUES: usize = 60;

/// What a prototype says about itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub struct ProtoFlags(pub u8);

impl ProtoFlags {
    /// It creates closures.
    pub const CHILD: u8 = 1;
    /// It takes extra arguments.
    pub const VARARG: u8 = 2;
    /// It has a return instruction besides the final one.
    pub const HAS_RETURN: u8 = 4;
    /// Its FNEW instructions name prototypes whose upvalues need closing.
    pub const FIX_UPVALUES: u8 = 8;
    /// It is not compiled.
    pub const NO_JIT: u8 = 16;
    /// Some of its loops or its header have their I forms.
    pub const HAS_I_FORMS: u8 = 32;
    /// It is a part of a library function, written in Lua, and hidden: to everybody who looks at a stack, the native function below
    /// is the one that runs.
    pub const INNER: u8 = 64;
    /// What dumps keep.
    pub const OF_SOURCE: u8 = Self::CHILD | Self::VARARG;

    /// Is the flag set?
    pub const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// Where a closure's upvalue comes from when `FNEW` creates it.
///
/// Bit 15: a slot of the creating frame (low 8 bits), else an upvalue of the creating function. Bit 14: the variable
/// is never assigned after its initialisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct CaptureInfo(pub u16);

impl CaptureInfo {
    /// The variable is a slot of the creating frame.
    pub const LOCAL: u16 = 0x8000;
    /// The variable is never assigned after its initialisation.
    pub const IMMUTABLE: u16 = 0x4000;

    /// Is the variable a slot of the creating frame?
    #[inline(always)]
    pub const fn is_local(self) -> bool {
        self.0 & Self::LOCAL != 0
    }
    /// Is the variable never assigned after its initialisation?
    #[inline(always)]
    pub const fn is_immutable(self) -> bool {
        self.0 & Self::IMMUTABLE != 0
    }
    /// The slot or the upvalue's index.
    #[inline(always)]
    pub const fn index(self) -> usize {
        (self.0 & 0xFF) as usize
    }
}

/// A local variable's name and the instructions in which it lives.
///
/// Variables are listed in the order of their slots' allocation, as `debug.getlocal` counts them. The hidden variables of loops have the
/// names "(for index)", "(for limit)", "(for step)", "(for generator)", "(for state)", "(for control)".
#[derive(Clone, Copy, Debug)]
pub struct LocalVar {
    /// The name.
    pub name: Gc<Str>,
    /// The first instruction in which it is active (index into the code, the header instruction being 0).
    pub start: u32,
    /// The first in which it isn't any more.
    pub end: u32,
}

/// A prototype. `header.a` is the number of fixed parameters, `header.b` the frame size in slots.
///
/// The code follows the struct, so that a closure's `pc` leads back to its prototype. Constants grow away from
/// `constants` both ways: number `i` is `constants[i]`, object `i` is `constants[-1 - i]`.
#[repr(C)]
pub struct Proto {
    pub(crate) header: Header,
    pub(crate) code_len: u32,
    pub(crate) constants: *mut Value,
    pub(crate) grey_next: Cell<*mut Header>,
    pub(crate) number_count: u32,
    pub(crate) object_count: u32,
    pub(crate) captures: *const CaptureInfo,
    pub(crate) capture_count: u32,
    pub(crate) flags: Cell<ProtoFlags>,
    pub(crate) chunk_name: Gc<Str>,
    pub(crate) first_line: u32,
    pub(crate) line_count: u32,
    /// One line per instruction, or null when stripped.
    pub(crate) lines: *const u32,
    /// One name per upvalue, or null when stripped.
    pub(crate) upvalue_names: *const Gc<Str>,
    pub(crate) locals: *const LocalVar,
    pub(crate) local_count: u32,
    /// While it has breakpoints: its code without them, else null.
    pub(crate) plain_code: Cell<*mut Ins>,
    /// How many closures were made of it, up to 255.
    #[cfg(feature = "jit")]
    pub(crate) closures: Cell<u8>,
    /// One counter per instruction, or null.
    #[cfg(feature = "jit")]
    pub(crate) sites: Cell<*mut crate::jit::anchor::Site>,
    /// The traces that begin here.
    #[cfg(feature = "jit")]
    pub(crate) anchors: crate::jit::anchor::Anchors,
}

/// What a prototype is built from; `Heap::new_proto` copies it into the heap.
pub struct ProtoParts<'a> {
    /// The code, header instruction included.
    pub code: &'a [Ins],
    /// Number constants.
    pub numbers: &'a [Value],
    /// Object constants: strings, template tables, prototypes, cdata.
    pub objects: &'a [Value],
    /// Where each upvalue comes from.
    pub captures: &'a [CaptureInfo],
    /// Fixed parameters.
    pub param_count: u8,
    /// Frame size in slots.
    pub frame_size: u8,
    /// See [`ProtoFlags`].
    pub flags: ProtoFlags,
    /// The chunk's name with its `=` or `@`.
    pub chunk_name: Gc<Str>,
    /// The line of the `function` keyword; 0 for a main chunk.
    pub first_line: u32,
    /// Lines from the first to the one of `end`.
    pub line_count: u32,
    /// One line per instruction; empty when stripped.
    pub lines: &'a [u32],
    /// One name per upvalue; empty when stripped.
    pub upvalue_names: &'a [Gc<Str>],
    /// Local variables; empty when stripped.
    pub locals: &'a [LocalVar],
}

impl Proto {
    /// The prototype whose first instruction is at `pc`.
    ///
    /// # Safety
    /// `pc` is the first instruction of a live prototype.
    #[inline(always)]
    pub unsafe fn of_code(pc: *const Ins) -> Gc<Proto> {
        // SAFETY: the code directly follows the struct, so the struct begins one `Proto` before it.
        unsafe { Gc::from_ptr(pc.cast::<Proto>().cast_mut().sub(1)) }
    }
    /// The first instruction.
    #[inline(always)]
    pub fn code_ptr(&self) -> *const Ins {
        (self as *const Proto).wrapping_add(1).cast()
    }
    /// Fixed parameters.
    #[inline(always)]
    pub fn param_count(&self) -> usize {
        self.header.a.get() as usize
    }
    /// Frame size in slots.
    #[inline(always)]
    pub fn frame_size(&self) -> usize {
        self.header.b.get() as usize
    }
    /// See [`ProtoFlags`].
    pub fn flags(&self) -> ProtoFlags {
        self.flags.get()
    }
    /// A closure of it is made.
    #[cfg(feature = "jit")]
    #[inline(always)]
    pub(crate) fn count_closure(&self) {
        self.closures.set(self.closures.get().saturating_add(1));
    }
    /// Are there so many closures of it that a trace had better not be for one of them?
    #[cfg(feature = "jit")]
    pub(crate) fn is_polymorphic(&self) -> bool {
        self.closures.get() >= 3
    }
    /// Sets a flag.
    #[cfg(feature = "jit")]
    pub(crate) fn add_flag(&self, flag: u8) {
        self.flags.set(ProtoFlags(self.flags.get().0 | flag));
    }
    /// Clears a flag.
    #[cfg(feature = "jit")]
    pub(crate) fn remove_flag(&self, flag: u8) {
        self.flags.set(ProtoFlags(self.flags.get().0 & !flag));
    }
    /// The chunk's name with its `=` or `@`.
    pub fn chunk_name(&self) -> Gc<Str> {
        self.chunk_name
    }
    /// The line of the `function` keyword; 0 for a main chunk.
    pub fn first_line(&self) -> u32 {
        self.first_line
    }
    /// The line of the closing `end`.
    pub fn last_line(&self) -> u32 {
        self.first_line + self.line_count
    }
}

const _: () = assert!(size_of::<Proto>().is_multiple_of(size_of::<Value>()));

/// A slice from a pointer that is null or a heap block's with `len` elements.
///
/// # Safety
/// `ptr` is null, or `len` elements at it stay valid and unwritten as long as the returned slice lives.
unsafe fn block<'a, T>(ptr: *const T, len: u32) -> &'a [T] {
    if ptr.is_null() {
        &[]
    } else {
        // SAFETY: the caller's promise.
        unsafe { core::slice::from_raw_parts(ptr, len as usize) }
    }
}

/// Slices of a prototype's parts. They are immutable but for the opcodes that specialise themselves.
impl Proto {
    /// The code. Opcodes may specialise themselves at run time, so this is a snapshot by value per element.
    pub fn code(&self) -> &[Cell<Ins>] {
        // SAFETY: `code_len` instructions follow the struct from its creation on, and are only written through cells.
        unsafe { core::slice::from_raw_parts(self.code_ptr().cast(), self.code_len as usize) }
    }
    /// Instruction `i`, whatever runs in its place: what listings and dumps show.
    pub fn instruction(&self, i: usize) -> Option<Ins> {
        let mut ins = self.code().get(i)?.get();
        if ins.is_breakpoint() {
            ins = self.without_breakpoint(i)?;
        }
        #[cfg(feature = "jit")]
        let ins = self.unpatched(ins);
        Some(ins)
    }
    /// Has it breakpoints?
    #[inline(always)]
    pub(crate) fn has_breakpoints(&self) -> bool {
        !self.plain_code.get().is_null()
    }
    /// Instruction `i` as it was before a breakpoint took its place.
    pub(crate) fn without_breakpoint(&self, i: usize) -> Option<Ins> {
        let plain = self.plain_code.get();
        if plain.is_null() || i >= self.code_len as usize {
            return None;
        }
        // SAFETY: a copy of the code has as many instructions.
        Some(unsafe { *plain.add(i) })
    }
    /// Number constants.
    pub fn numbers(&self) -> &[Value] {
        // SAFETY: written once at creation.
        unsafe { block(self.constants, self.number_count) }
    }
    /// Object constant `i`.
    pub fn object(&self, i: usize) -> Option<Value> {
        if i < self.object_count as usize {
            // SAFETY: `object_count` values lie before `constants`, written once at creation.
            Some(unsafe { *self.constants.sub(1 + i) })
        } else {
            None
        }
    }
    /// Where each upvalue comes from.
    pub fn captures(&self) -> &[CaptureInfo] {
        // SAFETY: written once at creation.
        unsafe { block(self.captures, self.capture_count) }
    }
    /// Marks the variable of a capture as never assigned. The compiler learns it after the prototype is made, before
    /// the first closure is.
    pub(crate) fn mark_immutable(&self, capture: usize) {
        if capture < self.capture_count as usize {
            // SAFETY: the captures lie in the heap's writable memory, and no borrow of them outlives an expression of
            // the compiler, the only one to know the prototype.
            unsafe { (*self.captures.cast_mut().add(capture)).0 |= CaptureInfo::IMMUTABLE }
        }
    }
    /// One line per instruction; empty when stripped.
    pub fn lines(&self) -> &[u32] {
        // SAFETY: written once at creation.
        unsafe { block(self.lines, self.code_len) }
    }
    /// One name per upvalue; empty when stripped.
    pub fn upvalue_names(&self) -> &[Gc<Str>] {
        // SAFETY: written once at creation.
        unsafe { block(self.upvalue_names, self.capture_count) }
    }
    /// Local variables; empty when stripped.
    pub fn locals(&self) -> &[LocalVar] {
        // SAFETY: written once at creation.
        unsafe { block(self.locals, self.local_count) }
    }
}
