//! Numbers to text and back: exact, without locale, as LuaJIT's `lj_strfmt` and `lj_strscan` do it.
//!
//! - [`scan`] reads numbers: literals of source text, strings that are coerced, `tonumber` with a base.
//! - [`text`] writes them as `tostring` does.
//! - [`format`] writes them as the conversions of `string.format` do.
//! - [`digits`] makes the decimal digits for both.

#![forbid(unsafe_code)]

pub mod digits;
pub mod format;
pub mod scan;
pub mod text;

pub use scan::{Literal, literal_len, parse, parse_base, scan_literal};
pub use text::{TextBuffer, int_to_text, to_text};
