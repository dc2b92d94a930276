//! Lowering: one operation of the IR becomes a few instructions.
//!
//! Every operation of the table is here, none by a catch-all.

mod address;
mod arith;
mod bits;
mod call;
mod compare;
mod convert;
mod hash;
mod load;
mod mask;
mod store;

use perilune_ir::ins::Ins;
use perilune_ir::op::IrOp;
use perilune_ir::types::IrRef;

use crate::compile::Compiler;
use crate::error::BackendError;

impl Compiler<'_> {
    /// Lowers the instruction in hand.
    pub fn lower(&mut self, r: IrRef, ins: Ins) {
        let is_merged = self.merged.is_some_and(|m| m.0 == r);
        if !ins.has_side_effect() && !self.is_needed(r) && ins.op() != IrOp::Use && !is_merged {
            return;
        }
        match ins.op() {
            op if op.is_comparison() => self.lower_comparison(ins),
            IrOp::Abc => self.lower_abc(ins),
            IrOp::Retf => self.lower_retf(ins),
            IrOp::Nop
            | IrOp::Base
            | IrOp::Loop
            | IrOp::Phi
            | IrOp::CArg
            | IrOp::PVal
            | IrOp::XBar => {}
            IrOp::Use => self.lower_use(ins),
            IrOp::Fuel => self.lower_fuel(),

            IrOp::BNot | IrOp::BSwap | IrOp::Neg | IrOp::Abs => self.lower_unary(r, ins),
            IrOp::BShl | IrOp::BShr | IrOp::BSar | IrOp::BRol | IrOp::BRor => {
                self.lower_shift(r, ins);
            }
            IrOp::Add
            | IrOp::Sub
            | IrOp::Mul
            | IrOp::Div
            | IrOp::Min
            | IrOp::Max
            | IrOp::BAnd
            | IrOp::BOr
            | IrOp::BXor
            | IrOp::AddOv
            | IrOp::SubOv
            | IrOp::MulOv => self.lower_binary(r, ins),
            IrOp::Mod => self.lower_mod(r, ins),
            IrOp::Pow => self.lower_pow(r, ins),
            IrOp::Ldexp => self.lower_ldexp(r, ins),
            IrOp::FpMath => self.lower_fp_math(r, ins),

            IrOp::ARef | IrOp::SRef | IrOp::FRef | IrOp::StrRef => self.lower_address(r),
            IrOp::HRefK => self.lower_hrefk(r, ins),
            IrOp::HRef => self.lower_href(r, ins),
            IrOp::NewRef => self.lower_new_ref(r, ins),
            IrOp::URefO | IrOp::URefC => self.lower_uref(r, ins),

            IrOp::ALoad | IrOp::HLoad | IrOp::ULoad | IrOp::VLoad | IrOp::SLoad => {
                self.lower_value_load(r, ins);
            }
            IrOp::FLoad => self.lower_field_load(r, ins),
            IrOp::XLoad => self.lower_raw_load(r, ins),

            IrOp::AStore | IrOp::HStore | IrOp::UStore => self.lower_value_store(ins),
            IrOp::FStore => self.lower_field_store(ins),
            IrOp::XStore => self.lower_raw_store(ins),

            IrOp::Len
            | IrOp::SNew
            | IrOp::XSNew
            | IrOp::TNew
            | IrOp::TDup
            | IrOp::CNew
            | IrOp::CNewI
            | IrOp::FNew
            | IrOp::UClo
            | IrOp::BufPut
            | IrOp::BufStr
            | IrOp::ToStr
            | IrOp::StrTo => self.lower_runtime(r, ins),
            IrOp::BufHdr => self.lower_buf_hdr(r, ins),
            IrOp::TBar | IrOp::OBar => self.lower_barrier(ins),

            IrOp::Conv => self.lower_conv(r, ins),
            IrOp::ToBit => self.lower_to_bit(r, ins),

            IrOp::CallN | IrOp::CallA | IrOp::CallL | IrOp::CallS => self.lower_call(r, ins),
            IrOp::CallXS => self.lower_foreign_call(r, ins),
            _ => self.fail(BackendError::Unsupported),
        }
    }

    /// Operand a, which the verifier knows is there.
    fn a(&mut self, ins: &Ins) -> IrRef {
        ins.ref_a().unwrap_or_else(|| {
            self.fail(BackendError::Malformed);
            IrRef::BASE
        })
    }
    /// Operand b, which the verifier knows is there.
    fn b(&mut self, ins: &Ins) -> IrRef {
        ins.ref_b().unwrap_or_else(|| {
            self.fail(BackendError::Malformed);
            IrRef::BASE
        })
    }
}
