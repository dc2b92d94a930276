//! Chunks: from source text or bytecode to a function.

use core::fmt::Write;

use alloc::vec::Vec;
use bumpalo::Bump;

use crate::bytecode::dump::{self, LoadError};
use crate::bytecode::{MAX_UPVALUES, Proto, list};
use crate::compile::{self, Chunk, CompileError, Diagnostic};
use crate::gc::{Heap, OutOfMemory};
use crate::syntax::ast::Span;
use crate::syntax::{ParseOptions, Parser, SyntaxError, parse};
use crate::value::{Function, Gc, Str, Table, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::{ScratchWriter, short_name};
use crate::vm::native::Raised;
use crate::vm::run::StopReason;
use crate::vm::vmevent::VmEvent;

/// The first byte of a chunk of bytecode.
const BINARY_MARK: u8 = 0x1B;

/// Where a syntax error was, for tools that show the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SyntaxErrorPlace {
    /// The tokens at fault.
    pub span: Span,
    /// Does the source end where it could go on? A prompt asks for more then.
    pub incomplete_input: bool,
}

impl Vm {
    /// Loads a chunk. `name` begins with `=` or `@`, or is source text; `mode` says what is welcome ("t", "b", "bt"), and without it
    /// everything that the state allows is.
    ///
    /// # Errors
    /// Syntax errors (their place is in [`Vm::syntax_error`]), "attempt to load chunk with wrong mode", "not enough memory".
    pub fn load(
        &mut self,
        source: &[u8],
        name: &[u8],
        mode: Option<&[u8]>,
        env: Gc<Table>,
    ) -> Result<Gc<Function>, Raised> {
        self.load_chunk(source, name, mode, env, false)
    }

    /// The same for a native function that may be called again from its start: an interrupt ends it.
    pub(crate) fn load_stoppable(
        &mut self,
        source: &[u8],
        name: &[u8],
        mode: Option<&[u8]>,
        env: Gc<Table>,
    ) -> Result<Gc<Function>, Raised> {
        self.load_chunk(source, name, mode, env, true)
    }

    fn load_chunk(
        &mut self,
        source: &[u8],
        name: &[u8],
        mode: Option<&[u8]>,
        env: Gc<Table>,
        stoppable: bool,
    ) -> Result<Gc<Function>, Raised> {
        self.syntax_error = None;
        // Compiling takes much longer than copying.
        self.charge_units(u32::try_from(source.len()).unwrap_or(u32::MAX));
        let is_binary = source.first() == Some(&BINARY_MARK);
        let letter = if is_binary { b'b' } else { b't' };
        if mode.is_some_and(|mode| !mode.contains(&letter)) || (is_binary && !self.allow_binary) {
            return Err(self.error_bytes(b"attempt to load chunk with wrong mode"));
        }
        let Ok(chunk_name) = self.heap.intern(name) else {
            return Err(self.memory_error());
        };
        let proto = if is_binary {
            self.load_binary(source, chunk_name)?
        } else {
            let proto = self.compile_source(source, chunk_name, stoppable)?;
            self.announce_functions(proto);
            proto
        };
        self.break_in_chunk(proto);
        self.instantiate(proto, env)
            .map_err(|_| self.memory_error())
    }

    /// Tells of a chunk's functions, those inside others first.
    fn announce_functions(&mut self, main: Gc<Proto>) {
        if self.events.wants(VmEvent::Bc) {
            // Without memory some go unnoticed.
            let _ = list::for_each(main, |proto| {
                self.send_event(VmEvent::Bc, &[proto.into()]);
                Ok::<(), OutOfMemory>(())
            });
        }
    }

    /// A closure of a loaded prototype. A dump of a function with upvalues gets new ones, which are nil.
    fn instantiate(
        &mut self,
        proto: Gc<Proto>,
        env: Gc<Table>,
    ) -> Result<Gc<Function>, OutOfMemory> {
        let count = proto.captures().len();
        let mut upvalues = [None; MAX_UPVALUES];
        for upvalue in &mut upvalues[..count] {
            *upvalue = Some(self.heap.new_upvalue_closed(Value::NIL, false)?);
        }
        let f = self.heap.new_lua_function(proto, env, count as u8)?;
        for (i, upvalue) in upvalues.into_iter().flatten().enumerate() {
            // SAFETY: the function has room for `count` upvalues; as it was never at a safepoint, it needs no barrier.
            unsafe { *f.lua_upvalue_ptr(i) = upvalue }
        }
        Ok(f)
    }

    fn load_binary(&mut self, source: &[u8], chunk_name: Gc<Str>) -> Result<Gc<Proto>, Raised> {
        // The dump itself is no name.
        let name: &[u8] = match chunk_name.as_bytes() {
            [BINARY_MARK, ..] => b"=?",
            name => name,
        };
        let name = match self.heap.intern(name) {
            Ok(name) => name,
            Err(OutOfMemory) => return Err(self.memory_error()),
        };
        let problem: &[u8] = match dump::load(&mut self.heap, source, name) {
            Ok(proto) => return Ok(proto),
            Err(LoadError::Memory) => return Err(self.memory_error()),
            Err(LoadError::Incompatible) => b"incompatible",
            Err(LoadError::Malformed) => b"malformed",
        };
        let name = match chunk_name.as_bytes() {
            [BINARY_MARK, ..] => b"(binary)",
            [b'@' | b'=', name @ ..] => name,
            name => name,
        };
        let scratch = self.scratch;
        scratch.clear();
        let mut w = ScratchWriter {
            vm: self,
            failed: false,
        };
        for part in [name, b": cannot load ", problem, b" bytecode"] {
            w.bytes(part);
        }
        if w.failed {
            return Err(self.memory_error());
        }
        Err(self.error_bytes(scratch.as_bytes()))
    }

    /// Where the last [`Vm::load`] found a syntax error.
    pub fn syntax_error(&self) -> Option<SyntaxErrorPlace> {
        self.syntax_error
    }

    /// The prototype of a chunk of the library's own, of which nobody hears.
    pub(crate) fn compile_inner(&mut self, source: &[u8]) -> Result<Gc<Proto>, Raised> {
        match self.heap.intern(b"=[C]") {
            Ok(name) => self.compile_source(source, name, false),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }

    fn compile_source(
        &mut self,
        source: &[u8],
        chunk_name: Gc<Str>,
        stoppable: bool,
    ) -> Result<Gc<Proto>, Raised> {
        let state = Bump::new();
        let options = compile::Options {
            compat52: self.compat52,
            pow: self.host.math().pow,
        };
        let host = &mut self.host;
        let mut stop = || stoppable && host.take_interrupt();
        let parts = compile_parts(
            &mut self.heap,
            &state,
            source,
            chunk_name,
            options,
            &mut stop,
        );
        match parts {
            Ok(proto) => Ok(proto),
            Err(Failure::Stopped) => {
                self.interruption = StopReason::Interrupted;
                Err(Raised::Interrupted)
            }
            Err(Failure::Parse(error, _)) if error.out_of_memory => Err(self.memory_error()),
            Err(Failure::Parse(error, completion)) => {
                let earlier = earlier_error(
                    &mut self.heap,
                    source,
                    error,
                    completion,
                    chunk_name,
                    options,
                );
                if let Some(earlier) = earlier {
                    self.syntax_error = Some(SyntaxErrorPlace {
                        span: earlier.span,
                        incomplete_input: false,
                    });
                    return Err(self.syntax_error_text(chunk_name, earlier.line, &earlier.message));
                }
                self.syntax_error = Some(SyntaxErrorPlace {
                    span: error.span,
                    incomplete_input: error.incomplete_input,
                });
                Err(self.syntax_error_text(chunk_name, error.line, error.message))
            }
            Err(Failure::Compile(CompileError::Memory)) => Err(self.memory_error()),
            Err(Failure::Compile(CompileError::Syntax(error))) => {
                self.syntax_error = Some(SyntaxErrorPlace {
                    span: error.span,
                    incomplete_input: false,
                });
                Err(self.syntax_error_text(chunk_name, error.line, &error.message))
            }
        }
    }

    /// Raises "chunk:line: message"; a line of 0 leaves the front away.
    fn syntax_error_text(&mut self, chunk_name: Gc<Str>, line: u32, message: &[u8]) -> Raised {
        let scratch = self.scratch;
        scratch.clear();
        let mut w = ScratchWriter {
            vm: self,
            failed: false,
        };
        if line != 0 {
            w.bytes(short_name(chunk_name.as_bytes()).as_bytes());
            let _ = write!(w, ":{line}: ");
        }
        w.bytes(message);
        if w.failed {
            return self.memory_error();
        }
        self.error_bytes(scratch.as_bytes())
    }
}

/// Why source text doesn't become a prototype.
enum Failure<'s> {
    /// With the text that completes the source before the error, where that is simple.
    Parse(SyntaxError<'s>, Option<&'s [u8]>),
    Compile(CompileError),
    /// An interrupt came.
    Stopped,
}

impl From<CompileError> for Failure<'_> {
    fn from(error: CompileError) -> Self {
        Failure::Compile(error)
    }
}

/// Source bytes that are parsed before their statements are compiled and the tree is dropped: few enough for the tree to
/// stay in the processor's caches.
const PART: usize = 64 << 10;

/// Parses and compiles a chunk part by part, and asks between them whether to stop. The parser's own state lies in `state`.
#[inline(never)]
fn compile_parts<'s>(
    heap: &mut Heap,
    state: &'s Bump,
    source: &'s [u8],
    chunk_name: Gc<Str>,
    options: compile::Options,
    stop: &mut dyn FnMut() -> bool,
) -> Result<Gc<Proto>, Failure<'s>> {
    state.set_allocation_limit(Some(heap.room()));
    let mut parser = Parser::new(
        state,
        source,
        ParseOptions {
            compat52: options.compat52,
        },
    )
    .map_err(|error| Failure::Parse(error, None))?;
    let mut chunk = Chunk::new(heap, source, chunk_name, options)?;
    let mut arena = Bump::new();
    loop {
        chunk.count(state.allocated_bytes())?;
        arena.set_allocation_limit(Some(chunk.room()));
        let part = match parser.part(&arena, PART) {
            Ok(part) => part,
            Err(error) => return Err(Failure::Parse(error, parser.completion())),
        };
        chunk.count(state.allocated_bytes() + arena.allocated_bytes())?;
        chunk.part(part.main)?;
        if part.is_last {
            return Ok(chunk.finish()?);
        }
        if stop() {
            return Err(Failure::Stopped);
        }
        arena.reset();
    }
}

/// The error to report for a syntax error: LuaJIT compiles while it parses, so that a mistake of another kind before the
/// syntax error comes first. It shows when the source before the error is compiled, completed to a chunk.
#[inline(never)]
fn earlier_error(
    heap: &mut Heap,
    source: &[u8],
    error: SyntaxError<'_>,
    completion: Option<&[u8]>,
    chunk_name: Gc<Str>,
    options: compile::Options,
) -> Option<Diagnostic> {
    // What only the end of a block or function brings to light, LuaJIT hasn't reached.
    const LATE: [&[u8]; 3] = [b"undefined label", b"no loop to", b"<continue"];
    let before = source.get(..error.span.start.offset as usize)?;
    let rest = completion?;
    let room = heap.room().checked_sub(before.len() + rest.len())?;
    let mut text = Vec::new();
    text.try_reserve_exact(before.len() + rest.len()).ok()?;
    text.extend_from_slice(before);
    text.extend_from_slice(rest);
    let arena = Bump::new();
    arena.set_allocation_limit(Some(room));
    let options_of_parse = ParseOptions {
        compat52: options.compat52,
    };
    let main = parse(&arena, &text, options_of_parse).ok()?;
    match compile::compile(heap, main, &text, chunk_name, options) {
        Err(CompileError::Syntax(error))
            if !LATE.iter().any(|late| error.message.starts_with(late)) =>
        {
            Some(error)
        }
        _ => None,
    }
}
