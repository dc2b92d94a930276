//! Source text to syntax tree: tokens (logos), the adapter that feeds them to the lalrpop grammar, the tree (in a bumpalo arena), errors.
//!
//! Nothing here knows values or the heap; strings are byte slices of the source or of the arena.

pub mod ast;
