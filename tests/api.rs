//! The embedding API, with hostile use.
#![cfg(feature = "std")]

#[path = "api/asynchronous.rs"]
mod asynchronous;
#[path = "api/basics.rs"]
mod basics;
#[path = "api/callbacks.rs"]
mod callbacks;
#[cfg(feature = "jit")]
#[path = "api/compiler.rs"]
mod compiler;
#[path = "api/data.rs"]
mod data;
#[path = "api/derived.rs"]
mod derived;
#[path = "api/hostile.rs"]
mod hostile;
#[path = "api/limits.rs"]
mod limits;
#[path = "api/resumable.rs"]
mod resumable;
#[path = "api/sandbox.rs"]
mod sandbox;
#[path = "api/scope.rs"]
mod scope;
#[path = "api/userdata.rs"]
mod userdata;
