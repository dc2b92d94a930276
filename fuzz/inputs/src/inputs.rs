//! The inputs of the targets that run programs.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::choice::{below, flag};
use crate::damage::{self, Damages};
use crate::program::{HotProgram, Program};
use crate::render;

impl Program {
    /// The program, which needs the prelude.
    pub fn source(&self) -> String {
        render::source(&self.0)
    }
    /// With the prelude. It prints "-- ok" or "-- error" and a message at the end.
    pub fn script(&self) -> String {
        script('P', &self.source())
    }
}

impl HotProgram {
    /// The program, which needs the prelude.
    pub fn source(&self) -> String {
        render::hot_source(&self.0)
    }
    /// With the prelude. It runs three times.
    pub fn script(&self) -> String {
        script('H', &self.source())
    }
}

/// The prelude, and a program that its function `handler` runs.
fn script(handler: char, source: &str) -> String {
    format!("{}{handler}('p', [==[\n{source}]==])", render::PRELUDE)
}

/// Source text: any bytes, or a program, perhaps a damaged one.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text.
    pub bytes: Vec<u8>,
    /// Is it a program without damages?
    pub is_valid: bool,
}

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Text> {
        if !flag(u) {
            return Ok(Text {
                bytes: u.bytes(u.len())?.to_vec(),
                is_valid: false,
            });
        }
        let damages = Damages::arbitrary(u)?.0;
        let source = Program::arbitrary(u)?.source();
        let is_valid = damages.is_empty();
        let text = if is_valid {
            source
        } else {
            damage::apply(&source, &damages)
        };
        Ok(Text {
            bytes: text.into_bytes(),
            is_valid,
        })
    }
}

/// A program and changes to its bytecode.
#[derive(Clone, Debug)]
pub struct Changed<P> {
    /// How it runs.
    pub mode: u8,
    /// Offsets, and bytes to put there.
    pub changes: Vec<(u16, u8)>,
    /// Without names and lines?
    pub strip: bool,
    /// The program.
    pub program: P,
}

impl<'a, P: Arbitrary<'a>> Arbitrary<'a> for Changed<P> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Changed<P>> {
        let count = below(u, 8);
        Ok(Changed {
            mode: u.arbitrary()?,
            changes: (0..count).map(|_| u.arbitrary()).collect::<Result<_>>()?,
            strip: flag(u),
            program: P::arbitrary(u)?,
        })
    }
}

impl<P> Changed<P> {
    /// Makes the changes.
    pub fn apply(&self, bytes: &mut [u8]) {
        for &(at, value) in &self.changes {
            bytes[usize::from(at) % bytes.len()] = value;
        }
    }
}

/// A program and limits.
#[derive(Arbitrary, Clone, Debug)]
pub struct Limited {
    /// How it runs.
    pub mode: u8,
    /// Fuel for a slice, as its root.
    pub slice: u8,
    /// Memory, in pages.
    pub pages: u8,
    /// Which allocation fails, as its root.
    pub nth: u8,
    /// The program.
    pub program: Program,
}

/// A program, and how it runs.
#[derive(Arbitrary, Clone, Debug)]
pub struct Plain {
    /// How it runs.
    pub mode: u8,
    /// The program.
    pub program: Program,
}

/// A program with hot loops, and how it is compiled.
#[derive(Arbitrary, Clone, Debug)]
pub struct Hot {
    /// The compiler's options.
    pub mode: u8,
    /// The guard that fails, if the number is odd.
    pub guard: u8,
    /// Which part of the fuel it gets, in parts of 256.
    pub fuel: u8,
    /// The program.
    pub program: HotProgram,
}

/// A program of either kind, and how it runs.
#[derive(Arbitrary, Clone, Debug)]
pub enum Either {
    /// A program.
    Plain(Plain),
    /// With hot loops.
    Hot(Hot),
}

impl Either {
    /// How it runs.
    pub fn mode(&self) -> u8 {
        match self {
            Either::Plain(p) => p.mode,
            Either::Hot(h) => h.mode,
        }
    }
    /// The program with its prelude.
    pub fn script(&self) -> String {
        match self {
            Either::Plain(p) => p.program.script(),
            Either::Hot(h) => h.program.script(),
        }
    }
}
