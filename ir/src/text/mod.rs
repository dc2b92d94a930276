//! The text form of traces, after LuaJIT's `-jdump=i`.
//!
//! ```text
//! 0001 >   num SLOAD  #2 T
//! 0002     num ADD    0001 +1.5
//! .... SNAP pc=3 depth=0 [ #2:0002 #4=0001 ]
//! 0003 >   num LT     0002 +100.0
//! ---- LINK loop
//! ```
//! `>` marks guards, `+` operands of PHIs, `}` what is sunk. In snapshots `=` stands before a value that the slot
//! holds anyway, `|` before a word of a frame, `@` before the
//! position of a traversal, `^` before an upvalue to open. NOPs aren't printed. Constants are written where they are used:
//!
//! | text | constant |
//! |---|---|
//! | `nil` `false` `true` | primitive |
//! | `+5` `+5.0` `+5LL` `+5ULL` `+inf` `+nan` | int, number, i64, u64 |
//! | `tab:7` `null.tab` | object by its id, null pointer |
//! | `light:7` `ptr:7` `kptr:7` `nilslot` | light userdata, address, address of fixed memory, the nil of failed lookups |
//! | `str:7@3` | key with the number of its node |

mod parse;
mod print;

pub use parse::{ParseError, parse};
