//! Boxed 64-bit integers and imaginary numbers, as the literals `1LL`, `1ULL` and `1i` make them.
//! The C types of `ffi` will extend this.

use crate::gc::Header;

/// The type of a [`Cdata`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum CType {
    Int64,
    Uint64,
    Complex,
}

/// A boxed number.
#[repr(C)]
pub struct Cdata {
    pub(crate) header: Header,
    pub(crate) ctype: CType,
    /// The integer's bits, or the real part's.
    pub(crate) bits: u64,
    /// The imaginary part's bits.
    pub(crate) imaginary: u64,
}
