//! Numbers to text and back: exact, without locale, as LuaJIT's `lj_strfmt` and `lj_strscan` do it.
//!
//! - [`scan`] reads numbers: literals of source text, strings that are coerced, `tonumber` with a base.

pub mod scan;

pub use scan::{Literal, literal_len, parse, parse_base, scan_literal};
