//! The verifier: what the interpreter, which checks nothing, may rely on.
//!
//! An accepted function has these properties:
//!
//! * Opcodes are those that the compiler emits; the header comes first and only there, with the frame's size.
//! * Slots lie in the frame, a call's function, link and arguments and a call's results included.
//! * Constants exist and have the kind that the opcode table says. A prototype's captures exist where it is created.
//! * Jumps lead to instructions; a JMP follows each condition; control doesn't run off the end.
//! * Loop instructions come in pairs that name each other and the same slots.
//! * Whoever takes open results runs directly after whoever left them (a UCLO may lie between), and takes them from the
//!   slot where they begin.
//!
//! Slots needn't be initialised: they hold some value in any case. Nor does it matter for safety which value a
//! loop's hidden variables have, since debuggers may change them anyway.

extern crate alloc;
use alloc::vec::Vec;

use super::{Bc, CaptureInfo, Ins, MAX_UPVALUES, Mode, Operands, Proto, ProtoFlags, ProtoParts};
use crate::gc::OutOfMemory;
use crate::value::{Gc, Table, Value};

/// The greatest frame size.
const MAX_FRAME: usize = 250;
/// The greatest size of a hash part that TNEW may ask for, as a power of two.
const MAX_HASH_BITS: usize = 26;

/// Why a function isn't accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rejection {
    /// The instruction at `pc` breaks a rule.
    Instruction {
        /// Its position.
        pc: usize,
        /// The rule.
        rule: &'static str,
    },
    /// The function as a whole breaks a rule.
    Function(&'static str),
    /// There was no memory for the verifier's own tables.
    Memory,
}

impl From<OutOfMemory> for Rejection {
    fn from(_: OutOfMemory) -> Rejection {
        Rejection::Memory
    }
}

type Checked<T = ()> = Result<T, Rejection>;

fn require(condition: bool, pc: usize, rule: &'static str) -> Checked {
    if condition {
        Ok(())
    } else {
        Err(Rejection::Instruction { pc, rule })
    }
}

/// Checks a function and those inside it.
///
/// # Errors
/// The first rule that is broken.
pub fn verify_all(main: Gc<Proto>) -> Checked {
    let mut waiting: Vec<Gc<Proto>> = Vec::new();
    let mut next = Some(main);
    let mut code = Vec::new();
    let mut objects = Vec::new();
    while let Some(proto) = next {
        code.clear();
        code.try_reserve(proto.code().len())
            .map_err(|_| OutOfMemory)?;
        code.extend(proto.code().iter().map(|ins| ins.get()));
        objects.clear();
        while let Some(value) = proto.object(objects.len()) {
            objects.try_reserve(1).map_err(|_| OutOfMemory)?;
            objects.push(value);
            if let Some(child) = value.as_proto() {
                waiting.try_reserve(1).map_err(|_| OutOfMemory)?;
                waiting.push(child);
            }
        }
        verify(&ProtoParts {
            code: &code,
            numbers: proto.numbers(),
            objects: &objects,
            captures: proto.captures(),
            param_count: proto.param_count() as u8,
            frame_size: proto.frame_size() as u8,
            flags: proto.flags(),
            chunk_name: proto.chunk_name(),
            first_line: proto.first_line(),
            line_count: proto.last_line() - proto.first_line(),
            lines: proto.lines(),
            upvalue_names: proto.upvalue_names(),
            locals: proto.locals(),
        })?;
        next = waiting.pop();
    }
    Ok(())
}

/// Checks one function. The functions among its constants have been checked already.
///
/// # Errors
/// The first rule that is broken.
pub fn verify(parts: &ProtoParts<'_>) -> Checked {
    let function = |condition, rule| {
        if condition {
            Ok(())
        } else {
            Err(Rejection::Function(rule))
        }
    };
    let len = parts.code.len();
    let frame = parts.frame_size as usize;
    function((2..=1 << 26).contains(&len), "code size")?;
    function((1..=MAX_FRAME).contains(&frame), "frame size")?;
    function(
        parts.param_count as usize <= frame,
        "parameters fit the frame",
    )?;
    function(parts.captures.len() <= MAX_UPVALUES, "number of upvalues")?;
    function(
        parts.lines.is_empty() || parts.lines.len() == len,
        "a line for each instruction",
    )?;
    let names = parts.upvalue_names.len();
    function(
        names == 0 || names == parts.captures.len(),
        "a name for each upvalue",
    )?;
    function(
        parts
            .locals
            .iter()
            .all(|local| local.start <= local.end && local.end as usize <= len),
        "ranges of variables",
    )?;
    function(
        parts.numbers.iter().all(|n| n.is_number()),
        "number constants",
    )?;
    function(
        parts.objects.iter().all(|&o| is_object_constant(o)),
        "object constants",
    )?;

    let mut is_target = Vec::new();
    is_target.try_reserve_exact(len).map_err(|_| OutOfMemory)?;
    is_target.resize(len, false);
    let mut function = Function {
        parts,
        frame,
        is_target,
    };
    function.header()?;
    for pc in 1..len {
        function.instruction(pc)?;
    }
    function.open_results()
}

fn is_object_constant(value: Value) -> bool {
    match value.as_table() {
        Some(table) => is_template(&table),
        None => value.is_str() || value.as_proto().is_some() || value.as_cdata().is_some(),
    }
}

/// Has the table only what a constructor's template has?
fn is_template(table: &Table) -> bool {
    let plain = |v: Value| v.is_number() || v.is_str() || v.is_nil() || v.as_bool().is_some();
    let mut from = 0;
    while let Some((position, key, value)) = table.entry_from(from) {
        if !plain(key) || !plain(value) {
            return false;
        }
        from = position + 1;
    }
    table.metatable().is_none()
}

struct Function<'p> {
    parts: &'p ProtoParts<'p>,
    frame: usize,
    /// Does a jump lead here?
    is_target: Vec<bool>,
}

impl Function<'_> {
    fn ins(&self, pc: usize) -> Ins {
        self.parts.code[pc]
    }
    fn op(&self, pc: usize) -> Option<Bc> {
        self.parts.code.get(pc).and_then(|ins| ins.op())
    }

    fn header(&self) -> Checked {
        let ins = self.ins(0);
        let op = if self.parts.flags.has(ProtoFlags::VARARG) {
            Bc::FuncV
        } else {
            Bc::FuncF
        };
        require(ins.op() == Some(op) && ins.a() == self.frame, 0, "header")
    }

    /// The target of the jump at `pc`.
    fn target(&self, pc: usize) -> Checked<usize> {
        let target = (pc + 1).checked_add_signed(self.ins(pc).jump());
        match target {
            Some(target) if target > 0 && target < self.parts.code.len() => Ok(target),
            _ => Err(Rejection::Instruction {
                pc,
                rule: "jump target",
            }),
        }
    }

    fn instruction(&mut self, pc: usize) -> Checked {
        let ins = self.ins(pc);
        let Some(op) = ins.op() else {
            return require(false, pc, "opcode");
        };
        let Operands { a, b, cd } = op.operands();
        self.operand(pc, a, ins.a(), cd == Mode::Jump)?;
        if b == Mode::None {
            self.operand(pc, cd, ins.d(), false)?;
        } else {
            self.operand(pc, b, ins.b(), false)?;
            self.operand(pc, cd, ins.c(), false)?;
        }
        if cd == Mode::Jump {
            let target = self.target(pc)?;
            self.is_target[target] = true;
        }
        if op.is_condition() {
            require(
                self.op(pc + 1) == Some(Bc::Jmp),
                pc,
                "a JMP follows a condition",
            )?;
        }
        if falls_through(op) {
            require(
                pc + 1 < self.parts.code.len(),
                pc,
                "control stays in the code",
            )?;
        }
        self.shape(pc, op, ins)
    }

    /// An operand by its mode. `of_jump`: a jump's A is the first dead slot, and may lie behind the frame.
    fn operand(&self, pc: usize, mode: Mode, value: usize, of_jump: bool) -> Checked {
        let object = || self.parts.objects.get(value).copied();
        let ok = match mode {
            Mode::RBase if of_jump => value <= self.frame,
            Mode::Dst | Mode::Base | Mode::Var | Mode::RBase => value < self.frame,
            Mode::Uv => value < self.parts.captures.len(),
            Mode::Pri => value <= 2,
            Mode::Num => value < self.parts.numbers.len(),
            Mode::Str => object().is_some_and(|o| o.is_str()),
            Mode::Tab => object().is_some_and(|o| o.is_table()),
            Mode::Cdata => object().is_some_and(|o| o.as_cdata().is_some()),
            Mode::Func => object()
                .and_then(Value::as_proto)
                .is_some_and(|child| self.can_create(&child)),
            // Jumps are checked by their own rule.
            Mode::None | Mode::Lit | Mode::Lits | Mode::Jump => true,
        };
        require(ok, pc, "operand")
    }

    /// Do the captures of a child exist here?
    fn can_create(&self, child: &Proto) -> bool {
        let here = |capture: &CaptureInfo| {
            let count = if capture.is_local() {
                self.frame
            } else {
                self.parts.captures.len()
            };
            capture.index() < count
        };
        child.captures().iter().all(here)
    }

    /// What the modes of the operands don't say.
    fn shape(&self, pc: usize, op: Bc, ins: Ins) -> Checked {
        let (a, frame) = (ins.a(), self.frame);
        let results_fit = ins.b() < 2 || a + ins.b() - 2 < frame;
        let (ok, rule) = match op {
            Bc::KNil => (a <= ins.d(), "range of slots"),
            Bc::Cat => (ins.b() < ins.c(), "range of slots"),
            Bc::TNew => (ins.d() >> 11 <= MAX_HASH_BITS, "size of a table"),
            Bc::TSetM => (a > 0, "slot of the table"),
            Bc::Call => (
                ins.c() >= 1 && a + ins.c() < frame && results_fit,
                "a call fits the frame",
            ),
            Bc::CallM => (
                a + ins.c() + 1 < frame && results_fit,
                "a call fits the frame",
            ),
            Bc::CallT => (ins.d() >= 1 && a + ins.d() < frame, "a call fits the frame"),
            Bc::CallMT => (a + ins.d() + 1 < frame, "a call fits the frame"),
            Bc::VArg => {
                let is_vararg = self.parts.flags.has(ProtoFlags::VARARG);
                let fixed = self.parts.param_count as usize;
                (
                    is_vararg && ins.c() == fixed && results_fit,
                    "extra arguments",
                )
            }
            Bc::RetM => (a + ins.d() <= frame, "results lie in the frame"),
            Bc::Ret => (
                ins.d() >= 2 && a + ins.d() - 2 < frame,
                "results lie in the frame",
            ),
            Bc::Ret0 => (ins.d() == 1, "number of results"),
            Bc::Ret1 => (ins.d() == 2, "number of results"),
            Bc::ForI => (
                a + 3 < frame && self.is_for_pair(pc, self.target(pc)?),
                "FORI has its FORL",
            ),
            Bc::ForL => {
                let head = self.target(pc)?.wrapping_sub(1);
                let is_pair = self.op(head) == Some(Bc::ForI) && self.is_for_pair(head, pc + 1);
                (a + 3 < frame && is_pair, "FORL has its FORI")
            }
            Bc::IterC | Bc::IterN => {
                let fits = a >= 3 && a + 3 < frame && ins.b() >= 2 && results_fit;
                let next = self.op(pc + 1) == Some(Bc::IterL) && self.ins(pc + 1).a() == a;
                (fits && ins.c() == 3 && next, "ITERC has its ITERL")
            }
            Bc::IterL => (self.is_iterator_pair(pc, a)?, "ITERL has its ITERC"),
            Bc::IsNext => {
                let target = self.target(pc)?;
                let leads = matches!(self.op(target), Some(Bc::IterN | Bc::IterC));
                (leads && self.ins(target).a() == a, "ISNEXT leads to ITERN")
            }
            Bc::TGetR
            | Bc::TSetR
            | Bc::JForI
            | Bc::IForL
            | Bc::JForL
            | Bc::IIterL
            | Bc::JIterL
            | Bc::ILoop
            | Bc::JLoop
            | Bc::FuncF
            | Bc::IFuncF
            | Bc::JFuncF
            | Bc::FuncV
            | Bc::IFuncV
            | Bc::JFuncV
            | Bc::FuncC => (false, "opcode"),
            _ => return Ok(()),
        };
        require(ok, pc, rule)
    }

    /// Is the FORI at `head` left to `behind`, which follows a FORL of the same slots that goes back behind the FORI?
    fn is_for_pair(&self, head: usize, behind: usize) -> bool {
        let end = behind.wrapping_sub(1);
        self.op(end) == Some(Bc::ForL)
            && self.ins(end).a() == self.ins(head).a()
            && self.target(end) == Ok(head + 1)
            && self.target(head) == Ok(behind)
    }

    /// Does the ITERL at `pc` follow its ITERC and go back behind the jump that leads there?
    fn is_iterator_pair(&self, pc: usize, a: usize) -> Checked<bool> {
        let call = pc - 1;
        let head = self.target(pc)?.wrapping_sub(1);
        Ok(matches!(self.op(call), Some(Bc::IterC | Bc::IterN))
            && self.ins(call).a() == a
            && matches!(self.op(head), Some(Bc::Jmp | Bc::IsNext))
            && self.target(head) == Ok(call))
    }

    /// Checks that open results are taken where they were left.
    fn open_results(&self) -> Checked {
        let mut left = None;
        for pc in 1..self.parts.code.len() {
            let ins = self.ins(pc);
            let Some(op) = ins.op() else {
                return require(false, pc, "opcode");
            };
            if let Some(first) = taken_from(op, ins)
                && self.op(pc - 1).is_some_and(falls_through)
            {
                let rule = "open results are taken where they were left";
                require(left == Some(first), pc, rule)?;
            }
            if op.operands().cd == Mode::Jump {
                let target = self.target(pc)?;
                let taken = self
                    .op(target)
                    .and_then(|op| taken_from(op, self.ins(target)));
                if let Some(first) = taken {
                    require(
                        self.closes_over(pc, first),
                        pc,
                        "only a UCLO jumps to where open results are taken",
                    )?;
                }
            }
            left = match op {
                Bc::Call | Bc::CallM | Bc::VArg if ins.b() == 0 => Some(ins.a()),
                _ => None,
            };
        }
        Ok(())
    }

    /// Is the instruction a UCLO that only runs directly after open results were left from the slot `first` on?
    fn closes_over(&self, pc: usize, first: usize) -> bool {
        let before = self.ins(pc - 1);
        self.op(pc) == Some(Bc::UClo)
            && !self.is_target[pc]
            && matches!(before.op(), Some(Bc::Call | Bc::CallM | Bc::VArg))
            && before.b() == 0
            && before.a() == first
    }
}

/// Can control go on with the next instruction?
fn falls_through(op: Bc) -> bool {
    !matches!(
        op,
        Bc::Jmp
            | Bc::UClo
            | Bc::IsNext
            | Bc::CallMT
            | Bc::CallT
            | Bc::RetM
            | Bc::Ret
            | Bc::Ret0
            | Bc::Ret1
    )
}

/// The slot from which an instruction takes open results.
fn taken_from(op: Bc, ins: Ins) -> Option<usize> {
    match op {
        Bc::CallM => Some(ins.a() + 2 + ins.c()),
        Bc::CallMT => Some(ins.a() + 2 + ins.d()),
        Bc::RetM => Some(ins.a() + ins.d()),
        Bc::TSetM => Some(ins.a()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
