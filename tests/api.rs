//! The embedding API, with hostile use.
#![cfg(feature = "std")]

#[path = "api/basics.rs"]
mod basics;
#[path = "api/callbacks.rs"]
mod callbacks;
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
