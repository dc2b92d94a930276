//! Constants and the unary operators without metamethods.

use perilune_ir::types::IrRef;

use super::at::At;
use super::dispatch::Then;
use super::{Record, Recorder};

impl Recorder {
    /// NOT
    pub(super) fn not(&mut self, at: &At<'_>) -> Record<Then> {
        let r = self.get(at, at.ins.d())?;
        let r = if self.is_true(r) {
            IrRef::FALSE
        } else {
            IrRef::TRUE
        };
        self.result(at, r)
    }

    /// KNIL
    pub(super) fn fill_nil(&mut self, first: usize, last: usize) -> Record<Then> {
        for i in first..=last {
            self.set(i, IrRef::NIL)?;
        }
        Ok(Then::Next)
    }
}
