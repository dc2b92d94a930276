//! Syntax tree to bytecode: one pass over the tree that emits the code LuaJIT's one-pass compiler emits for the same
//! source, instruction for instruction.
//!
//! # How it works
//! An expression becomes a [`Desc`], which says where its value comes from; code is emitted as late as
//! possible, so that constants fold into operands, results go straight to their slot and conditions become jumps.
//! Jumps to a place that isn't known yet form lists, linked through their distances.
//!
//! The host's stack doesn't grow with the tree. Whatever waits for the value of a subtree is a [`Frame`](walk::Frame)
//! on a stack of our own: the main loop either evaluates an expression or hands a finished value to the topmost frame.
//!
//! | file | subject |
//! |---|---|
//! | `walk` | the main loop, the frames, statements in sequence |
//! | `expressions`, `suffixes`, `tables`, `functions` | expressions |
//! | `statements`, `assignments`, `loops` | statements |
//! | `scope`, `labels` | variables, upvalues, goto and its kin |
//! | `emit`, `jumps`, `slots`, `operators` | instructions, jump lists, slots, operators |
//! | `constants`, `position`, `error`, `finish` | constants, tokens between nodes, errors, prototypes |
//!
//! Collection happens at safepoints only, and there is none in here: the objects made on the way need no roots.

#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;

use crate::bytecode::{Ins, LocalVar, MAX_UPVALUES, NO_JUMP, Proto};
use crate::gc::Heap;
use crate::syntax::ast;
use crate::value::{Gc, Str};

mod assignments;
mod constants;
mod desc;
mod emit;
mod error;
mod expressions;
mod finish;
mod functions;
mod jumps;
mod labels;
mod loops;
mod operators;
mod position;
mod scope;
mod slots;
mod statements;
mod suffixes;
mod tables;
mod walk;

pub use error::{CompileError, Diagnostic};

use constants::{ConstantBase, Constants};
use desc::Desc;
use error::Fail;
use labels::{Exit, Labels};
use scope::{Scope, Variable};

/// What the dialect leaves open.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The rules of Lua 5.2 where they differ.
    pub compat52: bool,
    /// The host's power function: constants fold to what would be computed at run time.
    pub pow: fn(f64, f64) -> f64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            compat52: false,
            pow: libm::pow,
        }
    }
}

/// The greatest number of local variables of a function.
const MAX_LOCALS: u32 = 200;
/// The frame size that is too great.
const MAX_SLOTS: u32 = 250;
/// The greatest number of variables, gotos and labels of a function and those around it.
const MAX_ENTRIES: u32 = 65536 - MAX_UPVALUES as u32;
/// The level of nesting that is too deep.
const MAX_LEVEL: u32 = 200;
/// The A of an instruction that is to leave no value.
const NO_SLOT: u32 = 0xFF;

/// The state of one function being compiled.
struct FuncState {
    /// Where its instructions begin in [`Compiler::code`].
    code_base: usize,
    /// The position of the last jump target: instructions before it must not be changed any more.
    last_target: u32,
    /// The jumps to the next instruction.
    pending: u32,
    /// The first free slot.
    free: u32,
    /// The number of active local variables, which lie in the first slots.
    active: u32,
    /// The line of its definition; 0 for a main chunk.
    line_defined: u32,
    /// Where its variables begin in [`Compiler::vars`].
    var_base: usize,
    /// Where the map from its slots to variables begins in [`Compiler::slot_vars`].
    slot_base: usize,
    /// Where its scopes begin.
    scope_base: usize,
    /// Where its children's captured variables begin in [`Compiler::captured`].
    captured_base: usize,
    constants: ConstantBase,
    /// The count of entries when it began.
    entry_base: u32,
    /// The syntactic level around it.
    level: u32,
    /// It creates closures.
    has_child: bool,
    /// It takes extra arguments.
    is_vararg: bool,
    /// It has a return statement.
    has_return: bool,
    /// A return statement came before the first closure.
    fix_returns: bool,
    params: u8,
    frame_size: u32,
    upvalue_count: usize,
    /// The variable behind each upvalue.
    upvalues: [u16; MAX_UPVALUES],
    /// Where each upvalue comes from when the closure is made.
    sources: [scope::Source; MAX_UPVALUES],
}

/// A variable of a function that a closure of it captures.
struct Captured {
    child: Gc<Proto>,
    index: u8,
    var: u16,
}

/// The compiler while it walks over a tree: what it holds of the tree, and its state.
struct Compiler<'c, 'a, 'h> {
    core: &'c mut Core<'h>,
    frames: Vec<walk::Frame<'a>>,
    tables: Vec<tables::TableState<'a>>,
}

impl<'h> core::ops::Deref for Compiler<'_, '_, 'h> {
    type Target = Core<'h>;
    fn deref(&self) -> &Core<'h> {
        self.core
    }
}

impl<'h> core::ops::DerefMut for Compiler<'_, '_, 'h> {
    fn deref_mut(&mut self) -> &mut Core<'h> {
        self.core
    }
}

/// The compiler's state, which outlives the trees of a chunk's parts.
struct Core<'h> {
    heap: &'h mut Heap,
    source: &'h [u8],
    chunk_name: Gc<Str>,
    options: Options,
    /// The end of the last token that counts as read.
    at: ast::Pos,
    /// The offset of a name whose next token was read along with it; see [`tables`].
    read_ahead: u32,
    diagnostic: Option<Diagnostic>,
    /// The innermost function, and those around it.
    f: FuncState,
    outer: Vec<FuncState>,
    /// The instructions of all unfinished functions, and their lines.
    code: Vec<Ins>,
    lines: Vec<u32>,
    vars: Vec<Variable>,
    slot_vars: Vec<u16>,
    /// The active variable last declared of each name's bucket.
    buckets: [u16; scope::BUCKETS],
    scopes: Vec<Scope>,
    exits: Vec<Exit>,
    labels: Labels,
    /// Variables, gotos and labels so far, as LuaJIT counts them.
    entries: u32,
    /// Blocks and expressions around the current one.
    level: u32,
    constants: Constants,
    captured: Vec<Captured>,
    /// Where the values of the generic loops begin that wait for them.
    expression_starts: Vec<u32>,
    /// The targets of assignments that wait for their values.
    targets: Vec<Desc>,
    /// String keys of table templates that get their nil value at the end.
    nil_keys: Vec<Gc<Str>>,
    /// The names of hidden loop variables, once made.
    hidden: [Option<Gc<Str>>; scope::HIDDEN.len()],
    locals: Vec<LocalVar>,
    /// The bytes outside of the heap that it counts for this chunk.
    counted: usize,
}

impl Core<'_> {
    /// Bytes of the vectors that grow with the source.
    fn bytes(&self) -> usize {
        fn of<T>(vec: &Vec<T>) -> usize {
            vec.capacity() * size_of::<T>()
        }
        of(&self.outer)
            + of(&self.code)
            + of(&self.lines)
            + of(&self.vars)
            + of(&self.slot_vars)
            + of(&self.scopes)
            + of(&self.exits)
            + of(&self.captured)
            + of(&self.expression_starts)
            + of(&self.targets)
            + of(&self.nil_keys)
            + of(&self.locals)
            + self.labels.bytes()
            + self.constants.bytes()
    }

    /// Counts so many bytes as the chunk's.
    fn count(&mut self, bytes: usize) -> error::Res {
        self.heap.count_outside(self.counted, bytes)?;
        self.counted = bytes;
        Ok(())
    }
}

impl Drop for Core<'_> {
    fn drop(&mut self) {
        // Counting less can't fail.
        let _ = self.count(0);
    }
}

/// Compiles a main chunk. `source` is what the tree was parsed from, `chunk_name` begins with `=` or `@` or is the source.
///
/// # Errors
/// [`CompileError::Syntax`] for what only shows here (limits, gotos, constants), [`CompileError::Memory`].
pub fn compile(
    heap: &mut Heap,
    main: &ast::Function<'_>,
    source: &[u8],
    chunk_name: Gc<Str>,
    options: Options,
) -> Result<Gc<Proto>, CompileError> {
    let mut chunk = Chunk::new(heap, source, chunk_name, options)?;
    chunk.part(main)?;
    chunk.finish()
}

/// A main chunk that is compiled in parts, as [`crate::syntax::Parser`] gives them.
pub struct Chunk<'h> {
    /// One element: the compiler's state is too large for the host's stack.
    core: Vec<Core<'h>>,
}

impl<'h> Chunk<'h> {
    /// A chunk without statements so far. The arguments are those of [`compile`].
    ///
    /// # Errors
    /// [`CompileError::Memory`]
    #[inline(never)]
    pub fn new(
        heap: &'h mut Heap,
        source: &'h [u8],
        chunk_name: Gc<Str>,
        options: Options,
    ) -> Result<Self, CompileError> {
        let core = Core {
            heap,
            source,
            chunk_name,
            options,
            at: ast::Pos { line: 1, offset: 0 },
            read_ahead: u32::MAX,
            diagnostic: None,
            f: FuncState::default(),
            outer: Vec::new(),
            code: Vec::new(),
            lines: Vec::new(),
            vars: Vec::new(),
            slot_vars: Vec::new(),
            buckets: [scope::NO_VAR; scope::BUCKETS],
            scopes: Vec::new(),
            exits: Vec::new(),
            labels: Labels::new(),
            entries: 0,
            level: 0,
            constants: Constants::new(chunk_name.hash),
            captured: Vec::new(),
            expression_starts: Vec::new(),
            targets: Vec::new(),
            nil_keys: Vec::new(),
            hidden: [None; scope::HIDDEN.len()],
            locals: Vec::new(),
            counted: 0,
        };
        let mut chunk = Chunk { core: Vec::new() };
        if chunk.core.try_reserve_exact(1).is_err() {
            return Err(CompileError::Memory);
        }
        chunk.core.push(core);
        match chunk.with(Core::begin_chunk) {
            Ok(()) => Ok(chunk),
            Err(fail) => Err(chunk.error(fail)),
        }
    }

    /// Compiles the statements that follow.
    ///
    /// # Errors
    /// As of [`compile`]; the chunk is of no use then.
    pub fn part(&mut self, main: &ast::Function<'_>) -> Result<(), CompileError> {
        self.with(|core| {
            Compiler {
                core,
                frames: Vec::new(),
                tables: Vec::new(),
            }
            .part(main)
        })
        .map_err(|fail| self.error(fail))
    }

    /// The chunk's statements are complete.
    ///
    /// # Errors
    /// As of [`compile`].
    pub fn finish(mut self) -> Result<Gc<Proto>, CompileError> {
        self.with(Core::end_chunk).map_err(|fail| self.error(fail))
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Core<'h>) -> error::Res<T>) -> error::Res<T> {
        self.core.first_mut().map_or(Err(Fail::Memory), act)
    }

    /// The bytes that the heap that the chunk is compiled into has left.
    pub fn room(&self) -> usize {
        self.core.first().map_or(0, |core| core.heap.room())
    }

    /// Counts what the chunk has taken outside of the heap, and `elsewhere` bytes of its parser, against the heap's limit, until
    /// it is finished or given up.
    ///
    /// # Errors
    /// [`CompileError::Memory`]
    pub fn count(&mut self, elsewhere: usize) -> Result<(), CompileError> {
        self.with(|core| core.count(core.bytes() + elsewhere))
            .map_err(|fail| self.error(fail))
    }

    fn error(&mut self, fail: Fail) -> CompileError {
        let diagnostic = self
            .core
            .first_mut()
            .and_then(|core| core.diagnostic.take());
        match (fail, diagnostic) {
            (Fail::Syntax, Some(diagnostic)) => CompileError::Syntax(diagnostic),
            _ => CompileError::Memory,
        }
    }
}

impl Default for FuncState {
    fn default() -> FuncState {
        FuncState {
            code_base: 0,
            last_target: 0,
            pending: NO_JUMP,
            free: 0,
            active: 0,
            line_defined: 0,
            var_base: 0,
            slot_base: 0,
            scope_base: 0,
            captured_base: 0,
            constants: ConstantBase::default(),
            entry_base: 0,
            level: 0,
            has_child: false,
            is_vararg: false,
            has_return: false,
            fix_returns: false,
            params: 0,
            frame_size: 1,
            upvalue_count: 0,
            upvalues: [0; MAX_UPVALUES],
            sources: [scope::Source::Upvalue(0); MAX_UPVALUES],
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
