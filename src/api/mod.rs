//! The embedding API: Lua in a Rust program, safe, in the words of mlua, with limits in those of wasmtime.
//!
//! ```
//! # #[cfg(feature = "std")]
//! # fn main() -> Result<(), perilune::api::Error> {
//! use perilune::api::Lua;
//!
//! let lua = Lua::new();
//! let greet = lua.create_function(|_, name: String| Ok(format!("hello, {name}")))?;
//! lua.globals().set("greet", greet)?;
//! let text: String = lua.load("greet 'world'").eval()?;
//! assert_eq!(text, "hello, world");
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "std"))]
//! # fn main() {}
//! ```
//!
//! # Where things are
//! [`Lua`] is a state; [`Lua::builder`] makes one with a choice of libraries, limits and host. [`Value`] is any Lua value, and [`Table`],
//! [`Function`], [`Thread`], [`LuaString`], [`AnyUserData`] are handles of objects. [`FromLua`] and [`IntoLua`] convert; all arguments and
//! results of functions go through them. [`UserData`] gives a Rust type methods, fields and metamethods.
//!
//! # Rules
//! * Handles are roots: what they refer to stays alive. They don't keep the state; without it their methods fail with [`Error::StateDropped`].
//! * Scripts can't make any of this unsound or panic, whatever libraries they have.
//! * All allocations can fail, as [`Error::Memory`], but for what conversions to infallible standard types (`collect`) make.
//! * Only text is loaded, unless one says otherwise.
//! * A callback's panic doesn't go through the engine. With the feature `std` it ends the run, like an interrupt (no `pcall` sees it),
//!   and goes on in whoever began the run; the state stays usable. Without `std` it ends the program, as does a panic in the `Drop` of
//!   userdata.
//! * A callback that calls scripts by [`Function::call`] uses the host's stack, within [`Builder::max_nesting`]. Callbacks in steps
//!   ([`Lua::create_resumable`]) use none.
//!
//! # Features
//! | feature | what it adds |
//! |---|---|
//! | `std` | `Lua::new`, `StdHost`, `SendLua`, maps of `std`; panics of callbacks that come out again |
//! | `jit` | hot loops become machine code (x86-64); [`Lua::jit_status`], [`Builder::code_memory_limit`] |
//! | `async` | `Lua::create_async_function`, `Function::call_async` |
//! | `serde` | `Lua::to_value`, `Lua::from_value` |
//! | `derive` | `#[derive(UserData)]`, `#[lua_methods]` |

mod app_data;
mod builder;
mod callback;
mod chunk;
mod convert;
mod error;
mod function;
#[cfg(feature = "async")]
mod future;
#[cfg(feature = "jit")]
mod jit;
mod limits;
mod multi;
mod registry;
mod resumable;
mod sandbox;
#[allow(unsafe_code)]
mod scope;
#[cfg(feature = "std")]
mod send;
#[cfg(feature = "serde")]
mod serialize;
#[allow(unsafe_code)]
mod state;
mod string;
mod table;
mod thread;
#[allow(unsafe_code)]
mod userdata;
mod value;

pub use builder::Builder;
pub use chunk::{AsChunk, Chunk, ChunkMode};
pub use convert::{FromLua, FromLuaMulti, IntoLua, IntoLuaMulti};
pub use error::{Error, Result, StackFrame};
pub use function::Function;
#[cfg(feature = "async")]
pub use future::AsyncCall;
#[cfg(feature = "jit")]
pub use jit::{JitMode, JitStatus, TraceCallback, TraceEvent};
pub use limits::GcStatistics;
pub use multi::{MultiValue, Variadic};
#[cfg(feature = "derive")]
pub use perilune_derive::{UserData, lua_methods};
pub use resumable::{Resumable, Step};
pub use scope::Scope;
#[cfg(feature = "std")]
pub use send::SendLua;
pub use state::{InterruptHandle, Lua, WeakLua};
pub use string::{BorrowedBytes, LuaString};
pub use table::{Pairs, SequenceValues, Table};
pub use thread::{Thread, ThreadStatus};
pub use userdata::{
    AnyUserData, MetaMethod, UserData, UserDataFields, UserDataMethods, UserDataRef, UserDataRefMut,
};
pub use value::{LightUserData, Nil, OtherValue, Value};

#[cfg(feature = "std")]
pub use crate::host::StdHost;
pub use crate::host::{GlobalMemory, Host, Memory};
pub use crate::stdlib::Libs;
pub use crate::syntax::ast::Span;
